"""The monitor between engine and Central: what one says goes to the side that faces it, and on to the other.

Messages are passed on as they came, so that their tags and ids stay those of who said them.
"""

from wire.constants import const
from wire.ids import parse as parse_id
from wire.kinds import ENGINE
from wire.kinds.boards import KINDS

from chargepoint.delivery.inbox import Inbox

_TAKEN_MOST = const(4)  # messages in one pass from one side: parsing one takes some ms on a small board
_ASKED_ABOVE_MOST = const(8)  # health checks of the bridge's under way
_UP = ("charging_data", "error_response") + tuple(
    name for name in KINDS if KINDS[name].reliable and ENGINE in KINDS[name].speakers
)
_DOWN = (
    "start_charge", "stop_charge", "stop_service", "resume_service", "reset_fault", "set_limit", "maintenance",
    "register_response", "heartbeat_response", "ack",
)


class Forwarding:
    """`dropped` counts messages that could not be passed on."""

    def __init__(self, cp_id, central, engine):
        """central, engine: the monitor's sides. Their handlers come first, and return True to keep a message."""
        self.dropped = 0
        self._central = central
        self._engine = engine
        self._passing = b""  # the payload under way
        self._asked_above = []  # message_ids of health checks that came from beyond the bridge
        down = {"health_check_request": self._ask_for_above}
        down.update(dict.fromkeys(_DOWN, self._pass_down))
        up = {"health_check_response": self._answer_above}
        up.update(dict.fromkeys(_UP, self._pass_up))
        self._from_central = Inbox(cp_id, _after(central.handlers(), down), central.say)
        self._from_engine = Inbox(cp_id, _after(engine.handlers(), up), engine.say, self._pass_up_newer)

    def serve(self, service):
        """Also answer what is asked on the line to Central: it is a wire, and somebody else may stand at its end."""
        self._from_central.serve(service.handlers(self._central.say))

    def step(self, flash):
        """Until one message has cost flash: the next pass takes the others."""
        self._take(self._central.link, self._from_central, flash)
        self._take(self._engine.link, self._from_engine, flash)

    def _take(self, link, inbox, flash):
        for _ in range(_TAKEN_MOST):
            payload = None if flash.used else link.next()
            if payload is None:
                return
            self._passing = payload
            inbox.take(payload)

    def _pass_down(self, message):
        """Not to an engine that is silent: what waits for it in the line ages without anybody to count it."""
        if not (self._engine.link.up and self._engine.link.send(self._passing)):
            self.dropped += 1

    def _pass_up(self, message):
        if not (self._central.registered() and self._central.link.send(self._passing)):
            self.dropped += 1

    def _pass_up_newer(self, message):
        """What a newer engine keeps until it is acked: Central may know it, and buries and acks what it does not.

        Refused here, it would never be acked, and the engine's journal would be full for good.
        """
        parsed = parse_id(str(message.get("message_id")))
        if parsed is None or parsed[2] is None:
            return False
        self._pass_up(message)
        return True

    def _ask_for_above(self, message):
        self._asked_above = (self._asked_above + [message.get("message_id")])[-_ASKED_ABOVE_MOST:]
        self._pass_down(message)

    def _answer_above(self, message):
        if message.get("message_id") in self._asked_above:
            self._asked_above.remove(message["message_id"])
            self._pass_up(message)


def _after(handlers, passing):
    """type -> function: the handler of that type, if any, then the one that passes it on."""
    both = dict(handlers)
    for kind, pass_on in passing.items():
        handle = handlers.get(kind)
        both[kind] = pass_on if handle is None else _in_turn(handle, pass_on)
    return both


def _in_turn(handle, pass_on):
    def handle_and_pass(message):
        if not handle(message):
            pass_on(message)

    return handle_and_pass
