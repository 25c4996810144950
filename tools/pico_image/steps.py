"""Programs that the build runs, and what a person sees of them."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TIMEOUT_S = 900.0
EVERY_STEPS = 100  # where nobody looks at a terminal, one line for so many files
_COUNTED = re.compile(r"\[(\d+)/(\d+)\]")  # ninja's


class ImageUnavailable(Exception):
    """There is no image and none can be made here; the text says why."""


def say(text: str) -> None:
    print(f"pico image: {text}", file=sys.stderr, flush=True)


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """What it printed. Raises ImageUnavailable with the end of its output."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ImageUnavailable(f"{words[0]}: {error}") from error
    if done.returncode != 0:
        raise ImageUnavailable(f"{' '.join(words[:3])} … failed:\n{done.stdout[-2000:]}")
    return done.stdout


def run_counted(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> None:
    """As `run`, for a program that counts its steps: they are shown. Raises ImageUnavailable."""
    words = [str(word) for word in command]
    said: list[str] = []
    with subprocess.Popen(
        words, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if found := _COUNTED.match(line):
                _show(int(found[1]), int(found[2]))
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    if process.returncode != 0:
        raise ImageUnavailable(f"{words[0]} failed:\n{''.join(said)[-2000:]}")


def _show(step: int, steps: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K  {step} of {steps}")
        sys.stderr.flush()
    elif step % EVERY_STEPS == 0:
        say(f"  {step} of {steps}")


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started
