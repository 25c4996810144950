"""The emulator compiled for this Python: made once, whole, and the one that is then imported."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.emulated_pico import compile as compiling
from tools.emulated_pico.compile import CannotCompile, make
from tools.emulated_pico.compiled import SUFFIX, folder
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
PART = "_simulation_clock"  # the smallest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def imported(part: str) -> str:
    """The file from which another process imports it."""
    code = f"import tools.emulated_pico, rp2040py, sys; print(sys.modules['rp2040py.native.{part}'].__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True,
        timeout=DEADLINE_S,
    )  # fmt: skip
    return done.stdout.strip()


def test_what_was_compiled_is_imported_beside_the_wheel_s_own(needs: Callable[[str], str]):
    needs("cc")
    assert imported(PART).endswith(".abi3.so")
    made = make([PART])
    assert made == folder()
    assert imported(PART) == str(made / f"{PART}{SUFFIX}")
    assert imported("_bit").endswith(".abi3.so")


def test_what_is_there_is_not_made_again(monkeypatch: pytest.MonkeyPatch):
    folder().mkdir(parents=True)
    monkeypatch.setenv("PATH", "")
    assert make() == folder()


@pytest.mark.parametrize(
    ("path", "flags", "told"), [("", (), "cc is not on PATH"), (None, ("--none",), "the compiler says")]
)
def test_what_cannot_be_compiled_leaves_nothing_behind(
    path: str | None, flags: tuple[str, ...], told: str, needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
):
    needs("cc")
    monkeypatch.setenv("PATH", os.environ["PATH"] if path is None else path)
    monkeypatch.setattr(compiling, "FLAGS", flags)
    with pytest.raises(CannotCompile, match=told):
        make([PART])
    assert [each.name for each in folder().parent.iterdir()] == ["rp2040py.lock"]
