"""What is made of a word that nobody here knows: its speaker is newer."""

from wire.check import Problem, check
from wire.ids import is_id
from wire.kinds.boards import KINDS
from wire.kinds.fields import Field


def check_of_newer(message: "dict[str, object]") -> "Problem | None":
    """As `check`, but a state or a reason that the table does not have is no mistake: it counts as `unknown`."""
    problem = check(message)
    if problem is None:
        return None
    known = dict(message)
    for field in strange_choices(message):
        known[field.name] = field.choices[0]
    return check(known)


def strange_choices(message: "dict[str, object]") -> "list[Field]":
    """The fields that hold a state or a reason which the table does not have."""
    name = message.get("type")
    kind = KINDS.get(name) if isinstance(name, str) else None
    fields = () if kind is None else kind.fields
    return [field for field in fields if field.sort == "choice" and _is_strange(message.get(field.name), field)]


def _is_strange(value: object, field: Field) -> bool:
    return value not in field.choices and is_id(value)
