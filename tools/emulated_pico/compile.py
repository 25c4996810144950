"""Compiles the emulator's core for this very Python, once: see compiled.py.

    python -m tools.emulated_pico.compile

A quarter minute of processor time. Wants a C compiler and Python's header files; without them the emulator runs as it
came, four times as slow.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from tools.emulated_pico.compiled import EMULATOR, PARTS, SUFFIX, folder

FLAGS = ("-shared", "-fPIC", "-O2", "-w")  # what Cython wrote warns of much that is not ours to change
TIMEOUT_S = 600.0


class CannotCompile(Exception):
    """The text says why."""


def make(parts: Sequence[str] = PARTS) -> Path:
    """The folder; who comes second waits and finds it. Raises CannotCompile."""
    made = folder()
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        with made.with_name(f"{EMULATOR}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                _compile(parts, made)
    except OSError as error:
        raise CannotCompile(f"cannot write to {made.parent}: {error}") from error
    return made


def _compile(parts: Sequence[str], made: Path) -> None:
    """`made` is there once it is whole."""
    compiler, headers = shutil.which("cc"), Path(sysconfig.get_path("include"))
    if compiler is None:
        raise CannotCompile("cc is not on PATH. On Debian: apt install gcc")
    if not (headers / "Python.h").exists():
        raise CannotCompile(f"no Python.h in {headers}. On Debian: apt install python3-dev")
    found = find_spec(EMULATOR)
    assert found is not None, f"{EMULATOR} is not installed"
    assert found.origin is not None, f"{EMULATOR} has no file"
    sources = Path(found.origin).parent / "native"
    with tempfile.TemporaryDirectory(dir=made.parent) as work, ThreadPoolExecutor(os.cpu_count()) as at_once:
        partial = Path(work) / made.name
        partial.mkdir()
        commands = [
            [compiler, *FLAGS, f"-I{headers}", "-o", str(partial / f"{part}{SUFFIX}"), str(sources / f"{part}.c")]
            for part in parts
        ]
        list(at_once.map(_run, commands))  # raises what one of them raised
        partial.rename(made)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotCompile(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        raise CannotCompile(f"{command[-1]}: the compiler says\n{done.stderr[-2000:]}")


def say(text: str) -> None:
    print(f"emulated pico: {text}", file=sys.stderr, flush=True)


def main() -> int:
    if not folder().exists():
        say("compiling the emulator for this Python, once")
    try:
        make()
    except CannotCompile as error:
        say(f"it runs as it came, four times as slow: {error}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
