"""A section of a page for each command, from what Typer made of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from typer.main import get_command

from tools.docs.markdown import table


def shown_of(cli: Any, name: str) -> Any:
    """What Typer made of the command of this name, which may be of two words."""
    found: Any = get_command(cli)
    for word in name.split():
        found = found.commands[word]
    return found


def section(name: str, text: str, examples: Sequence[str], shown: Any) -> str:
    """`text`: what the command does; `shown`: see `shown_of`."""
    rows = [_row(each) for each in shown.params if each.name != "help"]
    options = "\n" + table(("argument or option", "default", "meaning"), rows) if rows else ""
    shown_examples = "\n".join(examples)
    return f"\n### {name}\n\n{text}\n\n```\n{shown_examples}\n```\n{options}"


def _row(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", _default(parameter.default), parameter.help
    name = " ".join([*parameter.opts[-1:], *_metavar(parameter)])
    return f"`{name}`", _default(parameter.default), parameter.help


def _metavar(option: Any) -> Iterable[str]:
    return () if option.is_flag else (option.metavar or "N",)


def _default(value: Any) -> str:
    return "" if value in (None, False) else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
