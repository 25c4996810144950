"""The monitor's side that faces the engine: asks for its health, keeps what it says, and leads it out of safe mode."""

from wire.ids import parse as parse_id

from chargepoint.faults import ENGINE_SILENT
from chargepoint.monitor.watch import EngineWatch
from chargepoint.states import SAFE
from chargepoint.ticks import ticks_add, ticks_diff

_LACK_DOUBLINGS = 7  # of the pause between two registrations that did not reach the engine

WELL, ILL = "engine_well", "engine_ill"  # events of states.MONITOR


class EngineSide:
    """`link` to the engine. `health`: WELL or ILL as last heard, None before the first word."""

    def __init__(self, settings, sender, link, reports, redialler=None):
        """redialler: dials the link's line; None where the engine is on this board, with this journal."""
        self.link = link
        self.health = None
        self.incarnation = None  # (board, boots, generation of its link) of an engine on another board, once known
        self._settings = settings
        self._sender = sender
        self._reports = reports
        self._redialler = redialler
        self._watch = EngineWatch(
            sender.clock.now, settings.health_interval_ms, settings.keepalive_ms, settings.engine_silent_ms
        )
        self._generation = 0
        self._lacks_registration = False  # as the engine said last, when it was asked
        self._renewals = 0  # registrations on that account, in a row
        self._renew_at = None  # at once

    @property
    def state(self):
        return self._watch.state

    def is_known(self):
        """Whether the engine has named itself."""
        return self._watch.board is not None

    def check_engine_health(self, now):
        if self.link.generation != self._generation:
            self._generation = self.link.generation
            self._watch.hurry()
        if self.link.up and self._watch.due(now):
            self._ask(now)
        if self._watch.silent(now):
            self.health = ILL
            self._reports.report_failure(ENGINE_SILENT)
        else:
            self._reports.report_engine()

    def reconnect(self, now):
        if self._redialler is not None and self._redialler.step(now):
            self._reports.report_failure(ENGINE_SILENT)

    def set_health_interval(self, asked_ms):
        """As Central asks; None: as configured."""
        self._watch.set_interval(asked_ms)

    def registering(self, now):
        """The engine hears of its answer, if its link lets it through."""
        if self._lacks_registration:
            self._lacks_registration = False
            pause_ms = self._settings.health_interval_ms << min(self._renewals, _LACK_DOUBLINGS)
            self._renew_at = ticks_add(now, pause_ms)
            self._renewals += 1

    def registered(self):
        """Central's answer is passed on to the engine: only what it is asked from now on, it says after that."""
        self._lacks_registration = False
        self._watch.ask_anew()

    def needs_registration(self, now):
        """Whether the engine has heard of none on its link, though there was one: its end of the link is another.

        Where a registration does not help, it is tried less and less often.
        """
        if not self._lacks_registration:
            return False
        return self._renew_at is None or ticks_diff(now, self._renew_at) >= 0

    def described(self):
        """What a registration says of the engine."""
        fields = dict(self._watch.told)
        if self._redialler is None:  # else they are the engine's settings, and this board does not have them
            fields["presence"] = self._settings.presence
            fields["rated_current_ma"] = self._settings.rated_current_ma
        elif self.is_known():
            fields["engine_board"] = self._watch.board
        return fields

    def say(self, kind, fields, message_id=None):
        return self._sender.say(self.link, kind, fields, message_id)

    def handlers(self):
        return {"health_check_response": self._answered, "keepalive": self._ignore}

    def _ask(self, now):
        message_id = self._sender.journal.lossy_id()
        timestamp_s = (self._sender.clock.time_ms() or self._sender.clock.uptime_ms()) // 1000
        fields = {"id": self._sender.cp_id, "timestamp": timestamp_s}
        if self.say("health_check_request", fields, message_id):
            self._watch.asked(message_id, now)

    def _answered(self, message):
        is_checked = self._watch.heard(message, self._board_named(message), self._sender.clock.now)
        self._note_registered(message.get("registered") is not False, is_checked)
        if self._redialler is not None and self.is_known():
            self.incarnation = self._watch.board, self._watch.boots, self.link.generation
        self._reports.report_recovery(ENGINE_SILENT)
        self._reports.take_engine_faults(message["faults"])
        self._reports.update_cp_status(message["state"], message["vehicle"], message.get("session_id"))
        self.health = ILL if message["faults"] else WELL
        if is_checked and message["state"] == SAFE and not self._sender.flash.newer:
            self.say("safe_release", {"cp_id": self._sender.cp_id})

    def _note_registered(self, is_registered, is_checked):
        if not is_checked:
            if not is_registered:
                self._watch.ask_next()  # it may have been said before the answer to a registration came by
            return
        self._lacks_registration = not is_registered
        if is_registered:
            self._renewals, self._renew_at = 0, None

    def _board_named(self, message):
        """Which board the engine is, by the id of what it says unasked; an answer bears the id of who asked."""
        parsed = parse_id(message.get("message_id") or "")
        if parsed is None or (parsed[0] == self._sender.board and self._redialler is not None):
            return None
        return parsed[0]

    def _ignore(self, message):
        """A keepalive did its work in the link."""
