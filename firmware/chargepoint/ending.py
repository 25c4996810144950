"""A charge that is over, until its completion is journaled."""

from chargepoint.session import completion_of

_SETTLE_MS = 1000  # real time without any window: the sensor is dead, and will not bring the last ones


class Ending:
    """`read`: whether the register holds all that flowed; the engine says so when it does."""

    def __init__(self, record, meter_id, cause, read, now, kept=(None, None)):
        """`record`: of the Session; cause: (reason, fault); kept: (register_wh, time_ms) of the end if it is past."""
        self.session_id = record["id"]
        self.read = read
        self._record = record
        self._meter_id = meter_id
        self._cause = cause
        self._since = now
        self._end_register_wh, self._ended_at_ms = kept

    def settled(self, now, window_at):
        """`window_at`: when the last window came."""
        return self.read or now - max(self._since, window_at) >= _SETTLE_MS

    def completion(self, cp_id, register_wh, now_ms):
        """The fields of its charge_completion; register and time are of now unless they were kept."""
        reason, fault = self._cause
        end_wh = register_wh if self._end_register_wh is None else self._end_register_wh
        ended_at_ms = now_ms if self._ended_at_ms is None else self._ended_at_ms
        return completion_of(cp_id, self._record, self._meter_id, end_wh, ended_at_ms, reason, fault)


def after_power_loss(checkpoint, journal):
    """The Ending of a charge that was under way when the power went; None where there was none.

    Also None where its completion is in the journal already: the power went just before the checkpoint said so.
    """
    record = checkpoint.session
    if record is None or journal.find("charge_completion", "session_id", record["id"]):
        return None
    kept = (checkpoint.register_wh, checkpoint.at_ms or record["started"])
    return Ending(record, checkpoint.meter_id, ("power_loss", None), True, 0, kept)
