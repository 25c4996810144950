"""docs/wattline-central.md, from the commands themselves."""

from collections.abc import Iterable
from typing import Any

from typer.main import get_command

from central.operate.main import GROUPS, cli
from central.operate.options import PROGRAM, Command
from tools.docs.markdown import table

_INTRO = f"""# `{PROGRAM}`: the operator's command

*Written by `make docs` from `central/operate/commands/`; do not edit.*

Runs the processes of Central, and does what an operator asks. Settings come from the environment or `.env`
([settings](settings.md)); `{PROGRAM} config` shows those in force. Results go to stdout, with `--json` as one
document for programs; what goes wrong is one line on stderr. `--help` works on every command, `--version` tells the
version, and `--install-completion` lets your shell complete commands. Exit codes: [reasons](reasons.md).
"""


def page() -> str:
    groups = [
        f"\n## {group.TITLE}\n" + "".join(_section(each, shown_of(each.name)) for each in group.COMMANDS)
        for group in GROUPS
    ]
    return _INTRO + "".join(groups)


def shown_of(name: str) -> Any:
    """What Typer made of the command of this name, which may be of two words."""
    found: Any = get_command(cli)
    for word in name.split():
        found = found.commands[word]
    return found


def _section(command: Command, shown: Any) -> str:
    examples = "\n".join(command.examples)
    rows = [_row(each) for each in shown.params if each.name != "help"]
    options = "\n" + table(("argument or option", "default", "meaning"), rows) if rows else ""
    return f"\n### {command.name}\n\n{shown.help}\n\n```\n{examples}\n```\n{options}"


def _row(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", "", parameter.help
    name = " ".join([*parameter.opts[-1:], *_metavar(parameter)])
    return f"`{name}`", _default(parameter.default), parameter.help


def _metavar(option: Any) -> Iterable[str]:
    return () if option.is_flag else (option.metavar or "N",)


def _default(value: Any) -> str:
    return "" if value in (None, False) else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
