"""What the engine remembers over a power cut: its memory (written on events) and its checkpoint (written every 10 s).

Both are one small file each, replaced whole.
"""

from chargepoint.delivery.storage import taken

SESSIONS_REMEMBERED = 32
_MEMORY = "memory"
_CHECKPOINT = "checkpoint"


class Memory:
    """last_seq (None: none yet) and its answer {accepted, reason?, session_id?}; the last sessions' ids; whether it is
    out of service; latched faults; limit_ma, Central's bound (None: none). `unwritten`: something has changed, and
    waits for a pass that may write it.
    """

    def __init__(self, storage):
        record = storage.read_record(_MEMORY) or {}
        self._storage = storage
        self.last_seq = taken(record, "seq", 0) or None
        self.answer = taken(record, "answer", {})
        self.sessions = taken(record, "sessions", [])
        self.out_of_service = taken(record, "out_of_service", False)
        self.latched = taken(record, "latched", [])
        self.limit_ma = taken(record, "limit_ma", 0) or None
        self.unwritten = False

    def remember_session(self, session_id):
        self.sessions = (self.sessions + [session_id])[-SESSIONS_REMEMBERED:]
        self.write()

    def set_latched(self, faults):
        if faults != self.latched:
            self.latched = list(faults)
            self.unwritten = True

    def set_service(self, out_of_service):
        if out_of_service != self.out_of_service:
            self.out_of_service = out_of_service
            self.unwritten = True

    def set_limit(self, limit_ma):
        if limit_ma != self.limit_ma:
            self.limit_ma = limit_ma
            self.unwritten = True

    def write(self):
        self.unwritten = False
        self._storage.write_record(_MEMORY, {
            "seq": self.last_seq, "answer": self.answer, "sessions": self.sessions,
            "out_of_service": self.out_of_service, "latched": self.latched,
            "limit_ma": self.limit_ma,
        })


class Checkpoint:
    """The register, the session under way, and how often the relay has closed.

    `session` is a dict of session.Session.record, or None.
    """

    def __init__(self, storage):
        record = storage.read_record(_CHECKPOINT) or {}
        self._storage = storage
        self.register_wh = taken(record, "register_wh", 0)
        self.meter_id = taken(record, "meter_id", "") or None
        self.at_ms = taken(record, "at_ms", 0) or None
        self.session = _whole(record.get("session"))
        self.relay_operations = taken(record, "relay_operations", 0)

    def write(self, meter, session, at_ms):
        """`session`: its record, or None; at_ms: the server's time, or None."""
        self.register_wh, self.meter_id = meter.register_wh, meter.meter_id
        self.at_ms = at_ms
        self.session = session
        self._storage.write_record(_CHECKPOINT, {
            "register_wh": self.register_wh, "meter_id": self.meter_id, "at_ms": at_ms, "session": session,
            "relay_operations": self.relay_operations,
        })

    def keep_register(self, meter):
        """Before a charge's end is told: the session stays until it was, the register never falls below it. Whether it
        had to be written.
        """
        if self.meter_id != meter.meter_id or self.register_wh == meter.register_wh:
            return False
        self.write(meter, self.session, self.at_ms)
        return True


def _whole(session):
    """The record of a session, where it is one."""
    if not isinstance(session, dict) or not (taken(session, "id", "") and taken(session, "started", 0)):
        return None
    return session if isinstance(session.get("start_wh"), int) and "closed" in session else None
