"""Everything is sent at least once and takes effect once: which records of a key were folded already.

A board's messages are told apart by (board, epoch) and n in constant space (`window.py`). Everything else has an id of
its own among those of its kind, in a table, remembered for SEEN_FOR_MS. How a record is judged:

- An n that was seen, with the content that was seen: a duplicate, nothing happens.
- An n that was seen, with other content: no board of ours does this. The newest content is folded and an alarm tells.
- An n below the window: `stale_n`, a dead letter; nobody remembers what it was.
- An n far above the window, without a `gap` that says why: the log has lost what lay between (it was restored from a
  backup, say). It is folded and moves the window, and an alarm names what is missing; more than LOST_MAX ahead it is a
  damaged number, `n_jump`.

A board that serves several charge points keeps a journal, and so an epoch, for each: the n of one epoch at one key
have no holes but those that `gap` names. Epochs of one board at one key are ranked in the order in which they came, so
that a record of an earlier epoch is recognised (`origin.py`).
"""

from dataclasses import dataclass
from zlib import crc32

from wire import ids
from wire.appenders import BRIDGE
from wire.frame import compact
from wire.kinds import CP, TELEMETRY

from central.fold.window import Window
from central.model import terms
from central.model.records import Incoming, Message, Refused
from central.model.rows import Rows, SeenId, SeenWindow

SEEN_FOR_MS = 30 * 24 * 3_600_000
# A key meets a board in the middle of its life where the board was used elsewhere or this log is new, so the first n
# of an epoch need not be small. Ten years at two messages a minute lie below this; a damaged n of 10**9 does not, and
# must not shut out all that would follow it.
FIRST_N_MAX = 10_000_000
# What a log can have lost, and a journal can have had to drop, in one go, for the same reason.
LOST_MAX = 1_000_000
GAP_MAX = 1_000_000
# A bridge adds this to what a board without a clock says, so that it may differ when the message comes again.
_NOT_CONTENT = ("occurred_at_ms",)


@dataclass(frozen=True)
class Lookup:
    """`row` is what to put once the record was folded (None: it is not deduplicated); `known`: such a row was there.

    `other_content`: its n was seen before with other content. `lost`: first and last n that the log must have lost.
    """

    duplicate: bool
    row: SeenWindow | SeenId | None = None
    known: bool = False
    other_content: bool = False
    lost: tuple[int, int] | None = None


def look_up(rows: Rows, incoming: Incoming) -> Lookup:
    """Look a record up among those seen before. Telemetry is not deduplicated, nor are terms, which leave no row.

    Raises Refused (`n_jump`, `stale_n`, `bad_gap`), which moves no window.
    """
    if incoming.topic == TELEMETRY or incoming.message["type"] == terms.KIND:
        return Lookup(duplicate=False)
    numbered = numbered_of(incoming)
    return _look_up_id(rows, incoming) if numbered is None else _look_up_n(rows, incoming, *numbered)


def board_of(incoming: Incoming) -> str | None:
    """The board that a record's id names; None where it is no board's. Only what a bridge appended can be."""
    parsed = _parsed(incoming)
    return None if parsed is None else parsed[0]


def epoch_of(incoming: Incoming) -> str | None:
    """The epoch of that board."""
    parsed = _parsed(incoming)
    return None if parsed is None else parsed[1]


def numbered_of(incoming: Incoming) -> tuple[str, str, int] | None:
    """(board, epoch, n) of a reliable message of a board; None for everything else."""
    parsed = _parsed(incoming)
    if parsed is None or parsed[2] is None:
        return None
    return parsed[0], parsed[1], parsed[2]


def digest_of(message: Message) -> int:
    """A checksum of what a message says, whatever a bridge added to it."""
    said = {name: value for name, value in message.items() if name not in _NOT_CONTENT}
    return crc32(compact(said).encode(errors="surrogatepass"))


def _parsed(incoming: Incoming) -> tuple[str, str, int | None] | None:
    from_line = incoming.topic == CP and incoming.appender == BRIDGE
    return ids.parse(incoming.message["message_id"]) if from_line else None


def _look_up_id(rows: Rows, incoming: Incoming) -> Lookup:
    name = (incoming.topic, incoming.key, incoming.message["type"], incoming.message["message_id"])
    row = rows.get(SeenId, *name)
    if row is not None and incoming.at_ms - row.at_ms <= SEEN_FOR_MS:
        return Lookup(duplicate=True, known=True)
    return Lookup(False, SeenId(*name, incoming.at_ms), row is not None)


def _look_up_n(rows: Rows, incoming: Incoming, board: str, epoch: str, n: int) -> Lookup:
    row = rows.get(SeenWindow, incoming.key, board, epoch)
    digest = digest_of(incoming.message)
    if row is None:
        return Lookup(False, _first(rows, incoming, board, epoch, n, digest))
    window = Window(row.high_n, int(row.bitmap, 16), bytes.fromhex(row.digests))
    if n < window.high - ids.WINDOW:
        raise Refused("stale_n", f"n {n} lies more than {ids.WINDOW} below the highest seen, {window.high}")
    if window.has(n):
        if window.digest_of(n) in (0, digest) or str(digest) in row.other_contents.split(","):
            return Lookup(duplicate=True, known=True)
        return Lookup(False, _with_other(row, window, n, digest), known=True, other_content=True)
    if incoming.message["type"] == "gap":
        window = _over_gap(window, incoming, n)
    missing = window.missing_before(n)
    if missing > LOST_MAX:
        raise Refused("n_jump", f"n {n} lies {missing} numbers above the highest seen, {window.high}")
    lost = (window.high + 1, n - ids.WINDOW - 1) if missing else None
    return Lookup(False, _row(row, window.with_n(n, digest)), known=True, lost=lost)


def _first(rows: Rows, incoming: Incoming, board: str, epoch: str, n: int, digest: int) -> SeenWindow:
    if n > FIRST_N_MAX:
        raise Refused("n_jump", f"n {n} as the first of an epoch; expected at most {FIRST_N_MAX}")
    window = Window(n)
    if incoming.message["type"] == "gap":
        window = _over_gap(Window(incoming.message["from"]), incoming, n)
    window = window.with_n(n, digest)
    rank = 1 + max((each.rank for each in rows.find(SeenWindow, key=incoming.key, board=board)), default=0)
    return _row(SeenWindow(incoming.key, board, epoch, 0, "", rank), window)


def _over_gap(window: Window, incoming: Incoming, n: int) -> Window:
    first, last = incoming.message["from"], incoming.message["to"]
    if not first <= last < n or last - first >= GAP_MAX:
        text = f"a gap from {first} to {last} told by n {n}; expected from <= to < n and at most {GAP_MAX} numbers"
        raise Refused("bad_gap", text)
    return window.over_gap(first, last)


def _with_other(row: SeenWindow, window: Window, n: int, digest: int) -> SeenWindow:
    """What was seen before under this n is remembered too, or its repetition would count as news again."""
    others = [*(each for each in row.other_contents.split(",") if each), str(window.digest_of(n))]
    changed = _row(row, window.with_n(n, digest))
    changed.other_contents = ",".join(others[-ids.WINDOW :])
    return changed


def _row(row: SeenWindow, window: Window) -> SeenWindow:
    return SeenWindow(
        row.key, row.board, row.epoch, window.high, f"{window.bits:016x}", row.rank, window.digests.hex(),
        row.other_contents,
    )  # fmt: skip
