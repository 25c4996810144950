"""Sends the journal: in order, again from the oldest unacked at each registration, and again what stays unacked."""

from chargepoint.ticks import ticks_add, ticks_diff

_ONE_AT_A_TIME = "meter_checkpoint"  # what was not sent yet may be replaced by what is newer


class Outbox:
    """`resend_ms`: a line may be deaf for a while (a flash erase drops what a UART receives)."""

    def __init__(self, journal, resend_ms):
        self._journal = journal
        self._resend_ms = resend_ms
        self._open = False

    def open(self):
        """Central accepted this line's registration."""
        self._journal.registration_accepted()
        if not self._open:  # else it was accepted twice, and what is under way stays so
            self._open = True
            for entry in self._journal.entries:
                entry.due = None

    def close(self):
        self._open = False

    def step(self, now, send):
        """`send(payload)` is False where the line takes no more for now."""
        if not self._open or self._journal.sealed:
            return
        checkpoint_under_way = False
        for entry in self._journal.entries:
            held_back = checkpoint_under_way and entry.kind == _ONE_AT_A_TIME
            if not held_back and _is_due(entry, now) and not self._send(entry, now, send):
                return
            checkpoint_under_way = checkpoint_under_way or entry.kind == _ONE_AT_A_TIME

    def refused(self):
        """Central did not accept this line's registration."""
        self._open = False
        self._journal.registration_refused()

    def send_registration(self, now, send):
        """The register_request goes first on every connection, before anything else may."""
        entry = self._journal.registration()
        if entry is None or not self._send(entry, now, send):
            return False
        self._journal.registration_said()
        return True

    def take_ack(self, message):
        """An `ack` of the bridge; True if it was for this board."""
        if message.get("board") != self._journal.board:
            return False
        self._journal.ack(message.get("epoch"), message.get("n") or ())
        return True

    def _send(self, entry, now, send):
        if not send(entry.payload):
            return False
        entry.sent = True
        entry.due = ticks_add(now, self._resend_ms)
        return True


def _is_due(entry, now):
    if entry.due is not None and ticks_diff(now, entry.due) >= 0:
        entry.due = None  # however long the line then takes nothing
    return entry.due is None
