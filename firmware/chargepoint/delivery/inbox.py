"""Messages that arrived: held against the table of kinds, and handed to who handles their type."""

from wire.frame import FrameError, parse
from wire.newer import check_of_newer

_NEVER_ANSWERED = ("error_response", "ack", "keepalive")


class Inbox:
    """`handlers`: type -> function of the message. `refused` counts messages that no handler took."""

    def __init__(self, cp_id, handlers, answer, pass_on=None):
        """`answer(kind, fields)` sends an error_response; `pass_on(message)` may take one that is not understood."""
        self.refused = 0
        self._cp_id = cp_id
        self._handlers = handlers
        self._answer = answer
        self._pass_on = pass_on

    def serve(self, handlers):
        """Take these kinds too."""
        self._handlers.update(handlers)

    def take(self, payload):
        try:
            message = parse(payload)
        except FrameError as error:
            self.refuse({}, error.code, "", error.text)
            return
        problem = check_of_newer(message)
        if problem is not None:
            if self._pass_on is not None and self._pass_on(message):
                return
            self.refuse(message, problem.code, problem.field, problem.text)
        elif message.get("cp_id", self._cp_id) != self._cp_id:
            self.refuse(message, "not_yours", "cp_id", "this charge point is " + self._cp_id)
        elif message["type"] not in self._handlers:
            self.refuse(message, "wrong_direction", "type", "not for a board to take")
        else:
            self._handlers[message["type"]](message)

    def refuse(self, message, code, field, text):
        """Answer with an error_response, and do nothing else."""
        self.refused += 1
        if message.get("type") not in _NEVER_ANSWERED:
            fields = {"code": code, "field": field, "text": text}
            message_id = message.get("message_id")
            if isinstance(message_id, str) and len(message_id) <= 64:
                fields["message_id"] = message_id
            self._answer("error_response", fields)
