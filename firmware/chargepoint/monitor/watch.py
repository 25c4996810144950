"""What a monitor knows of its engine: when to ask, whether it is silent, which faults were reported."""

from chargepoint.faults import MONITOR_FAULTS

BEGAN, ENDED = "fault_notification", "recovery_notification"
_REPORTED = "reported"


class EngineWatch:
    """state, vehicle and meter {meter_id, register_wh} as last heard; board: the engine's, once it named itself.

    boots: how often its uptime was seen to begin anew, which a wire between the boards would not show.
    """

    def __init__(self, interval_ms, hurry_ms, silent_ms):
        """hurry_ms: between checks while the engine waits in safe mode, or has not answered yet."""
        self.state = "booting"
        self.vehicle = "unknown"
        self.board = None
        self.meter = {}
        self.boots = 0
        self._uptime_ms = 0
        self._interval_ms = interval_ms
        self._hurry_ms = hurry_ms
        self._silent_ms = silent_ms
        self._asked_at = None
        self._asked_id = None
        self._answered = False
        self._heard_at = 0

    def due(self, now):
        calm = self._answered and self.state != "safe"
        interval_ms = self._interval_ms if calm else self._hurry_ms
        return self._asked_at is None or now - self._asked_at >= interval_ms

    def hurry(self):
        """Ask at once: the link is another."""
        self._asked_at = None

    def asked(self, message_id, now):
        self._asked_id, self._asked_at, self._answered = message_id, now, False

    def heard(self, message, board, now):
        """A health_check_response; board: None where it names none. True if it answers the last check."""
        self.state, self.vehicle = message["state"], message["vehicle"]
        self.meter = {"meter_id": message["meter_id"], "register_wh": message["register_wh"]}
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
        return now - self._heard_at >= self._silent_ms


class Reports:
    """Which faults Central was told of and not yet that they ended; kept over reboots, so that none stays open."""

    def __init__(self, storage, journal):
        record = storage.read_record(_REPORTED) or {}
        self._storage = storage
        self.faults = record.get("faults") or []
        for n, message in journal.above(record.get("n") or 0):
            if message["type"] in (BEGAN, ENDED):  # the power went before it was written here
                self.told(message["type"], message["fault"], n)

    def told(self, kind, fault, n):
        """`kind`, BEGAN or ENDED, was journaled under n."""
        self.faults = [each for each in self.faults if each != fault]
        if kind == BEGAN:
            self.faults.append(fault)
        self._storage.write_record(_REPORTED, {"faults": self.faults, "n": n})

    def of_engine(self):
        return [fault for fault in self.faults if fault not in MONITOR_FAULTS]

