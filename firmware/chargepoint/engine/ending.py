"""A charge that is over, until its completion is journaled."""

from chargepoint.engine.session import completion_of

# After so long without a window the sensor is dead, and the last windows will not come. The watchdog, which is not fed
# without any, strikes a second later. No start waits for this: the pause of the relay between two charges is longer.
_SETTLE_MS = 3000


class Ending:
    """`read`: whether the register holds all that flowed; the engine says so when it does. `told`: it is journaled."""

    def __init__(self, record, meter_id, cause, ended_at_ms, end_register_wh=None):
        """`record`: of the Session; cause: (reason, fault); end_register_wh: None where windows are still to come."""
        self.session_id = record["id"]
        self.read = end_register_wh is not None
        self.told = False
        self._record = record
        self._meter_id = meter_id
        self._cause = cause
        self._ended_at_ms = ended_at_ms
        self._end_register_wh = end_register_wh

    def settled(self, gap_ms):
        """gap_ms: how long no window has come."""
        return self.read or gap_ms >= _SETTLE_MS

    def completion(self, cp_id, register_wh):
        """The fields of its charge_completion; `register_wh`: what the meter reads now."""
        reason, fault = self._cause
        end_wh = register_wh if self._end_register_wh is None else self._end_register_wh
        return completion_of(cp_id, self._record, self._meter_id, end_wh, self._ended_at_ms, reason, fault)


def after_power_loss(checkpoint, journal):
    """The Ending of the charge that was under way when the power went; None where its completion is in the journal
    already: the power went just before the checkpoint said so.
    """
    record = checkpoint.session
    if journal.find("charge_completion", "session_id", record["id"]):
        return None
    ended_at_ms = checkpoint.at_ms or record["started"]
    return Ending(record, checkpoint.meter_id, ("power_loss", None), ended_at_ms, checkpoint.register_wh)
