"""The options that every command has, before or after the command's name, and how a bad value is told."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from wire.ids import ID_RULE, is_id

from driver_cli.amounts import WAIT
from driver_cli.context import Context, Options
from runtime.arguments import checked

DEFAULT_API = "http://127.0.0.1:8080"
DEFAULT_WAIT_S = 30.0
EVERYWHERE = "On every command"


def api_url(text: str) -> str:
    """http(s)://host[:port], without a slash at its end. Raises ValueError."""
    bad = ValueError(f"must be http://host:port or https://host, not {text[:60]!a}; for example {DEFAULT_API}")
    try:
        parts = urlsplit(text)
        well = parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"} and parts.port != 0
    except ValueError:
        raise bad from None
    if not well or parts.query or parts.fragment or parts.username or not text.isprintable() or " " in text:
        raise bad
    return text.rstrip("/")


def identity(text: str) -> str:
    """An id as the wire knows it. Raises ValueError."""
    if not is_id(text):
        raise ValueError(f"must be {ID_RULE}, not {text[:40]!a}; for example cp_001")
    return text


def wait_option(what_for: str) -> Any:
    """--wait, in seconds. None where it was not given; the command then uses DEFAULT_WAIT_S."""
    text = f"{what_for}, at most; {DEFAULT_WAIT_S:g} unless given."
    parser = checked(lambda text: WAIT.parse(text) / WAIT.per_unit)
    return typer.Option("--wait", metavar="SECONDS", parser=parser, help=text)


AsJson = Annotated[
    bool,
    typer.Option("--json", help="Print JSON (charge: one line a state).", rich_help_panel=EVERYWHERE),
]
ApiUrl = Annotated[
    str | None,
    typer.Option(
        "--api", metavar="URL", parser=checked(api_url), help="Wattline's address", rich_help_panel=EVERYWHERE
    ),
]
DriverId = Annotated[
    str | None,
    typer.Option("--driver", metavar="ID", parser=checked(identity), help="Be this driver", rich_help_panel=EVERYWHERE),
]
ChargePointId = Annotated[
    str, typer.Argument(metavar="CP", parser=checked(identity), help="The charge point, for example cp_001.")
]


def context_of(typer_context: typer.Context, as_json: bool, api: str | None, driver: str | None) -> Context:
    """The command's context, made of the options on both sides of its name."""
    options = typer_context.find_object(Options)
    assert options is not None
    return Context.of(options.overridden(as_json, api, driver))
