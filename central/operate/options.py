"""What the commands have in common: their options, and how each is entered in the table of commands."""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer
from wire.ids import ID_RULE, is_id

from central.model.names import NAME_RULE, is_name
from runtime.arguments import checked


class Command(NamedTuple):
    """One command: its name, what it runs (the docstring is its help), and examples of its use.

    A name of two words is a command below the one that the first word names, which stands before it.
    """

    name: str
    function: Callable[..., None]
    examples: tuple[str, ...]


def _id_such_as(example: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not is_id(text):
            raise ValueError(f"must be {ID_RULE}, not {text[:40]!a}; for example {example}")
        return text

    return checked(parse)


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"must be {NAME_RULE}, not {text[:40]!a}; for example Ada")
    return text.strip()


PointId = Annotated[
    str, typer.Argument(help="The charge point, such as cp_001.", metavar="CP", parser=_id_such_as("cp_001"))
]
PointIds = Annotated[
    list[str], typer.Argument(help="Charge points, such as cp_001.", metavar="CP...", parser=_id_such_as("cp_001"))
]
site_id = _id_such_as("north")
SiteId = Annotated[str, typer.Argument(help="The site, such as north.", metavar="SITE", parser=site_id)]
SessionId = Annotated[
    str,
    typer.Argument(
        help="The session, as `list`, `point` or `held` shows it.",
        metavar="SESSION",
        parser=_id_such_as("0b6c2f1e-8a52-5d0c-9a53-3f1f4c1d2e77"),
    ),
]
FaultName = Annotated[
    str, typer.Argument(help="The fault, as `list` or `point` shows it.", metavar="FAULT", parser=_id_such_as("weld"))
]
NewDriverId = Annotated[
    str, typer.Argument(help="The driver, such as driver_001.", metavar="ID", parser=_id_such_as("driver_001"))
]
PersonId = Annotated[
    str, typer.Argument(help="Who, such as grace or driver_001.", metavar="WHO", parser=_id_such_as("grace"))
]
DriverName = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="TEXT", parser=checked(_name), help="The driver's name, which stays out of the log."
    ),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with what was asked.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def wait_option(what_for: str) -> Any:
    return typer.Option("--wait", metavar="SECONDS", min=0, max=86_400, help=what_for)
