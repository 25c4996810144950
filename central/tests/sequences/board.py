"""A board's identity and journal: what flash keeps until the bridge has acked it.

A number never carries other content: what may have reached the bridge is sent again as it is.
"""

from collections.abc import Callable
from typing import Any

from wire.ids import WINDOW, lossy_id, reliable_id
from wire.kinds.log import KINDS

from central.model.records import Message

RESEND_MS = 5_000
# How many of the numbers in the window a kind may fill: the rest is kept for charges and faults.
_ROOM = {
    "meter_checkpoint": WINDOW - 32,
    "status_notification": WINDOW - 24,
    "command_response": WINDOW - 4,
    "register_request": WINDOW - 4,
    "fault_notification": WINDOW - 12,
    "recovery_notification": WINDOW - 12,
}
_ROOM_FOR_A_CHARGE = WINDOW - 16


class Entry:
    """A message that is not acked. `due_ms`: when to send it (again), None for now."""

    def __init__(self, n: int, message: Message, *, sent: bool = False) -> None:
        self.n = n
        self.message = message
        self.sent = sent
        self.due_ms: int | None = None

    @property
    def kind(self) -> str:
        return self.message["type"]


class Board:
    """`draw_epoch`: the 64 random bits of new flash, as 16 hex digits."""

    def __init__(self, name: str, draw_epoch: Callable[[], str]) -> None:
        self.name = name
        self._draw_epoch = draw_epoch
        self.known_epochs: list[str] = []
        self.wipe()

    def wipe(self) -> None:
        """Its flash is new: it knows nothing, and draws another epoch."""
        self.epoch = self._draw_epoch()
        self.known_epochs.append(self.epoch)
        self.newest = self._lossy = 0
        self.entries: list[Entry] = []
        self._newest_entry: Entry | None = None

    def append(self, kind: str, cp_id: str, fields: dict[str, Any]) -> int | None:
        """Its n; None where the journal has no room left for the kind."""
        replaced = self._replaceable(kind)
        if replaced is None and self.span() >= _ROOM.get(kind, WINDOW):
            return None
        n = self.newest + 1 if replaced is None else replaced.n
        message: Message = {"type": kind, "message_id": reliable_id(self.name, self.epoch, n), KINDS[kind].key: cp_id}
        message.update({name: value for name, value in fields.items() if value is not None})
        if replaced is not None:
            replaced.message = message
            return n
        self.newest = n
        self._newest_entry = Entry(n, message)
        self.entries.append(self._newest_entry)
        return n

    def lossy(self, kind: str, cp_id: str, fields: dict[str, Any]) -> Message:
        """A message that is not kept."""
        self._lossy += 1
        message: Message = {"type": kind, "message_id": lossy_id(self.name, self.epoch, self._lossy)}
        message[KINDS[kind].key] = cp_id
        return {**message, **{name: value for name, value in fields.items() if value is not None}}

    def span(self) -> int:
        """How many numbers lie from the oldest unacked to the newest."""
        return self.newest - self.entries[0].n + 1 if self.entries else 0

    def has_room_for_a_charge(self) -> bool:
        return self.span() < _ROOM_FOR_A_CHARGE

    def find(self, kind: str, name: str, value: object) -> bool:
        return any(entry.kind == kind and entry.message.get(name) == value for entry in self.entries)

    def registrations(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == "register_request"]

    def ack(self, entry: Entry) -> None:
        self.entries = [each for each in self.entries if each is not entry]

    def boot(self) -> None:
        """Nobody knows what was sent. The newest message stayed on flash though it was acked: it is sent once more."""
        newest = self._newest_entry
        if newest is not None and newest not in self.entries:
            self.entries.append(newest)
        for entry in self.entries:
            entry.sent, entry.due_ms = True, None

    def skip(self, count: int) -> None:
        """Numbers that it used, and that are acked."""
        if not self.entries:
            self.newest += count
            self._newest_entry = None

    def reopen(self) -> None:
        """A new connection: all that is unacked again, from the oldest."""
        for entry in self.entries:
            entry.due_ms = None

    def lose(self, count: int, cp_id: str) -> None:
        """Flash damages its oldest unacked messages; a gap announces their numbers, where they are in one run."""
        lost = self.entries[:count]
        if not lost:
            return
        self.entries = self.entries[count:]
        for first, last in _runs([entry.n for entry in lost]):
            self.append("gap", cp_id, {"from": first, "to": last})

    def due(self, now_ms: int) -> list[Entry]:
        """What to send now, in order; one checkpoint at a time, so that the next may still be replaced."""
        found: list[Entry] = []
        checkpoint_under_way = False
        for entry in self.entries:
            is_checkpoint = entry.kind == "meter_checkpoint"
            if not (is_checkpoint and checkpoint_under_way) and (entry.due_ms is None or now_ms >= entry.due_ms):
                found.append(entry)
            checkpoint_under_way = checkpoint_under_way or is_checkpoint
        return found

    def _replaceable(self, kind: str) -> Entry | None:
        if kind != "meter_checkpoint":
            return None
        return next((entry for entry in self.entries if entry.kind == kind and not entry.sent), None)


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """(first, last) of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for n in numbers:
        if runs and runs[-1][1] == n - 1:
            runs[-1] = (runs[-1][0], n)
        else:
            runs.append((n, n))
    return runs
