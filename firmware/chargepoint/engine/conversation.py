"""What the engine says and hears on its link: whom it believes, and what it says unasked."""

from chargepoint.delivery.inbox import Inbox
from chargepoint.engine.commands import Commands
from chargepoint.engine.handshake import Handshake
from chargepoint.engine.news import News

_MESSAGES_IN_A_STEP = 4  # parsing one takes some ms on a small board


class Conversation:
    """sender: its outbox sends the journal on `link`; None where a monitor on the same board sends it."""

    def __init__(self, settings, engine, memory, sender, link):
        self._engine = engine
        self._sender = sender
        self._clock = sender.clock
        self._flash = sender.flash
        self._outbox = sender.outbox
        self._link = link
        self._send_on_link = link.send  # bound once: each binding takes heap
        self._handshake = Handshake(link)
        self._commands = Commands(engine, memory, sender)
        self._inbox = Inbox(settings.cp_id, self._handlers(), self.send)
        self._news = News()

    def is_registered(self):
        return self._handshake.is_registered()

    def serve(self, service):
        """Also answer what is asked on the link: it is a wire, and somebody else may stand at its end."""
        self._inbox.serve(service.handlers(self.send))

    def hear(self):
        """What costs flash ends the pass: the rest waits for the next one."""
        for _ in range(_MESSAGES_IN_A_STEP):
            payload = None if self._flash.used else self._link.next()
            if payload is None:
                return
            self._inbox.take(payload)

    def announce(self):
        """Changes are said unasked, and to whoever connects anew."""
        engine = self._engine
        generation, state, vehicle = self._link.generation, engine.state, engine.vehicle()
        if not self._link.up or not self._news.has_any(generation, state, vehicle, engine.faults):
            return
        if self.send("health_check_response", engine.get_current_status()):
            self._news.told(generation, state, vehicle, engine.faults)

    def deliver(self, now):
        """What the journal holds is for Central, not for whoever has just connected."""
        if self._outbox is None:
            return
        if not self._handshake.is_registered():
            self._outbox.close()
        self._outbox.step(now, self._send_on_link)

    def send(self, kind, fields, message_id=None):
        return self._sender.say(self._link, kind, fields, message_id)

    def answer_health_check(self, message, status):
        if self.send("health_check_response", status, message.get("message_id")):
            self._handshake.checked()

    # --- what is heard ---

    def _handlers(self):
        handlers = dict.fromkeys(self._commands.kinds, self._take_command)
        handlers.update({
            "health_check_request": self._engine.handle_health_check, "safe_release": self._release,
            "register_response": self._registered, "heartbeat_response": self._heartbeat_answered,
            "ack": self._take_ack, "keepalive": self._ignore, "error_response": self._ignore,
        })
        return handlers

    def _take_command(self, message):
        """Unanswered before the registration: an answer would be kept, and the seq too, whoever said it."""
        if self._handshake.is_registered():
            self._commands.take(message)
        else:
            self._inbox.refuse(message, "not_registered", "type", "expected a register_response on this link first")

    def _release(self, message):
        if self._handshake.is_checked():
            self._engine.release()
        else:
            self._inbox.refuse(message, "not_registered", "type", "expected a health check on this link first")

    def _registered(self, message):
        self._handshake.registered(message["accepted"])
        if not message["accepted"]:
            return
        self._clock.set(message.get("server_time_ms"))
        if self._outbox is not None:
            self._outbox.open()
        self._commands.begin_at(message.get("seq"))
        self._engine.set_service(message["in_service"])
        self._engine.limit_current(message.get("limit_ma"))
        self._engine.raise_register(message.get("meter_id"), message.get("register_wh") or 0)

    def _take_ack(self, message):
        if self._outbox is not None and self._handshake.is_registered():
            self._outbox.take_ack(message)

    def _heartbeat_answered(self, message):
        if self._handshake.is_registered():
            self._clock.set(message["server_time_ms"])

    def _ignore(self, message):
        """A keepalive did its work in the link; an error_response is for people who read logs."""
