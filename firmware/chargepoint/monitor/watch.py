"""What a monitor knows of its engine: when to ask for its health, what it said, whether it is silent."""

from chargepoint.ticks import ticks_diff

_REGISTERED = ("meter_id", "register_wh", "last_seq", "engine_epoch", "weld_check", "lacks")


class EngineWatch:
    """state and meter {meter_id, register_wh} as last heard; board: the engine's, once it named itself.

    boots: how often its uptime was seen to begin anew, which a wire between the boards would not show.
    """

    def __init__(self, now, interval_ms, hurry_ms, silent_ms):
        """hurry_ms: between checks while the engine waits in safe mode, or has not answered yet."""
        self.state = "booting"
        self.board = None
        self.told = {}  # what a registration says of the engine
        self.boots = 0
        self._uptime_ms = 0
        self._own_interval_ms = self._interval_ms = interval_ms
        self._hurry_ms = hurry_ms
        self._silent_ms = silent_ms
        self._asked_at = None
        self._asked_id = None
        self._answered = False
        self._heard_at = now  # None once it is silent

    def set_interval(self, asked_ms):
        """How often to check, as Central asks. None, and what would make one lost check silence: as configured."""
        if asked_ms is None or 2 * asked_ms > self._silent_ms:
            asked_ms = self._own_interval_ms
        self._interval_ms = asked_ms

    def due(self, now):
        calm = self._answered and self.state != "safe"
        interval_ms = self._interval_ms if calm else self._hurry_ms
        return self._asked_at is None or ticks_diff(now, self._asked_at) >= interval_ms

    def hurry(self):
        """Ask at once: the link is another."""
        self._asked_at = None

    def ask_next(self):
        """At once, but for a check that is still to be answered: asked on and on, none would be."""
        if self._answered:
            self._asked_at = None

    def ask_anew(self):
        """At once, whatever is still answered to the check before."""
        self._asked_at = self._asked_id = None

    def asked(self, message_id, now):
        self._asked_id, self._asked_at, self._answered = message_id, now, False

    def heard(self, message, board, now):
        """A health_check_response; board: None where it names none. True if it answers the last check."""
        self.state = message["state"]
        self.told = {name: message[name] for name in _REGISTERED if name in message}
        self._heard_at = now
        uptime_ms = message.get("uptime_ms") or 0
        self.boots += uptime_ms < self._uptime_ms
        self._uptime_ms = uptime_ms
        if message.get("message_id") == self._asked_id:
            self._answered = True
            return True
        self.board = board or self.board
        return False

    def silent(self, now):
        if self._heard_at is not None and ticks_diff(now, self._heard_at) >= self._silent_ms:
            self._heard_at = None
        return self._heard_at is None
