"""Holds a message against the table of kinds."""

from collections import namedtuple

from wire.ids import ID_CHARACTERS, MAX_N, made_of
from wire.kinds import KINDS

# code and field go into error_response; text says what was wrong and what would be right.
Problem = namedtuple("Problem", ("code", "field", "text"))


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value, low, high):
    return isinstance(value, str) and low <= len(value) <= high and all(c >= " " and c != "\x7f" for c in value)


def _is_id(value, low, high):
    return isinstance(value, str) and low <= len(value) <= high and made_of(value, ID_CHARACTERS)


def _check_int(value, low, high):
    if not _is_int(value):
        return "bad_field", "expected an integer"
    if not low <= value <= high:
        return "out_of_bounds", "expected %d to %d" % (low, high)


def _check_decimal(value, low, high):
    if not (_is_int(value) or isinstance(value, float)) or value != value:
        return "bad_field", "expected a number"
    if not low <= value <= high:
        return "out_of_bounds", "expected %d to %d" % (low, high)


def _check_text(value, low, high):
    if not _is_text(value, low, high):
        return "bad_field", "expected a text of %d to %d characters, none of them a control character" % (low, high)


def _check_id(value, low, high):
    if not _is_id(value, low, high):
        return "bad_field", "expected %d to %d of the characters A-Z a-z 0-9 _ - ." % (low, high)


def _check_bool(value, low, high):
    if not isinstance(value, bool):
        return "bad_field", "expected true or false"


def _check_choice(value, low, high):
    if not isinstance(value, str) or value not in high:
        return "bad_field", "expected one of " + ", ".join(high)


def _check_ints(value, low, high):
    if not isinstance(value, list) or not low <= len(value) <= high or not all(_is_int(v) for v in value):
        return "bad_field", "expected a list of %d to %d integers" % (low, high)
    if not all(0 <= v <= MAX_N for v in value):
        return "out_of_bounds", "expected integers from 0 to %d" % MAX_N


def _check_ids(value, low, high):
    if not isinstance(value, list) or not low <= len(value) <= high or not all(_is_id(v, 1, 64) for v in value):
        return "bad_field", "expected a list of %d to %d ids" % (low, high)


SORTS = {
    "int": _check_int,
    "decimal": _check_decimal,
    "text": _check_text,
    "id": _check_id,
    "bool": _check_bool,
    "choice": _check_choice,
    "ints": _check_ints,
    "ids": _check_ids,
}


def check(message: "dict[str, object]") -> "Problem | None":
    """What is wrong with a message: `unknown_type`, `missing_field`, `bad_field`, `out_of_bounds`; None if nothing is."""
    kind = KINDS.get(message.get("type")) if isinstance(message.get("type"), str) else None
    if kind is None:
        return Problem("unknown_type", "type", "expected one of the kinds in docs/protocol.md")
    for field in kind.fields:
        wrong = _check_field(message, field)
        if wrong is not None:
            return Problem(wrong[0], field.name, field.name + ": " + wrong[1])
    return None


def _check_field(message, field):
    if message.get(field.name) is None:  # null is absent
        return ("missing_field", "it is required") if field.required else None
    return SORTS[field.sort](message[field.name], field.low, field.high)
