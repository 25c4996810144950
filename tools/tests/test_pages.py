"""What the pages for people name is there."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.main import get_command

from board_cli.main import cli as of_boards
from central.operate.command_line import cli as of_operators
from driver_cli.main import cli as of_drivers
from tools.pages import broken_links, headings, unknown_commands, wrong_paths

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
CHANGES = (
    "message kind", "protection", "TLS for boards", "second connector", "OCPP as a line", "tariff by hour",
    "operator's page", "notification", "payment provider", "another broker",
)  # fmt: skip

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


@each_page
def test_paths_exist_or_are_marked_new(page: Path) -> None:
    assert wrong_paths(page.read_text(encoding="utf-8"), ROOT) == []


@each_page
def test_commands_exist(page: Path) -> None:
    commands = {"wattline": names_of(of_drivers), "wattline-central": names_of(of_operators),
                "wattline-board": names_of(of_boards)}  # fmt: skip
    assert unknown_commands(page.read_text(encoding="utf-8"), commands) == []


def names_of(app: Typer) -> set[str]:
    return set(getattr(get_command(app), "commands"))  # noqa: B009  # Typer's own type hides them


@pytest.mark.parametrize(
    ("app", "page"),
    [(of_drivers, "wattline.md"), (of_operators, "wattline-central.md"), (of_boards, "wattline-board.md")],
    ids=["drivers", "operators", "boards"],
)
def test_every_command_and_option_is_documented(app: Typer, page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lacking = [name for name in words_of(app) if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    assert lacking == []


def words_of(app: Typer) -> set[str]:
    """The commands and the long options."""
    commands: dict[str, Any] = getattr(get_command(app), "commands")  # noqa: B009  # Typer's own type hides them
    options = {name for command in commands.values() for each in command.params for name in each.opts}
    return {*commands, *(name for name in options if name.startswith("--"))}


@each_page
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z]+)", text)) | set(re.findall(r"^\$? ?make ([a-z]+)", text, re.MULTILINE))
    assert named - targets == set()


def test_tests_beside_planted_mistakes_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Planted mistakes")[2]
    named = re.findall(r"(?:`|::)(test_\w+)(?=`|\[)", text.partition("\n## ")[0])
    there = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "hil_tests").glob("test_*.py"))
    assert len(named) > 20
    assert [name for name in named if f"def {name}(" not in there] == []


def test_the_ten_changes_each_name_one_place_first() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## The newcomer's ten changes")[2]
    rows = [row.split(" | ") for row in re.findall(r"^\| (.+) \|$", text, re.MULTILINE)[2:]]
    assert [change.removeprefix("a ").removeprefix("an ") for change, *_ in rows] == list(CHANGES)
    for change, place, _ in rows:
        assert re.fullmatch(r"`[^`]+`( \(new\))?", place), f"{change}: one place"


def test_every_page_is_named_by_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [str(page.relative_to(ROOT)) for page in PAGES if page.name != "README.md"]
    assert [name for name in names if name not in readme] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see `tools/nothing.py`", ["tools/nothing.py does not exist"]),
        ("see `tools/nothing.py` (new)", []),
        ("see `tools/pages.py`", []),
        ("see `tools/pages.py` (new)", ["tools/pages.py exists, yet is marked (new)"]),
        ("`GET /v1/charges` and `a/b` and `wattline/<cp_id>/state`", []),
    ],
)
def test_path_that_is_not_there_is_found(text: str, found: list[str]) -> None:
    assert wrong_paths(text, ROOT) == found


def test_broken_link_and_heading_are_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# Dead letters\n")
    page = tmp_path / "a.md"
    page.write_text("[1](b.md) [2](b.md#dead-letters) [3](b.md#alive) [4](c.md) [5](#here) [6](https://x)\n")
    assert [each.split()[1] for each in broken_links(page)] == ["b.md#alive", "c.md", "#here"]
    assert headings("## Exit codes of `wattline`\n") == {"exit-codes-of-wattline"}


def test_command_that_does_not_exist_is_found() -> None:
    text = "`wattline fly` and `wattline-central list`, and\n```sh\nwattline-central dance\n```\n"
    known = {"wattline": ["charge"], "wattline-central": ["list"]}
    assert unknown_commands(text, known) == ["wattline fly", "wattline-central dance"]
