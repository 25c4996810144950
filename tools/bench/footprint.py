"""What the firmware takes of a board: hil_tests/footprint.py, as a measurement of the bench."""

import json
import os
import subprocess
import sys

from tools.bench.figures import Figure, Yardstick
from tools.bench.run import Run
from tools.stack.boards import ROOT

LIMIT_S = 1800.0  # the emulated Pico takes minutes


def measure(run: Run) -> list[Figure]:
    """Raises RuntimeError with what is missing."""
    command = [sys.executable, "-m", "hil_tests.footprint", "--json", *(["--quick"] if run.sizes.is_quick else [])]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return [_figure(json.loads(line)) for line in done.stdout.splitlines()]


def _figure(row: dict[str, object]) -> Figure:
    goal = row["goal"]
    beside = (Yardstick(f"goal: at {'least' if row['at_least'] else 'most'}", float(str(goal))),) if goal else ()
    return Figure(str(row["what"]), str(row["where"]), float(str(row["value"])), str(row["unit"]), beside)
