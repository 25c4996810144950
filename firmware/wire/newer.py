"""What a server makes of a word that it does not know: its speaker is newer. No board loads it."""

from wire.check import Problem, check
from wire.ids import is_id
from wire.kinds.fields import Field
from wire.kinds.log import KINDS


def check_of_newer(message: "dict[str, object]") -> "Problem | None":
    """As `check`, but a state or a reason that the table does not have is no mistake: it counts as `unknown`."""
    return check(message) and check(message | {field.name: field.choices[0] for field in strange_choices(message)})


def strange_choices(message: "dict[str, object]") -> "list[Field]":
    """The fields that hold a state or a reason which the table does not have."""
    name = message.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    fields = () if kind is None else kind.fields
    return [field for field in fields if field.sort == "choice" and _is_strange(message.get(field.name), field)]


def _is_strange(value: object, field: Field) -> bool:
    return value not in field.choices and is_id(value)
