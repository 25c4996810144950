"""What the monitor reports to Central: the engine's state, and faults that began or ended, each once."""

from chargepoint.delivery.storage import taken
from chargepoint.faults import NOT_OF_ENGINES
from chargepoint.ticks import ticks_diff

_BEGAN, _ENDED = "fault_notification", "recovery_notification"
_REPORTED = "reported"  # the file that keeps `faults` over reboots, so that no fault stays open at Central
STATUS_EACH_MS = 1000
# A car that comes and goes (a worn contact) is reported half as often each time, down to this: each costs flash.
FLICKER_EACH_MS = 32000
_CALM_MS = 60000


class Reports:
    """`faults`: those that Central was told of, and not yet that they ended.

    A pass of the loop costs one file. Where it has cost one already, or the journal has no room, nothing is reported:
    callers call again as long as it holds.
    """

    def __init__(self, storage, sender):
        record = storage.read_record(_REPORTED) or {}
        self.faults = taken(record, "faults", [])
        self._storage = storage
        self._sender = sender
        self._flash = sender.flash
        self._unkept = False  # `faults` have changed, and are not on flash yet
        self._engine_faults = None  # as heard last
        self._n = taken(record, "n", 0)  # of the newest message that `faults` knows
        self._newest = None  # (state, vehicle, session) as heard last
        self._status = None  # as reported last, under this n, then
        self._status_n = 0
        self._status_at = None  # within _CALM_MS
        self._flicker_ms = STATUS_EACH_MS
        for n, message in () if sender.journal.sealed else sender.journal.above(self._n):
            if message["type"] in (_BEGAN, _ENDED):  # the power went before it was written here
                self._reported(message["type"], message["fault"], n)

    def report_failure(self, fault):
        if fault not in self.faults and self._may(_BEGAN):
            self._report(_BEGAN, {"id": self._sender.cp_id, "failure_info": fault, "fault": fault})

    def remember(self, fault):
        """Others have told Central of it, and may not tell its end."""
        if fault not in self.faults:
            self._keep(self.faults + [fault], self._n)

    def report_recovery(self, fault):
        if fault in self.faults and self._may(_ENDED):
            self._report(_ENDED, {"id": self._sender.cp_id, "fault": fault})

    def take_engine_faults(self, faults):
        """What the engine's list has more, and less, than Central was told, `report_engine` tells."""
        self._engine_faults = faults

    def update_cp_status(self, state, vehicle, session_id):
        """session_id: of the session that the engine runs; None: none. `report_engine` tells it when it is due."""
        self._newest = (state, vehicle, session_id)

    def keep(self):
        """First of all in a pass: until then the journal would tell it after a power cut, and an ack ends that."""
        if self._unkept:
            self._keep(self.faults, self._n)

    def report_engine(self):
        """What has changed at the engine since Central was told. Called on every pass."""
        now = self._sender.clock.now
        if self._status_at is not None and ticks_diff(now, self._status_at) >= _CALM_MS:
            self._status_at, self._flicker_ms = None, STATUS_EACH_MS
        if self._engine_faults is not None:
            self._compare_faults(self._engine_faults)
        newest = self._newest
        if not (self._flash.used or newest is None or newest == self._status) and self._is_status_due(newest, now):
            self._report_status(newest, now)

    def _compare_faults(self, faults):
        for fault in faults:
            self.report_failure(fault)
        for fault in self.faults:  # a list of its own: each report makes a new one
            if fault not in faults and fault not in NOT_OF_ENGINES:
                self.report_recovery(fault)

    def _report_status(self, newest, now):
        state, vehicle, session_id = newest
        fields = {"cp_id": self._sender.cp_id, "state": state, "vehicle": vehicle}
        if session_id is not None:
            fields["session_id"] = session_id
        n = self._sender.keep("status_notification", fields)
        if n is not None:
            self._note_flicker(newest)
            self._status, self._status_n, self._status_at = newest, n, now

    def _is_status_due(self, newest, now):
        if self._status_at is None:
            return True
        pause_ms = self._flicker_ms if self._is_flicker(newest) else STATUS_EACH_MS
        return ticks_diff(now, self._status_at) >= pause_ms

    def _is_flicker(self, newest):
        """Whether the car alone came or went since the last report."""
        told = self._status
        return told is not None and newest[0] == told[0] and newest[2] == told[2]

    def _note_flicker(self, newest):
        if self._status_at is not None and self._is_flicker(newest):
            self._flicker_ms = min(2 * self._flicker_ms, FLICKER_EACH_MS)

    def say_status_again(self):
        """On a new line: Central may have lost with the end of its log what it was told, as that a charge has ended."""
        unacked = self._sender.journal.above(self._status_n - 1)
        if not unacked or unacked[0][0] != self._status_n:
            self._status = None

    def _may(self, kind):
        return not self._flash.used and self._sender.journal.room_for(kind)

    def _report(self, kind, fields):
        n = self._sender.keep(kind, fields)
        if n is not None:
            self._reported(kind, fields["fault"], n)

    def _reported(self, kind, fault, n):
        """`kind` was journaled under n."""
        others = [each for each in self.faults if each != fault]
        self.faults, self._n = others + [fault] if kind == _BEGAN else others, n
        self._unkept = True

    def _keep(self, faults, n):
        self.faults, self._n = faults, n
        self._unkept = False
        self._storage.write_record(_REPORTED, {"faults": faults, "n": n})
