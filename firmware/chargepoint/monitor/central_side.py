"""The monitor's side that faces Central: registers the charge point, beats, takes acks, and reconnects for ever."""

from chargepoint.faults import CENTRAL_UNREACHABLE, DUPLICATE_ID
from chargepoint.monitor import states
from chargepoint.monitor.heartbeat import Heartbeats
from chargepoint.states import Walker
from chargepoint.ticks import ticks_diff

_REGISTERED = (states.REGISTERED, states.WATCHING, states.REPORTING)
ENGINE_WAIT_MS = 5000  # for the engine's name, before registering without it
TWIN_CALM_MS = 600000  # after so long on one link no other board has this one's id any more; the bridge's own measure


class CentralSide:
    """`link` to the bridge. `state` is one of those in states.py, whose actions are methods here."""

    def __init__(self, settings, sender, link, retry, engine, reports):
        """engine: the EngineSide."""
        self.link = link
        self._send = link.send  # bound once: each binding takes heap
        self._settings = settings
        self._sender = sender
        self._retry = retry
        self._engine = engine
        self._reports = reports
        self._walker = Walker(states.MONITOR, states.CONNECTING, self)
        self._heartbeats = Heartbeats(settings.heartbeat_interval_ms)
        self._began_at = None
        self._dialled_at = None
        self._registered_at = None
        self._accepted_at = 0
        self._registered_engine = None  # its incarnation, when the last registration was made
        self._is_unnumbered = False  # as which the last registration was said
        self._engine_health = None  # the event that was fired last
        self._boot_id = None

    @property
    def state(self):
        return self._walker.state

    def registered(self):
        return self.state in _REGISTERED

    def reconnect(self, now):
        """Dial what is not connected, as often as its pauses allow."""
        self._began_at = now if self._began_at is None else self._began_at
        if self.state == states.RECONNECTING:
            if self._retry.due(now):
                self._walker.fire("pause_over")
        elif self._dialled_at is None:
            if self._engine.is_known() or ticks_diff(now, self._began_at) >= ENGINE_WAIT_MS:
                self.dial()
        elif not self.link.line.is_open and not self.link.line.is_dialling:
            self._walker.fire("line_lost")
        elif self.state == states.CONNECTING:
            self._connect(now)
        elif self._is_due_anew(now):
            self._walker.fire("renew")

    def send(self, now):
        """What is due: the end of a fault, a heartbeat, and what the journal holds."""
        if self.registered():
            if not self._sender.flash.used:
                self._report_recoveries(now)
            if self._heartbeats.due(now):
                self._beat(now)
        self._sender.outbox.step(now, self._send)

    def take_engine_health(self, event):
        """EngineSide.health."""
        if event != self._engine_health:
            self._engine_health = event
            self._walker.fire(event)

    def say(self, kind, fields, message_id=None):
        return self._sender.say(self.link, kind, fields, message_id)

    def handlers(self):
        """Each returns True where the message is not for the engine too."""
        return {
            "register_response": self._answered, "heartbeat_response": self._heartbeat_answered,
            "ack": self._sender.outbox.take_ack, "error_response": self._told_wrong,
        }

    # --- actions of states.MONITOR ---

    def dial(self, detail=None):
        self._dialled_at = self._sender.clock.now
        self._registered_at = None
        self.link.line.dial()

    def register(self, detail):
        """Journaled, under the number of one not accepted yet; said first of all."""
        now, outbox = self._sender.clock.now, self._sender.outbox
        self._registered_at = now
        self._registered_engine = self._engine.incarnation
        self._engine.registering(now)
        outbox.close()
        self._is_unnumbered = not self._keep_registration()
        if self._is_unnumbered:  # a journal so full can only be emptied by registering, so this one goes out unkept
            self.say("register_request", self._registration())
        else:
            outbox.send_registration(now, self.link.send)

    def adopt(self, message):
        clock = self._sender.clock
        clock.set(message.get("server_time_ms"))
        self._boot_id = message.get("boot_id")
        self._retry.succeed()
        self._accepted_at = clock.now
        self._heartbeats.begin(clock.now, message.get("heartbeat_interval_ms"))
        self._engine.set_health_interval(message.get("health_interval_ms"))
        self._engine_health = None  # fired again, to lead on from REGISTERED
        self._engine.registered()
        self._reports.say_status_again()
        self._sender.outbox.open()

    def pause(self, detail):
        self._disconnect()
        if self._retry.fail(self._sender.clock.now):
            self._reports.report_failure(CENTRAL_UNREACHABLE)

    def pause_long(self, message):
        if message.get("reason") == DUPLICATE_ID:
            self._reports.remember(DUPLICATE_ID)
        self._disconnect()
        self._sender.outbox.refused()
        self._retry.wait_long(self._sender.clock.now)

    # --- parts ---

    def _connect(self, now):
        assert self._dialled_at is not None  # nothing connects that was not dialled
        waiting_since = self._dialled_at if self._registered_at is None else self._registered_at
        if ticks_diff(now, waiting_since) >= self._settings.answer_ms:
            self._walker.fire("unanswered")
        elif self._registered_at is None and self.link.up:
            self._walker.fire("line_up")

    def _report_recoveries(self, now):
        """Again and again should the journal be full."""
        self._reports.report_recovery(CENTRAL_UNREACHABLE)
        if ticks_diff(now, self._accepted_at) >= TWIN_CALM_MS:
            self._reports.report_recovery(DUPLICATE_ID)

    def _is_due_anew(self, now):
        """Whether Central, or the engine, needs another registration than the one that was accepted."""
        if self._engine.incarnation != self._registered_engine:
            # Another board, or one that started anew. It waits for a register_response: without one it has no clock,
            # and does not know that it may send its journal.
            return True
        if self._is_unnumbered and self._sender.journal.room_for("register_request"):
            return True  # one without a number sets nothing at Central but the link
        return self._engine.needs_registration(now)

    def _keep_registration(self):
        """False where the journal has no room. Until the engine has named itself, what was said of it before stands:
        each start of a monitor that is refused would cost two numbers more.
        """
        if not self._engine.is_known() and self._sender.journal.registration() is not None:
            return True
        return self._sender.keep("register_request", self._registration()) is not None

    def _disconnect(self):
        self.link.line.close()
        self._sender.outbox.close()

    def _registration(self):
        settings = self._settings
        fields = {
            "id": settings.cp_id, "location": settings.location, "price_per_kwh": settings.price_per_kwh,
            "firmware": settings.firmware,
        }
        fields.update(self._engine.described())
        return fields

    def _beat(self, now):
        if self._heartbeats.lost():
            self._walker.fire("unanswered")
            return
        fields = {"cp_id": self._settings.cp_id, "state": self._engine.state}
        fields.update(self._sender.clock.stamp())
        self.say("heartbeat", fields)
        self._heartbeats.sent(now)

    def _answered(self, message):
        self._walker.fire("accepted" if message["accepted"] else "refused", message)

    def _heartbeat_answered(self, message):
        self._heartbeats.answered()
        self._sender.clock.set(message["server_time_ms"])
        if self._boot_id is not None and message["boot_id"] != self._boot_id:
            self._boot_id = None
            self._walker.fire("renew")

    def _told_wrong(self, message):
        """Most of it is for people who read logs. But a wire does not tell that its bridge is a new one: this does."""
        if message["code"] == "not_registered" and self.registered():
            self._walker.fire("renew")
