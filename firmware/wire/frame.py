"""Lines in and out: compact JSON, `*`, tag, newline; at most LINE_LIMIT bytes.

`Decoder` takes bytes as they come and gives whole payloads; it never raises, never grows beyond its bound, and
resynchronises at the next newline. `parse` makes a message of a payload, `encode` a line of a message.
"""

import json
import sys

from wire.kinds.boards import KINDS
from wire.seal import Crc32

LINE_LIMIT = 1024  # bytes, newline included
DEPTH_LIMIT = 8  # of objects and lists in each other; no kind has more than two, and a Pico's stack ends at 15
_STAR = 0x2A
_NEWLINE = b"\n"

if sys.implementation.name == "micropython":
    _loads, _text = json.loads, json.dumps  # it has no hooks; a board reads only what its bridge or its kind tagged
else:
    from wire.strict_json import loads as _loads
    from wire.strict_json import text as _text


class FrameError(ValueError):
    """A payload that is no message, or a message that makes no line; `code` goes into error_response."""

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code
        self.text = text


class Decoder:
    """Bytes in, payloads out. `seal` None takes untagged lines (the plain port).

    Counters: `bytes_dropped` (of lines too long), `lines_too_long`, `lines_bad_tag` (noise, banners, damage).
    """

    def __init__(self, seal: "Crc32 | None", limit: int = LINE_LIMIT):
        self._seal = seal
        self._limit = limit
        self._held = bytearray()
        self._skipping = False
        self.bytes_dropped = 0
        self.lines_too_long = 0
        self.lines_bad_tag = 0

    def held(self) -> int:
        """Bytes of an unfinished line, never more than the limit."""
        return len(self._held)

    def feed(self, chunk: bytes) -> "list[bytes]":
        payloads: list[bytes] = []
        start = 0
        while True:
            end = chunk.find(_NEWLINE, start)
            if end < 0:
                self._hold(chunk, start, len(chunk))
                return payloads
            self._hold(chunk, start, end)
            payload = self._finish()
            if payload:
                payloads.append(payload)
            start = end + 1

    def _hold(self, chunk: bytes, start: int, end: int) -> None:
        size = end - start
        if not self._skipping and len(self._held) + size >= self._limit:
            self._skipping = True
            self.lines_too_long += 1
            self.bytes_dropped += len(self._held)
            self._held = bytearray()
        if self._skipping:
            self.bytes_dropped += size
        else:
            self._held.extend(chunk[start:end])

    def _finish(self) -> "bytes | None":
        if self._skipping:
            self._skipping = False
            return None
        line = bytes(self._held)
        self._held = bytearray()
        if line[-1:] == b"\r":
            line = line[:-1]
        if self._seal is None or not line:
            return line
        return self._untag(line, self._seal)

    def _untag(self, line: bytes, seal: Crc32) -> "bytes | None":
        star = len(line) - seal.size - 1
        if star < 0 or line[star] != _STAR or seal.tag(line[:star]) != line[star + 1 :]:
            self.lines_bad_tag += 1
            return None
        return line[:star]


def parse(payload: bytes) -> "dict[str, object]":
    """The message in a payload.

    Raises FrameError (`not_json`): not UTF-8, not JSON, no object, no finite number, nested beyond DEPTH_LIMIT.
    """
    try:
        message = _loads(str(payload, "utf-8"))
    except (ValueError, RuntimeError, MemoryError):  # RuntimeError: nested deeper than the stack
        raise FrameError("not_json", "expected one JSON object in UTF-8 on one line") from None
    if not isinstance(message, dict):
        raise FrameError("not_json", "expected a JSON object, such as {\"type\":\"heartbeat\", ...}")
    if _is_deep(message):
        raise FrameError("not_json", "expected at most %d objects and lists in each other" % DEPTH_LIMIT)
    return message


def _is_deep(message: "dict[str, object]") -> bool:
    level: "list[dict[str, object] | list[object]]" = [message]
    for _ in range(DEPTH_LIMIT):
        level = [inner for outer in level for inner in _within(outer) if isinstance(inner, (dict, list))]
        if not level:
            return False
    return True


def _within(value: "dict[str, object] | list[object]"):
    return value.values() if isinstance(value, dict) else value


def compact(value: object) -> str:
    """Compact JSON with sorted keys; the same text on MicroPython, whose dicts keep no order."""
    if isinstance(value, dict):
        return "{" + ",".join([_text(k) + ":" + compact(value[k]) for k in sorted(value)]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([compact(v) for v in value]) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value - value != 0:
        raise FrameError("out_of_bounds", "a number that is not finite")
    return json.dumps(value)


def payload_of(message: "dict[str, object]") -> bytes:
    """The bytes before the tag: fields in the order of the kind's table, unknown ones after them, sorted."""
    name = message.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    order = ["type", "message_id", "v"] if kind is None else [field.name for field in kind.fields]
    order += [field for field in sorted(message) if field not in order]
    parts = [_text(field) + ":" + compact(message[field]) for field in order if field in message]
    return ("{" + ",".join(parts) + "}").encode()


def encode(message: "dict[str, object]", seal: "Crc32 | None") -> bytes:
    """One whole line. Raises FrameError (`too_long`) where it would pass LINE_LIMIT."""
    return line_of(payload_of(message), seal)


def line_of(payload: bytes, seal: "Crc32 | None") -> bytes:
    """The line of a payload, for who passes on what others made. Raises as `encode` does."""
    line = payload + _NEWLINE if seal is None else payload + b"*" + seal.tag(payload) + _NEWLINE
    if len(line) > LINE_LIMIT:
        raise FrameError("too_long", "a line of %d bytes; at most %d" % (len(line), LINE_LIMIT))
    return line
