"""`wattline-board` as somebody runs it at a board's port."""

import subprocess
import sys
from pathlib import Path

from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
WAIT_S = "20"


class Run:
    """One run, which ended with this code: what it printed on stdout and on stderr."""

    def __init__(self, *words: str, code: int = 0) -> None:
        done = subprocess.run(
            self.command(*words), cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        self.out, self.error = done.stdout, done.stderr
        assert done.returncode == code, f"{done.returncode}: {self.out}{self.error}"

    @staticmethod
    def command(*words: str) -> list[str]:
        return [sys.executable, "-m", "board_cli", *words, "--wait", WAIT_S]
