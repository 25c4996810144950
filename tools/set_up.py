"""Makes .venv from a lock file, and says how far it is: `make` runs this with the system's Python.

    python tools/set_up.py requirements-demo.lock .venv/.ready-demo

Standard library alone, since nothing is installed yet. Two makes at once queue at a file lock; the second finds the
work done. The marks named after the lock file are written last: what they stand for is installed.
"""

import fcntl
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

VENV = Path(".venv")
PROJECT = Path("pyproject.toml")
QUEUE = Path(".cache/setup.lock")
EVERY_LINES = 15  # where nobody looks at a terminal, one line for so many packages

PIP = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]


def main(lock_file: Path, marks: list[Path]) -> int:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        return fail("wattline needs Python's venv module; on Debian: apt install python3-venv")
    QUEUE.parent.mkdir(exist_ok=True)
    with QUEUE.open("w") as queue:
        wait_in(queue)
        if all(is_fresh(mark, (lock_file, PROJECT)) for mark in marks):
            return 0
        try:
            install(lock_file)
        except subprocess.CalledProcessError as error:
            return fail(f"that failed; run make again, or see what pip says above ({error})")
        for mark in marks:
            mark.touch()
    return 0


def wait_in(queue: TextIO) -> None:
    """Until no other make sets up; says that it waits."""
    try:
        fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"another make sets up {VENV}; this one waits for it")
        fcntl.flock(queue, fcntl.LOCK_EX)


def is_fresh(mark: Path, sources: Iterable[Path]) -> bool:
    """Whether the mark was written after the files it stands for."""
    if not mark.exists():
        return False
    return all(source.stat().st_mtime <= mark.stat().st_mtime for source in sources)


def install(lock_file: Path) -> None:
    """Raises CalledProcessError."""
    wanted = packages_in(lock_file.read_text(encoding="utf-8"))
    say(f"setting up {VENV}: {wanted} packages of {lock_file}, once")
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    command = [*PIP, "install", "--progress-bar", "off", "--require-hashes", "-r", str(lock_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        assert pip.stdout is not None
        show(progress(pip.stdout, wanted), sys.stdout.isatty())
    if pip.returncode != 0:
        raise subprocess.CalledProcessError(pip.returncode, "pip install")
    subprocess.run([*PIP, "-q", "install", "--no-build-isolation", "--no-deps", "-e", "."], check=True)


def packages_in(lock: str) -> int:
    return len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))


def progress(said: Iterable[str], wanted: int) -> Iterator[tuple[int, str]]:
    """(packages so far, what is being done) from what pip says. A lock file has lines for other platforms too."""
    count = 0
    for line in said:
        if match := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
            count += 1
            yield count, f"{count} of {wanted}: {match[1]}"
        elif line.startswith("Installing collected packages"):
            yield 0, "unpacking them"


def show(steps: Iterable[tuple[int, str]], on_terminal: bool) -> None:
    """One line that changes on a terminal; elsewhere now and then a line."""
    for count, text in steps:
        if on_terminal:
            sys.stdout.write(f"\r\x1b[K  {text}")
            sys.stdout.flush()
        elif count % EVERY_LINES == 0:
            say(f"  {text}")
    if on_terminal:
        sys.stdout.write("\r\x1b[K")


def say(text: str) -> None:
    print(text, flush=True)


def fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]]))
