"""What the commands have in common: their options, and how each is entered in the table of commands."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVar

import typer
from wire.ids import ID_CHARACTERS, made_of

PROGRAM = "wattline-central"
MAX_ID_CHARACTERS = 64
T = TypeVar("T")


class Command(NamedTuple):
    """One command: its name, what it runs (the docstring is its help), and examples of its use."""

    name: str
    function: Callable[..., None]
    examples: tuple[str, ...]


def checked(parse: Callable[[str], T]) -> Callable[[str], T]:
    """A parser for Typer: what the ValueError of `parse` says becomes a usage error."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parsed


def _point_id(text: str) -> str:
    if not 1 <= len(text) <= MAX_ID_CHARACTERS or not made_of(text, ID_CHARACTERS):
        raise ValueError(
            f"must be 1 to {MAX_ID_CHARACTERS} of the characters A-Z a-z 0-9 _ - . , not {text[:40]!a}; "
            "for example cp_001"
        )
    return text


PointId = Annotated[
    str, typer.Argument(help="The charge point, such as cp_001.", metavar="CP", parser=checked(_point_id))
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def wait_option(what_for: str) -> Any:
    return typer.Option("--wait", metavar="SECONDS", min=0, max=86_400, help=what_for)
