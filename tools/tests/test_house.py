"""House rules that hold for every tracked file."""

import subprocess
from pathlib import Path, PurePath

import pytest

from tools import house

ROOT = Path(__file__).parents[2]
HOME = "/ho" + "me/"
SILENCE = "# no" + "qa"
IGNORE = "# type: ig" + "nore"


def test_every_file_keeps_the_house_rules():
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [each for each in listed.split("\0") if each and (ROOT / each).is_file()]
    assert "pyproject.toml" in names
    found: list[str] = []
    for name in names:
        content = (ROOT / name).read_bytes()
        if b"\0" in content:
            if not house.is_small_picture(PurePath(name), content):
                found.append(f"{name}: is binary; the repository holds sources, and small pictures of pages")
            continue
        found += house.violations(PurePath(name), content.decode())
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "index = https://py" + "pi.org/simple",
        "https://files.python" + "hosted.org/a.whl",
        "https://registry.npm" + "js.com/x",
        "https://repo1.mav" + "en.org/maven2",
        f"open('{HOME}someone/x')",
        "data = '/wo" + "rk/main'",
        "cat /ro" + "ot/.bashrc",
        "PIP_FIND_LINKS=/op" + "t/wheels",
        f"import os  {SILENCE}",
        f"import os  {SILENCE}: F401",
        f"x = 1  {IGNORE}",
        f"x = 1  {IGNORE}[attr-defined]",
        f"x = 1  {SILENCE} because I say so",
    ],
)
def test_bad_line_is_found(line: str):
    assert house.violations(PurePath("a.md"), f"fine\n{line}\n")[0].startswith("a.md:2:")


@pytest.mark.parametrize(
    "line",
    [
        f"import os  {SILENCE}: F401  # the board's boot imports it from here",
        f"x = 1  {IGNORE}[attr-defined]  # the stubs lack it",
        "volumes: central:/var/lib/wattline",
        "see docs/work/notes and ./root/x",
        f"USER_HOME={HOME}wattline",
        "GET /v1/work-orders",
    ],
)
def test_good_line_is_left_alone(line: str):
    assert house.violations(PurePath("a.md"), line) == []


def test_long_file_is_found():
    assert house.violations(PurePath("a.py"), "x\n" * house.MAX_LINES) == []
    assert len(house.violations(PurePath("a.py"), "x\n" * (house.MAX_LINES + 1))) == 1
    assert house.violations(PurePath("requirements.lock"), "x\n" * 2000) == []


def test_small_pictures_of_pages_are_the_only_binary_files():
    there, small = PurePath("docs/pictures/pages/me.png"), house.PNG + b"\0" * 100
    assert house.is_small_picture(there, small)
    assert not house.is_small_picture(PurePath("docs/me.png"), small)
    assert not house.is_small_picture(there, b"\0" * 100)
    assert not house.is_small_picture(there, house.PNG + b"\0" * house.MOST_PICTURE_BYTES)
