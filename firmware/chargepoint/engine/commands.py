"""Central's commands at the engine. `seq` rises per charge point: a repeated command gets the same answer again and is
not run again; a command older than the last one is refused.
"""

SEQ_JUMP = 1000  # a seq so far ahead is a mistake; taking it would refuse all that is right after it


class Commands:
    """Answers each command with a command_response, journaled; says of each whether it may run."""

    def __init__(self, engine, memory, sender):
        self._engine = engine
        self._memory = memory
        self._sender = sender
        self._central_seq = 0  # as the newest register_response told it
        self._runs = {
            "start_charge": self._start,
            "stop_charge": self._stop,
            "stop_service": self._stop_service,
            "resume_service": self._resume_service,
            "reset_fault": self._reset_fault,
            "set_limit": self._set_limit,
            "maintenance": self._maintenance,
        }
        self.kinds = tuple(self._runs)

    def begin_at(self, central_seq):
        """Where Central stands: a board that was away, or at another Central, may lie far below."""
        self._central_seq = central_seq or 0

    def take(self, message):
        seq, last = message["seq"], self._memory.last_seq
        # A board with new flash takes whatever comes first.
        if last is None or last < seq <= max(last, self._central_seq) + SEQ_JUMP:
            self._run(message)
            self._say(seq, self._memory.answer)
        elif seq == last:
            self._say(seq, self._memory.answer)
        else:
            self._say(seq, _no("superseded" if seq < last else "seq_jump"))

    def _run(self, message):
        """Everything a later power cut must not undo is on flash when this returns, before a relay closes."""
        reason = "expired" if self._expired(message) else self._runs[message["type"]](message)
        answer = {"accepted": True} if reason is None else _no(reason)
        if message.get("session_id") is not None:
            answer["session_id"] = message["session_id"]
        self._memory.last_seq, self._memory.answer = message["seq"], answer
        if message["type"] == "start_charge" and reason is None:
            self._memory.remember_session(message["session_id"])
        else:
            self._memory.write()

    def _say(self, seq, answer):
        """One unacked answer is enough: the journal sends it until it is acked."""
        if self._sender.journal.find("command_response", "seq", seq):
            return
        fields = {"cp_id": self._sender.cp_id, "seq": seq}
        fields.update(answer)
        self._sender.keep("command_response", fields)

    def _expired(self, message):
        """By either: this board's clock may be wrong or absent, and nobody ages `ttl_ms` on a wire."""
        ttl_ms, expires_at_ms = message.get("ttl_ms"), message.get("expires_at_ms")
        if ttl_ms is not None and ttl_ms <= 0:
            return True
        now_ms = self._sender.clock.time_ms()
        return expires_at_ms is not None and now_ms is not None and now_ms >= expires_at_ms

    # --- each: None, or why not ---

    def _start(self, message):
        return self._engine.start_charging_session(
            message["session_id"], message.get("max_energy_wh"), message.get("max_duration_s")
        )

    def _stop(self, message):
        if self._engine.session_id() != message["session_id"]:
            # One that has run owes its completion, which may come after this answer.
            return "already_ran" if message["session_id"] in self._memory.sessions else "unknown_session"
        return self._engine.stop_charging_session(message["reason"])

    def _stop_service(self, message):
        self._engine.set_service(False)

    def _resume_service(self, message):
        self._engine.set_service(True)

    def _reset_fault(self, message):
        self._engine.reset_faults()

    def _set_limit(self, message):
        return self._engine.limit_current(message.get("limit_ma"))

    def _maintenance(self, message):
        self._engine.leave()


def _no(reason):
    return {"accepted": False, "reason": reason}
