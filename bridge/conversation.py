"""One line's conversation: a payload goes in, a decision comes out. No I/O, no clock of its own."""

from wire.frame import FrameError, parse
from wire.newer import check_of_newer

from bridge.decisions import Decision, Ignore, Message, Refuse
from bridge.refusals import refuse
from bridge.rules import BOARD_RULES, ERROR_RECEIVED, PLAIN_RULES, Heard, LineState, bury


class Conversation:
    def __init__(self, *, plain: bool) -> None:
        """`plain`: a line without tags, whose speaker may also say what no board says."""
        self._rules = PLAIN_RULES if plain else BOARD_RULES
        self._line = LineState()

    def hear(self, payload: bytes, now_ms: int | None) -> Decision:
        """What to do about one payload that arrived at `now_ms` (since 1970, None where nobody knows)."""
        try:
            return self._decide(parse(payload), payload, now_ms)
        except FrameError as error:
            return refuse({}, error.code, "", error.text)

    def _decide(self, message: Message, payload: bytes, now_ms: int | None) -> Decision:
        decision = self._judge(message, payload, now_ms)
        return bury(self._line, message, payload, decision) if isinstance(decision, Refuse) else decision

    def _judge(self, message: Message, payload: bytes, now_ms: int | None) -> Decision:
        problem = check_of_newer(message)
        if problem is not None:
            if message.get("type") == "error_response":
                return ERROR_RECEIVED
            return refuse(message, problem.code, problem.field, problem.text)
        name = str(message["type"])
        rule = self._rules.get(name)
        if rule is None:
            return refuse(message, "wrong_direction", "type", f"type: expected what boards say; {name} is not")
        return rule if isinstance(rule, Ignore) else rule(self._line, Heard(message, payload, now_ms))

    def has_registered(self) -> bool:
        """Whether any charge point has, or asks to."""
        return bool(self._line.registered)

    def forget(self, cp_id: str, registration: str) -> None:
        """The link of this registration has ended. A newer registration of the same charge point stands."""
        registered = self._line.registered.get(cp_id)
        if registered is not None and registered.message_id == registration:
            del self._line.registered[cp_id]
