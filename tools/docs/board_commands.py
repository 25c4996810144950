"""docs/wattline-board.md, from the commands themselves."""

from board_cli.main import COMMANDS, PROGRAM, cli
from runtime.command_line import docstring_of
from tools.docs.commands import section, shown_of

_INTRO = f"""# `{PROGRAM}`: a charge point out of a board

*Written by `make docs` from `board_cli/commands/`; do not edit.*

In this order: `install` (MicroPython), `provision` (what the board is), `flash` (the firmware), `status`; with a load,
`calibrate`. [Hardware](hardware.md) has the wiring, [config](config.md) every setting. A board is found at its USB port
where there is one; where there are two, `--port` names it. One program has a port at a time: stop the bridge that
serves it first. Results go to stdout, with `--json` as one document for programs; what goes wrong is one line on
stderr that says what to do. `--help` works on every command, `--version` tells the version, and
`--install-completion` lets your shell complete commands. Exit codes: [reasons](reasons.md).

Tried on MicroPython's unix port and on an emulated Pico; no part of it has met hardware yet.
"""


def page() -> str:
    return _INTRO + "".join(
        section(name, docstring_of(function), examples, shown_of(cli, name))
        for name, (function, examples) in COMMANDS.items()
    )
