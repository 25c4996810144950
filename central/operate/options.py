"""What the commands have in common: their options, and how each is entered in the table of commands."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer
from wire.ids import ID_RULE, is_id

from runtime.arguments import checked

PROGRAM = "wattline-central"


class Command(NamedTuple):
    """One command: its name, what it runs (the docstring is its help), and examples of its use."""

    name: str
    function: Callable[..., None]
    examples: tuple[str, ...]


def _point_id(text: str) -> str:
    if not is_id(text):
        raise ValueError(f"must be {ID_RULE}, not {text[:40]!a}; for example cp_001")
    return text


PointId = Annotated[
    str, typer.Argument(help="The charge point, such as cp_001.", metavar="CP", parser=checked(_point_id))
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def wait_option(what_for: str) -> Any:
    return typer.Option("--wait", metavar="SECONDS", min=0, max=86_400, help=what_for)
