"""Everything is sent at least once and takes effect once: which records of a key were folded already.

A board's messages are told apart by (board, epoch) and n in constant space: the highest n seen and a bitmap of the
WINDOW below it. Everything else has an id of its own among those of its kind, in a table, remembered for SEEN_FOR_MS.

A board that serves several charge points keeps a journal, and so an epoch, for each: the n of one epoch at one key
have no holes but those that `gap` names.
"""

from dataclasses import dataclass

from wire import ids
from wire.appenders import BRIDGE
from wire.kinds import CP, TELEMETRY

from central.model.rows import Incoming, Refused, Rows, SeenId, SeenWindow

SEEN_FOR_MS = 30 * 24 * 3_600_000
# A key meets a board in the middle of its life where the board was used elsewhere or this log is new, so the first n
# of an epoch need not be small. Ten years at two messages a minute lie below this; a damaged n of 10**9 does not, and
# must not shut out all that would follow it.
FIRST_N_MAX = 10_000_000
# What a journal can have had to drop in one go, for the same reason.
GAP_MAX = 1_000_000
_MASK = (1 << ids.WINDOW) - 1


@dataclass(frozen=True)
class Look:
    """`row` is what to put once the record was folded (None: it is not deduplicated); `known`: such a row was there."""

    duplicate: bool
    row: SeenWindow | SeenId | None = None
    known: bool = False


@dataclass(frozen=True)
class Seen:
    """The n of one epoch that were seen: `high`, and bit i of `bits` for high - 1 - i."""

    high: int
    bits: int

    def has(self, n: int) -> bool:
        """Raises Refused (`stale_n`) where n lies below the window and nobody remembers."""
        if n >= self.high:
            return n == self.high
        if n < self.high - ids.WINDOW:
            raise Refused("stale_n", f"n {n} lies more than {ids.WINDOW} below the highest seen, {self.high}")
        return bool(self.bits >> (self.high - 1 - n) & 1)

    def with_n(self, n: int) -> "Seen":
        """Raises Refused (`n_jump`) where n runs ahead of the window."""
        if n > self.high + ids.WINDOW:
            raise Refused("n_jump", f"n {n} lies more than {ids.WINDOW} above the highest seen, {self.high}")
        return self._raised(n) if n > self.high else Seen(self.high, self.bits | 1 << (self.high - 1 - n))

    def over_gap(self, first: int, last: int) -> "Seen":
        """The numbers from `first` to `last` were dropped and will never come."""
        if first > self.high + ids.WINDOW:
            raise Refused("n_jump", f"a gap from {first}, more than {ids.WINDOW} above the highest seen, {self.high}")
        seen = self._raised(last) if last > self.high else self
        for n in range(max(first, seen.high - ids.WINDOW), min(last, seen.high - 1) + 1):
            seen = Seen(seen.high, seen.bits | 1 << (seen.high - 1 - n))
        return seen

    def _raised(self, n: int) -> "Seen":
        shift = n - self.high
        if shift > ids.WINDOW:  # also keeps a wide gap from making a number of as many bits
            return Seen(n, 0)
        return Seen(n, (self.bits << shift | 1 << (shift - 1)) & _MASK)


def look(rows: Rows, incoming: Incoming) -> Look:
    """Raises Refused (`n_jump`, `stale_n`, `bad_gap`), which moves no window. Telemetry is not deduplicated."""
    if incoming.topic == TELEMETRY:
        return Look(duplicate=False)
    numbered = _numbered(incoming)
    return _look_by_id(rows, incoming) if numbered is None else _look_by_n(rows, incoming, *numbered)


def board_of(incoming: Incoming) -> str | None:
    """The board that a record's id names; None where it is no board's. Only what a bridge appended can be."""
    parsed = _parsed(incoming)
    return None if parsed is None else parsed[0]


def _parsed(incoming: Incoming) -> tuple[str, str, int | None] | None:
    from_line = incoming.topic == CP and incoming.appender == BRIDGE
    return ids.parse(incoming.message["message_id"]) if from_line else None


def _numbered(incoming: Incoming) -> tuple[str, str, int] | None:
    parsed = _parsed(incoming)
    if parsed is None or parsed[2] is None:
        return None
    return parsed[0], parsed[1], parsed[2]


def _look_by_id(rows: Rows, incoming: Incoming) -> Look:
    name = (incoming.topic, incoming.key, incoming.message["type"], incoming.message["message_id"])
    row = rows.get(SeenId, *name)
    if row is not None and incoming.at_ms - row.at_ms <= SEEN_FOR_MS:
        return Look(duplicate=True, known=True)
    return Look(False, SeenId(*name, incoming.at_ms), row is not None)


def _look_by_n(rows: Rows, incoming: Incoming, board: str, epoch: str, n: int) -> Look:
    row = rows.get(SeenWindow, incoming.key, board, epoch)
    seen = None if row is None else Seen(row.high_n, int(row.bitmap, 16))
    if incoming.message["type"] == "gap":
        seen = _over_gap(seen, incoming, n)
    if seen is None:
        seen = _first(n)
    elif seen.has(n):
        return Look(duplicate=True, known=True)
    else:
        seen = seen.with_n(n)
    return Look(False, SeenWindow(incoming.key, board, epoch, seen.high, f"{seen.bits:016x}"), row is not None)


def _first(n: int) -> Seen:
    if n > FIRST_N_MAX:
        raise Refused("n_jump", f"n {n} as the first of an epoch; expected at most {FIRST_N_MAX}")
    return Seen(n, 0)


def _over_gap(seen: Seen | None, incoming: Incoming, n: int) -> Seen:
    first, last = incoming.message["from"], incoming.message["to"]
    if not first <= last < n or last - first >= GAP_MAX:
        text = f"a gap from {first} to {last} told by n {n}; expected from <= to < n and at most {GAP_MAX} numbers"
        raise Refused("bad_gap", text)
    # A gap said again must find its own n seen, and leave the window alone otherwise.
    if seen is not None and n <= seen.high:
        return seen
    return (seen or _first(first)).over_gap(first, last)
