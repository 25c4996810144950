"""A board's identity and journal: what flash keeps until the bridge has acked it, and a registration until Central has
accepted it.

A number never carries other content: what may have reached the bridge is sent again as it is.
"""

from collections.abc import Callable
from typing import Any

from wire.ids import WINDOW, lossy_id, reliable_id
from wire.kinds.log import KINDS

from central.model.records import Message

RESEND_MS = 5_000
REGISTRATION = "register_request"
# How many of the numbers in the window a kind may fill: the rest is kept for charges, faults and registrations.
_ROOM = {
    "meter_checkpoint": WINDOW - 32,
    "status_notification": WINDOW - 24,
    REGISTRATION: WINDOW,
    "fault_notification": WINDOW - 12,
    "recovery_notification": WINDOW - 12,
}
_ROOM_OF_OTHERS = WINDOW - 4
_ROOM_FOR_A_CHARGE = WINDOW - 16
_ROOM_FOR_DOUBT = WINDOW // 2


class Entry:
    """A message that is not acked. `due_ms`: when to send it (again), None for now.

    Of a registration: `is_awaited`: its answer is; `is_doubtful`: one was lost, so that Central may have taken it;
    `is_spent`: it was refused then, and another number is taken.
    """

    def __init__(self, n: int, message: Message, *, sent: bool = False) -> None:
        self.n = n
        self.message = message
        self.sent = sent
        self.due_ms: int | None = None
        self.is_acked = self.is_accepted = self.is_awaited = self.is_doubtful = self.is_spent = False

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

    def append(self, kind: str, cp_id: str, fields: dict[str, Any]) -> int | None:
        """Its n; None where the journal has no room left for the kind."""
        replaced = self._replaceable(kind)
        if replaced is None and not self.has_room_for(kind):
            return None
        n = self.newest + 1 if replaced is None else replaced.n
        message: Message = {"type": kind, "message_id": reliable_id(self.name, self.epoch, n), KINDS[kind].key: cp_id}
        message.update({name: value for name, value in fields.items() if value is not None})
        if replaced is not None:
            replaced.message = message
            return n
        self.newest = n
        self.entries.append(Entry(n, message))
        if kind == REGISTRATION:
            self._drop_registrations(n)
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

    def has_room_for(self, kind: str) -> bool:
        return self.span() < _ROOM.get(kind, _ROOM_OF_OTHERS)

    def has_room_for_a_charge(self) -> bool:
        return self.span() < _ROOM_FOR_A_CHARGE

    def find(self, kind: str, name: str, value: object) -> bool:
        return any(entry.kind == kind and entry.message.get(name) == value for entry in self.entries)

    def ack(self, entry: Entry) -> None:
        entry.is_acked = True
        if entry.kind != REGISTRATION or entry.is_accepted:
            self.entries = [each for each in self.entries if each is not entry]

    def boot(self) -> None:
        """Nobody knows what was sent."""
        for entry in self.entries:
            entry.sent, entry.due_ms, entry.is_acked = True, None, False
            entry.is_awaited = entry.is_doubtful = entry.is_spent = False

    # --- what became of a registration ---

    def registration(self) -> Entry | None:
        """The newest that Central may still accept."""
        newest = next((each for each in reversed(self.entries) if each.kind == REGISTRATION), None)
        return None if newest is None or newest.is_spent else newest

    def registration_said(self, entry: Entry) -> None:
        entry.is_doubtful = entry.is_doubtful or entry.is_awaited
        entry.is_awaited = True

    def registration_accepted(self) -> None:
        for entry in self.entries:
            entry.is_accepted = entry.is_accepted or entry.kind == REGISTRATION
        self._drop_registrations(self.newest + 1)

    def registration_refused(self) -> None:
        entry = self.registration()
        if entry is not None:
            entry.is_awaited = False
            entry.is_spent = entry.is_doubtful and self.span() < _ROOM_FOR_DOUBT

    def _drop_registrations(self, below: int) -> None:
        """Those that are acked: a newer one says what is so now, or Central has accepted them."""
        self.entries = [
            each for each in self.entries if each.kind != REGISTRATION or not each.is_acked or each.n >= below
        ]

    def skip(self, count: int) -> None:
        """Numbers that it used, and that are acked."""
        if not self.entries:
            self.newest += count

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
