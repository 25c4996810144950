"""The service at a port that is no line of the board's: a Pico's USB where its bridge is reached otherwise."""

from chargepoint.delivery.inbox import Inbox


class Console:
    """A part of the board. Whoever opens the port may ask at once, and hears nothing unasked."""

    def __init__(self, link, sender, service):
        link.line.dial()
        self._link = link
        self._sender = sender
        self._inbox = Inbox(sender.cp_id, service.handlers(self._say), self._say)

    def step(self, now):
        self._link.step(now)
        payload = self._link.next()
        if payload is not None:
            self._inbox.take(payload)

    def _say(self, kind, fields, message_id=None):
        return self._sender.say(self._link, kind, fields, message_id)
