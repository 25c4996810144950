"""JSON on CPython, where what people and other programs write is read: no number or text that a board could not take,
and the same texts as MicroPython gives. No board loads it.
"""

import json


def _refuse_number(text: str) -> float:
    raise ValueError("number out of range: " + text[:20])


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:  # infinities; NaN has no spelling that reaches this
        _refuse_number(text)
    return number


def _integer(text: str) -> int:
    if len(text) > 20:
        _refuse_number(text)
    return int(text)


# One of each for all calls: dumps() or loads() with an argument makes a new one, which costs more than the text.
_decode = json.JSONDecoder(parse_constant=_refuse_number, parse_float=_finite, parse_int=_integer).decode  # pyright: ignore[reportAttributeAccessIssue] -- not on boards
_unescaped = json.JSONEncoder(ensure_ascii=False).encode  # pyright: ignore[reportAttributeAccessIssue] -- not on boards


def loads(text: str) -> object:
    message = _decode(text)
    if "\\u" in text:
        _unescaped(message).encode()  # a lone surrogate is no text: UnicodeEncodeError
    return message


def text(value: str) -> str:
    """A text in JSON."""
    if "\b" not in value and "\f" not in value:
        return _unescaped(value)
    # MicroPython has no short escapes for 0x08 and 0x0c.
    return '"' + "\\u0008".join([_without_backspace(part) for part in value.split("\b")]) + '"'


def _without_backspace(value: str) -> str:
    return "\\u000c".join([_unescaped(part)[1:-1] for part in value.split("\f")])
