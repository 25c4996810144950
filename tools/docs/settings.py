"""docs/settings.md and .env.example, from the tables of settings."""

import textwrap
from collections.abc import Sequence
from typing import Any

from runtime.registry import Setting, gathered
from tools.docs.markdown import table

_INTRO = """# Settings

*Written by `make docs` from each part's `settings.py`; do not edit.*

From the environment, else from `.env` in the working directory, else the default; an option of the command line
counts before all. A bad value stops the program at start with one line that names the variable, what was wrong and an
example; every program judges all of them, so one `.env` serves all. A name that is nearly one of these is warned of.
`wattline-central config` prints each value in force and where it came from. `.env.example` holds all of them.

A board has a [config.json](config.md) of its own. A simulated board reads the environment too (not `.env`), before its
`config.json`; such a variable names its engine or bridge (`IP_PORT_EV_CP_E`, `IP_PORT_EV_CP_CENTRAL`).
"""
_ENV_INTRO = """\
# The settings of Wattline's programs: copy this to .env in the folder where they run, and take away the # where a
# value shall differ from its default. The environment counts before this file. `wattline-central config` prints what
# is in force. Written by `make docs`; docs/settings.md says the same as a table.
"""
_ENV_WIDTH = 118


def page() -> str:
    return _INTRO + "".join(_section(each.title, each.rows) for each in gathered())


def _section(title: str, rows: Sequence[Setting[Any]]) -> str:
    cells = [(f"`{each.name}`", f"`{each.default}`" if each.default else "", f"`{each.example}`", each.help)
             for each in rows]  # fmt: skip
    return f"\n## {title}\n\n" + table(("variable", "default", "example", "meaning"), cells)


def env_example() -> str:
    """Each setting commented out, with its default, or its example where there is none."""
    lines = [_ENV_INTRO]
    for part in gathered():
        lines.append(f"\n# --- {part.title} ---\n")
        for row in part.rows:
            meaning = textwrap.fill(row.help, _ENV_WIDTH, initial_indent="# ", subsequent_indent="# ")
            lines.append(f"\n{meaning}\n#{row.name}={row.default or row.example}\n")
    return "".join(lines)
