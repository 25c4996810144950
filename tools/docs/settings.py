"""docs/settings.md, from the table of settings."""

from runtime.settings import SETTINGS
from tools.docs.markdown import table

_INTRO = """# Settings

*Written from `runtime/settings.py` by `make docs`; do not edit.*

From the environment, else from `.env` in the working directory, else the default. A bad value stops the
program at start with one line that names the variable, what was wrong and an example. Boards have a
`config.json` of their own.

"""


def page() -> str:
    rows = [
        (f"`{each.name}`", f"`{each.default}`" if each.default else "", f"`{each.example}`", each.help)
        for each in SETTINGS
    ]
    return _INTRO + table(("variable", "default", "example", "meaning"), rows)
