"""The engine's plain port: untagged lines, for a health check typed by hand. It is no sign of a living monitor."""

from wire.check import check
from wire.frame import Decoder, FrameError, encode, parse

from chargepoint.ticks import ticks_diff

_CLIENTS_MOST = 4
_READ_MOST = 512
_IDLE_MS = 60000


class _Client:
    def __init__(self, stream, now):
        self.stream = stream
        self.decoder = Decoder(None)
        self.heard_at = now


class PlainPort:
    """`listener.accept()` gives byte lines; `status()` the fields of a health_check_response."""

    def __init__(self, listener, status):
        self._listener = listener
        self._status = status
        self._clients = []

    def step(self, now):
        stream = self._listener.accept()
        if stream is not None:
            self._clients.append(_Client(stream, now))
            if len(self._clients) > _CLIENTS_MOST:
                self._clients.pop(0).stream.close()
        for client in self._clients:
            self._serve(client, now)
        self._clients = [client for client in self._clients if client.stream.is_open]

    def _serve(self, client, now):
        client.stream.step(now)
        chunk = client.stream.read(_READ_MOST)
        if chunk:
            client.heard_at = now
        elif ticks_diff(now, client.heard_at) >= _IDLE_MS:
            client.stream.close()
        for payload in client.decoder.feed(chunk):
            if not client.stream.write(encode(self._answer(payload), None)):
                client.stream.close()  # it does not read its answers

    def _answer(self, payload):
        try:
            message = parse(payload)
        except FrameError as error:
            return _error(error.code, "", error.text)
        problem = check(message)
        if problem is not None:
            return _error(problem.code, problem.field, problem.text)
        if message["type"] != "health_check_request":
            return _error("wrong_direction", "type", "expected health_check_request")
        answer: "dict[str, object]" = {"type": "health_check_response"}
        if message.get("message_id") is not None:
            answer["message_id"] = message["message_id"]
        answer.update(self._status())
        return answer


def _error(code: str, field: str, text: str) -> "dict[str, object]":
    return {"type": "error_response", "code": code, "field": field, "text": text}
