"""Which of two words of a board is the newer one.

What sets a state (a registration, the engine's state, the vehicle, a fault) keeps the message_id that set it, in a
column `set_by`. A message may overtake an older one whose append failed, so an older n of the same epoch, or anything
of an earlier epoch, changes nothing any more. What is typed by hand has no number, and always counts.
"""

from wire import ids

from central.fold.dedup import numbered_of
from central.model.records import Incoming
from central.model.rows import Rows, SeenWindow


def is_stale(rows: Rows, incoming: Incoming, set_by: str | None) -> bool:
    """Whether the present value was set by a newer message of the same board."""
    told = numbered_of(incoming)
    stood = None if set_by is None else ids.parse(set_by)
    if told is None or stood is None or stood[2] is None or told[0] != stood[0]:
        return False
    board, epoch, n = told
    if epoch == stood[1]:
        return n < stood[2]
    return _rank(rows, incoming.key, board, epoch) < _rank(rows, incoming.key, board, stood[1])


def setter_of(incoming: Incoming) -> str | None:
    """What to keep in `set_by`; None for what is typed by hand."""
    return None if numbered_of(incoming) is None else str(incoming.message["message_id"])


def _rank(rows: Rows, key: str, board: str, epoch: str) -> float:
    """An epoch that was never seen is the newest of all."""
    row = rows.get(SeenWindow, key, board, epoch)
    return float("inf") if row is None else row.rank
