"""One charge at the engine, from the accepted start to its completion."""


def within(ordered, provisioned):
    """What is ordered (None: as much as there is), where the board's own bound allows it."""
    return provisioned if ordered is None else min(ordered, provisioned)


class Session:
    """start_register_wh and started_at_ms are those of the start until the relay closes, then those of the closing."""

    def __init__(self, session_id, meter, started_at_ms, max_energy_wh=None, max_duration_s=None):
        self.session_id = session_id
        self.meter_id = meter.meter_id
        self.estimated = meter.estimated
        self.start_register_wh = meter.register_wh
        self.started_at_ms = started_at_ms
        self.relay_closed = False
        self.fed_ms = 0  # window time since the relay closed
        self._max_energy_wh = max_energy_wh
        self._max_duration_s = max_duration_s

    def close(self, register_wh, at_ms):
        self.relay_closed = True
        self.start_register_wh = register_wh
        self.started_at_ms = at_ms

    def energy_wh(self, register_wh):
        return register_wh - self.start_register_wh if self.relay_closed else 0

    def exceeds_limit(self, register_wh, fed_ms):
        """Whether a charge that ended there would be more than was ordered."""
        if self._max_energy_wh and self.energy_wh(register_wh) > self._max_energy_wh:
            return True
        return bool(self._max_duration_s) and fed_ms > self._max_duration_s * 1000

    def record(self):
        """What the checkpoint keeps: enough to complete the session after a power cut."""
        record = {
            "id": self.session_id, "start_wh": self.start_register_wh, "started": self.started_at_ms,
            "closed": self.relay_closed,
        }
        if self.estimated:
            record["estimated"] = True
        return record


def completion_of(cp_id, record, meter_id, end_register_wh, ended_at_ms, reason, fault):
    """The fields of a charge_completion, of what Session.record kept."""
    started_at_ms = record["started"]
    fields = {
        "cp_id": cp_id, "session_id": record["id"], "meter_id": meter_id, "relay_closed": record["closed"],
        "start_register_wh": record["start_wh"],
        "end_register_wh": max(record["start_wh"], end_register_wh) if record["closed"] else record["start_wh"],
        "started_at_ms": started_at_ms, "ended_at_ms": max(started_at_ms, ended_at_ms), "reason": reason,
    }
    if fault is not None:
        fields["fault"] = fault
    if record.get("estimated"):
        fields["estimated"] = True
    return fields
