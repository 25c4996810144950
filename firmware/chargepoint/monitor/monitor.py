"""The monitor: registers the charge point, watches the engine's health, reports, and reconnects for ever.

Between engine and Central it passes lines through as they are; acks of its own board it keeps.
"""

from wire.frame import payload_of
from wire.ids import parse as parse_id
from wire.kinds import ENGINE
from wire.kinds.boards import KINDS

from chargepoint import states
from chargepoint.delivery.inbox import Inbox
from chargepoint.delivery.retry import Redialler
from chargepoint.faults import CENTRAL_UNREACHABLE, ENGINE_SILENT, text_of
from chargepoint.monitor import watch
from chargepoint.monitor.heartbeat import Heartbeats

ENGINE_WAIT_MS = 5000  # for the engine's name, before registering without it
_ASKED_ABOVE_MOST = 8  # health checks under way
# What passes from the engine: its reliable kinds, and these.
_PASSED_UP = ("charging_data", "error_response") + tuple(
    name for name in KINDS if KINDS[name].reliable and ENGINE in KINDS[name].speakers
)
_PASSED_DOWN = ("start_charge", "stop_charge", "stop_service", "resume_service", "reset_fault")


class Monitor:
    """`state` is one of states.MONITOR_STATES. `dropped` counts lines that could not be passed on."""

    def __init__(self, settings, clock, journal, outbox, reports, central, engine, retry, engine_retry, shared):
        """central, engine: links. engine_retry: None where the engine's link needs no dialling.

        shared: the engine is on this board, with this journal.
        """
        self.dropped = 0
        self._settings = settings
        self._cp_id = settings.cp_id
        self._clock = clock
        self._journal = journal
        self._outbox = outbox
        self._reports = reports
        self._central = central
        self._engine = engine
        self._retry = retry
        self._redialler = None if engine_retry is None else Redialler(engine, engine_retry)
        self._shared = shared
        self._walker = states.Walker(states.MONITOR, states.CONNECTING, self)
        self._watch = watch.EngineWatch(
            settings.health_interval_ms, settings.keepalive_ms, settings.engine_silent_ms
        )
        self._heartbeats = Heartbeats(settings.heartbeat_interval_ms)
        self._from_central = Inbox(settings.cp_id, self._central_handlers(), self._answer_central)
        self._from_engine = Inbox(settings.cp_id, self._engine_handlers(), self._answer_engine)
        self._passing = b""  # the payload under way
        self._asked_above = []  # ids of health checks that came from beyond the bridge
        self._dialled_at = None
        self._registered_at = None
        self._engine_heard = None  # (board, boots, generation of its link): who it was that answered last
        self._registered_engine = None  # for whom the last registration was
        self._boot_id = None
        self._status = None  # (state, vehicle) as journaled last
        self._engine_generation = 0
        self._began = None

    @property
    def state(self):
        return self._walker.state

    def registered(self):
        return self.state in (states.REGISTERED, states.WATCHING, states.REPORTING)

    def step(self, now):
        self._began = now if self._began is None else self._began
        self._central.step(now)
        self._engine.step(now)
        for payload in self._central.received():
            self._passing = payload
            self._from_central.take(payload)
        for payload in self._engine.received():
            self._passing = payload
            self._from_engine.take(payload)
        self.check_engine_health(now)
        self.reconnect_services(now)
        if self.registered():
            self._beat(now)
        self._outbox.step(now, self._central.send)

    # --- the engine ---

    def check_engine_health(self, now):
        if self._engine.generation != self._engine_generation:
            self._engine_generation = self._engine.generation
            self._watch.hurry()
        if self._engine.up and self._watch.due(now):
            message_id = self._journal.lossy_id()
            timestamp = (self._clock.time_ms() or now) // 1000
            fields = {"id": self._cp_id, "timestamp": timestamp}
            if self._say(self._engine, "health_check_request", fields, message_id):
                self._watch.asked(message_id, now)
        if self._watch.silent(now):
            self._walker.fire("engine_ill")
            self.report_failure(ENGINE_SILENT)

    def _engine_answered(self, message):
        if message.get("message_id") in self._asked_above:
            self._asked_above.remove(message["message_id"])
            self._pass_up(message)
        checked = self._watch.heard(message, self._board_named(message), self._clock.now)
        self._engine_heard = self._watch.board, self._watch.boots, self._engine.generation
        self._report_recovery(ENGINE_SILENT)
        faults = message["faults"]
        for fault in faults:
            self.report_failure(fault)
        for fault in self._reports.of_engine():
            if fault not in faults:
                self._report_recovery(fault)
        self.update_cp_status(message["state"], message["vehicle"])
        self._walker.fire("engine_ill" if faults else "engine_well")
        if checked and message["state"] == states.SAFE:
            self._say(self._engine, "safe_release", {"cp_id": self._cp_id})

    def _board_named(self, message):
        """Which board the engine is, by the id of what it says unasked; an answer bears the id of who asked."""
        parsed = parse_id(message.get("message_id") or "")
        is_own = parsed is not None and parsed[0] == self._journal.board
        return None if parsed is None or (is_own and not self._shared) else parsed[0]

    # --- reports ---

    def report_failure(self, fault):
        """Say that a fault began, once."""
        if fault not in self._reports.faults:
            self._report(watch.BEGAN, {"id": self._cp_id, "failure_info": text_of(fault), "fault": fault})

    def _report_recovery(self, fault):
        if fault in self._reports.faults:
            self._report(watch.ENDED, {"id": self._cp_id, "fault": fault})

    def _report(self, kind, fields):
        """Where the journal has no room, the next call tries again."""
        n = self._journal.append(kind, fields, self._clock.stamp())
        if n is not None:
            self._reports.told(kind, fields["fault"], n)

    def update_cp_status(self, state, vehicle):
        """Journal what changed; where there is no room, the next call tries again with what holds then."""
        if (state, vehicle) != self._status:
            fields = {"cp_id": self._cp_id, "state": state, "vehicle": vehicle}
            if self._journal.append("status_notification", fields, self._clock.stamp()) is not None:
                self._status = (state, vehicle)

    # --- Central ---

    def reconnect_services(self, now):
        """Dial what is not connected, as often as its pauses allow."""
        if self._redialler is not None and self._redialler.step(now):
            self.report_failure(ENGINE_SILENT)
        if self.state == states.RECONNECTING:
            if self._retry.due(now):
                self._walker.fire("pause_over")
        elif self._dialled_at is None:
            if self._watch.board or now - self._began >= ENGINE_WAIT_MS:
                self.dial()
        elif not self._central.line.is_open and not self._central.line.is_dialling:
            self._walker.fire("line_lost")
        elif self.state == states.CONNECTING:
            self._connect(now)
        elif not self._shared and self._watch.board and self._engine_heard != self._registered_engine:
            # Another board, or one that started anew. It waits for a register_response: without one it has no clock,
            # and does not know that it may send its journal.
            self._walker.fire("renew")

    def _connect(self, now):
        waiting_since = self._dialled_at if self._registered_at is None else self._registered_at
        if now - waiting_since >= self._settings.answer_ms:
            self._walker.fire("unanswered")
        elif self._registered_at is None and self._central.up:
            self._walker.fire("line_up")

    def dial(self, detail=None):
        self._dialled_at = self._clock.now
        self._registered_at = None
        self._central.line.dial()

    def register(self, detail):
        """Journaled, under the number of one not acked yet; said first of all."""
        self._registered_at = self._clock.now
        self._registered_engine = self._engine_heard
        self._outbox.close()
        fields = self._registration()
        if self._journal.append("register_request", fields, self._clock.stamp()) is not None:
            self._outbox.send_registration(self._clock.now, self._central.send)
        else:  # a journal so full can only be emptied by registering, so this one goes out unkept
            self._say(self._central, "register_request", fields)

    def adopt(self, message):
        self._clock.set(message.get("server_time_ms"))
        self._boot_id = message.get("boot_id")
        self._retry.succeed()
        self._heartbeats.begin(self._clock.now)
        self._report_recovery(CENTRAL_UNREACHABLE)
        self._outbox.open()

    def pause(self, detail):
        self._disconnect()
        if self._retry.fail(self._clock.now):
            self.report_failure(CENTRAL_UNREACHABLE)

    def pause_long(self, detail):
        self._disconnect()
        self._retry.wait_long(self._clock.now)

    def _disconnect(self):
        self._central.line.close()
        self._outbox.close()

    def _registration(self):
        settings = self._settings
        fields = {
            "id": self._cp_id, "location": settings.location, "price_per_kwh": settings.price_per_kwh,
            "firmware": settings.firmware,
        }
        fields.update(self._watch.meter)
        if self._shared:  # else they are the engine's settings, and this board does not have them
            fields["presence"] = settings.presence
            fields["rated_current_ma"] = settings.rated_current_ma
        elif self._watch.board:
            fields["engine_board"] = self._watch.board
        return fields

    def _beat(self, now):
        if not self._heartbeats.due(now):
            return
        if self._heartbeats.lost():
            self._walker.fire("unanswered")
            return
        fields = {"cp_id": self._cp_id, "state": self._watch.state}
        fields.update(self._clock.stamp())
        self._say(self._central, "heartbeat", fields)
        self._heartbeats.sent(now)

    def _registered(self, message):
        self._walker.fire("accepted" if message["accepted"] else "refused", message)
        self._pass_down(message)

    def _heartbeat_answered(self, message):
        self._heartbeats.answered()
        self._clock.set(message["server_time_ms"])
        self._pass_down(message)
        if self._boot_id is not None and message["boot_id"] != self._boot_id:
            self._boot_id = None
            self._walker.fire("renew")

    def _acked(self, message):
        if not self._outbox.take_ack(message):
            self._pass_down(message)

    # --- passing on ---

    def _pass_down(self, message):
        if not self._engine.send(self._passing):
            self.dropped += 1

    def _ask_for_above(self, message):
        self._asked_above = (self._asked_above + [message.get("message_id")])[-_ASKED_ABOVE_MOST:]
        self._pass_down(message)

    def _pass_up(self, message):
        if not (self.registered() and self._central.send(self._passing)):
            self.dropped += 1

    def _central_handlers(self):
        handlers = {
            "register_response": self._registered, "heartbeat_response": self._heartbeat_answered,
            "ack": self._acked, "error_response": self._told_wrong, "health_check_request": self._ask_for_above,
        }
        handlers.update(dict.fromkeys(_PASSED_DOWN, self._pass_down))
        return handlers

    def _engine_handlers(self):
        handlers = {"health_check_response": self._engine_answered, "keepalive": self._ignore}
        handlers.update(dict.fromkeys(_PASSED_UP, self._pass_up))
        return handlers

    def _told_wrong(self, message):
        """Most of it is for people who read logs. But a wire does not tell that its bridge is a new one: this does."""
        if message["code"] == "not_registered" and self.registered():
            self._walker.fire("renew")

    def _ignore(self, message):
        """A keepalive did its work in the link."""

    def _answer_central(self, kind, fields):
        self._say(self._central, kind, fields)

    def _answer_engine(self, kind, fields):
        self._say(self._engine, kind, fields)

    def _say(self, link, kind, fields, message_id=None):
        """What may be lost. False where the link has no room."""
        message = {"type": kind, "message_id": message_id or self._journal.lossy_id()}
        message.update(fields)
        return link.send(payload_of(message))
