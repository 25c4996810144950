"""Holds a message against the table of kinds."""

from wire.ids import ID_RULE, MAX_N, is_id
from wire.kinds.boards import KINDS
from wire.kinds.fields import Field


class Problem:
    """`code` and `field` go into error_response; `text` says what was wrong and what would be right."""

    def __init__(self, code: str, field: str, text: str):
        self.code = code
        self.field = field
        self.text = text


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _printable(value: str) -> bool:
    return all(c >= " " and not "\x7f" <= c <= "\x9f" for c in value)  # C1 controls a terminal as C0 does


def _check_int(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, int) or isinstance(value, bool):
        return "bad_field", "expected an integer"
    if not field.low <= value <= field.high:
        return "out_of_bounds", "expected %d to %d" % (field.low, field.high)
    return None


def _check_decimal(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value != value:
        return "bad_field", "expected a number"
    if not field.low <= value <= field.high:
        return "out_of_bounds", "expected %d to %d" % (field.low, field.high)
    return None


def _check_price(value: object, field: Field) -> "tuple[str, str] | None":
    wrong = _check_decimal(value, field)
    # A finer one would be rounded to another price. A zero below zero is a slip of whoever wrote it.
    if wrong is None and isinstance(value, float) and (round(value * 10000) / 10000 != value or str(value)[0] == "-"):
        return "bad_field", "expected at most four decimals, such as 0.25"
    return wrong


def _check_text(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, str) or not field.low <= len(value) <= field.high or not _printable(value):
        return "bad_field", "expected a text of %d to %d characters, none a control character" % (field.low, field.high)
    return None


def _check_id(value: object, field: Field) -> "tuple[str, str] | None":
    if not is_id(value):
        return "bad_field", "expected " + ID_RULE
    return None


def _check_bool(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, bool):
        return "bad_field", "expected true or false"
    return None


def _check_choice(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, str) or value not in field.choices:
        return "bad_field", "expected one of " + ", ".join(field.choices)
    return None


def _check_ints(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, list) or not field.low <= len(value) <= field.high or not all(_is_int(v) for v in value):
        return "bad_field", "expected a list of %d to %d integers" % (field.low, field.high)
    if not all(0 <= v <= MAX_N for v in value):
        return "out_of_bounds", "expected integers from 0 to %d" % MAX_N
    return None


def _check_ids(value: object, field: Field) -> "tuple[str, str] | None":
    if not isinstance(value, list) or not field.low <= len(value) <= field.high:
        return "bad_field", "expected a list of %d to %d ids" % (field.low, field.high)
    if not all(is_id(v) for v in value):
        return "bad_field", "expected ids of " + ID_RULE
    return None


SORTS = {
    "int": _check_int,
    "decimal": _check_decimal,
    "price": _check_price,
    "text": _check_text,
    "id": _check_id,
    "bool": _check_bool,
    "choice": _check_choice,
    "ints": _check_ints,
    "ids": _check_ids,
}


def check(message: "dict[str, object]") -> "Problem | None":
    """What is wrong with a message: `unknown_type`, `missing_field`, `bad_field`, `out_of_bounds`; None if nothing."""
    name = message.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        return Problem("unknown_type", "type", "type: expected one of the kinds in docs/protocol.md")
    for field in kind.fields:
        wrong = check_field(message, field)
        if wrong is not None:
            return Problem(wrong[0], field.name, field.name + ": " + wrong[1])
    return None


def check_field(message: "dict[str, object]", field: Field) -> "tuple[str, str] | None":
    """What is wrong with one field: (code, what would be right); None if nothing."""
    value = message.get(field.name)
    if value is None:  # null is absent
        return ("missing_field", "it is required") if field.required else None
    return SORTS[field.sort](value, field)
