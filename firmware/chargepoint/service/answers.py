"""Answers to `wattline-board`, on the wire that leads to whoever stands at the board."""

import gc
import sys

from chargepoint.service.history import History

_OF_ENGINE = ("relay_closed", "faults", "meter_id", "register_wh", "vehicle", "session_id")
EVENTS, UNACKED = "events", "unacked"


class Service:
    """board: the roles.Board. Its wire is a Pico's or an ESP32's own port, or the line that it has to its bridge."""

    def __init__(self, board):
        self._board = board
        self.history = History(board.clock, board.engine, board.monitor)
        self.history.note("started: %s, boot %d" % (board.platform.reset_cause, board.journal.boot))
        newer = board.journal.flash.newer
        if newer:
            self.history.note("newer firmware wrote %s: it is kept, and nothing is charged" % ", ".join(newer))

    def step(self, now):
        self.history.look()

    def handlers(self, say):
        """type -> function of the message. `say(kind, fields, message_id)` answers."""
        return {
            "status_request": lambda message: say("status_response", self.status(), message.get("message_id")),
            "log_request": lambda message: say("log_response", self._entry(message), message.get("message_id")),
            "maintenance_request": lambda message: self._maintain(message, say),
        }

    def status(self):
        """The fields of a status_response."""
        board = self._board
        settings, journal = board.settings, board.journal
        fields = {
            "cp_id": settings.cp_id, "role": settings.role, "board": journal.board, "epoch": journal.epoch,
            "firmware": settings.firmware, "micropython": _micropython(), "boot": journal.boot,
            "uptime_ms": board.clock.uptime_ms(), "reset_cause": board.platform.reset_cause,
            "unacked": len(journal.entries),
        }
        if hasattr(gc, "mem_free"):
            fields["free_bytes"] = gc.mem_free()  # pyright: ignore[reportAttributeAccessIssue]  # CPython has none
        if board.monitor is not None:
            fields["monitor_state"] = board.monitor.state
        if board.engine is not None:
            fields.update(self._of_engine(board.engine, board.platform))
        return fields

    def _of_engine(self, engine, platform):
        status, meter = engine.get_current_status(), engine.meter
        fields = {name: status[name] for name in _OF_ENGINE if name in status}
        fields["state"] = engine.state
        fields["current_ma"], fields["voltage_mv"] = meter.current_ma, meter.voltage_mv
        fields["power_w"] = meter.power_w
        inputs = (
            ("temperature_mc", platform.temperature_mc()), ("feedback", platform.feedback()),
            ("rcm_tripped", platform.rcm_tripped()), ("stop_pressed", platform.stop_pressed()),
        )
        fields.update({name: value for name, value in inputs if value is not None})
        return fields

    def _entry(self, message):
        """The fields of a log_response: the next event, or the next message that is not acked."""
        after = message.get("after") or 0
        if message["of"] == EVENTS:
            event = self.history.after(after)
            return {} if event is None else {"n": event[0], "uptime_ms": event[1], "text": event[2]}
        unacked = self._board.journal.above(after)
        if not unacked:
            return {}
        n, told = unacked[0]
        session_id = told.get("session_id")
        return {"n": n, "text": told["type"] + ("" if session_id is None else " of session " + session_id)}

    def _maintain(self, message, say):
        say("status_response", self.status(), message.get("message_id"))
        self._board.maintenance.ask()


def _micropython():
    version = sys.implementation.version
    return "%s-%d.%d.%d on %s" % (sys.implementation.name, version[0], version[1], version[2], sys.platform)
