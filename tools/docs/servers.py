"""docs/servers.md: the options of the bridge and the plant, from their own command lines."""

import argparse
from collections.abc import Sequence

from bridge import main as bridge
from plant import main as plant
from tools.docs.markdown import table

_INTRO = """# `wattline-bridge` and `wattline-plant`

*Written from their own command lines by `make docs`; do not edit.*

Each setting may be an option, a variable of the environment or a line of `.env`, and counts in this order
([settings](settings.md)). Both have `--help` and `--version`. Exit
codes: [reasons](reasons.md#exit-codes-of-servers-and-of-wattline-central).
"""


def page() -> str:
    return _INTRO + "".join(
        _section(program, examples, parser)
        for program, examples, parser in (
            (bridge.PROGRAM, bridge.EXAMPLES, bridge.command_line()),
            (plant.PROGRAM, plant.EXAMPLES, plant.command_line()),
        )
    )


def _section(program: str, examples: Sequence[tuple[str, str]], parser: argparse.ArgumentParser) -> str:
    shown = table(("command", "what it does"), ((f"`{command}`", meaning) for command, meaning in examples))
    options = table(("option", "meaning"), (_row(each) for each in _actions(parser)))
    return f"\n## {program}\n\n{parser.description}\n\n{shown}\n{options}"


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    actions = parser._actions  # pyright: ignore[reportPrivateUsage]  # argparse tells its options in no other way
    return [each for each in actions if each.dest not in ("help", "version")]


def _row(action: argparse.Action) -> tuple[str, str]:
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    value = f" `{action.metavar}`" if isinstance(action.metavar, str) else ""
    return names + value, (action.help or "").replace("%%", "%")
