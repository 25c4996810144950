"""docs/wattline-central.md, from the commands themselves."""

from central.operate.command_line import GROUPS, cli
from central.operate.options import Command
from central.operate.program import PROGRAM
from tools.docs.commands import section, shown_of

_INTRO = f"""# `{PROGRAM}`: the operator's command

*Written by `make docs` from `central/operate/commands/`; do not edit.*

Runs the processes of Central, and does what an operator asks. Settings come from the environment or `.env`
([settings](settings.md)); `{PROGRAM} config` shows those in force. Results go to stdout, with `--json` as one
document for programs; what goes wrong is one line on stderr. `--help` works on every command, `--version` tells the
version, and `--install-completion` lets your shell complete commands. Exit codes: [reasons](reasons.md).
"""


def page() -> str:
    groups = [f"\n## {group.TITLE}\n" + "".join(map(_section, group.COMMANDS)) for group in GROUPS]
    return _INTRO + "".join(groups)


def _section(command: Command) -> str:
    shown = shown_of(cli, command.name)
    return section(command.name, shown.help, command.examples, shown)
