"""docs/pages.md names every page that somebody can open, and shows every picture that there is."""

import re
from pathlib import Path

from central.tests.web.test_axe import NOT_LOOKED_AT
from central.web.access import PageRoute
from central.web.ops.acting import ROUTES as ACTS
from central.web.routes import ROUTES
from tools.screenshots import DOCS, DOCS_FOLDER, STATES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "pages.md").read_text(encoding="utf-8")


def test_every_page_has_a_row_and_every_row_a_page():
    pages = {
        route.path for route in ROUTES
        if isinstance(route, PageRoute) and "GET" in (route.methods or ()) and route not in ACTS
        and not route.path.endswith(NOT_LOOKED_AT)
    }  # fmt: skip
    table, _, _ = TEXT.partition("\n## ")  # further down stands how fast they are
    assert set(re.findall(r"^\| `(/[^`]*)`", table, re.MULTILINE)) == pages


def test_every_picture_is_shown_and_is_made_by_the_command():
    shown = set(re.findall(r"!\[[^\]]+\]\(pictures/pages/([^)]+)\)", TEXT))
    made = {f"{each.file_name}.png" for each in STATES if each.name in DOCS}
    assert shown == made == {file.name for file in DOCS_FOLDER.glob("*.png")}
    assert len(made) == len(DOCS)
