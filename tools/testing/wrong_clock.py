"""A program on a host whose clock is wrong: `python -m tools.testing.wrong_clock FILE MODULE WORD...`.

FILE holds by how many seconds the clock is ahead (below 0: behind), and may change while the program runs, as when
somebody sets the clock; where there is no such file the clock is right. Durations are measured by another clock, which
stays right.
"""

import runpy
import sys
import threading
import time
from pathlib import Path

LOOK_S = 0.02


class HostClock:
    """Stands for the `time` and `time_ns` of this process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._right_s, self._right_ns = time.time, time.time_ns
        self._ahead_s = self._read()
        time.time, time.time_ns = self.time, self.time_ns
        threading.Thread(target=self._look, daemon=True).start()

    def time(self) -> float:
        return self._right_s() + self._ahead_s

    def time_ns(self) -> int:
        return self._right_ns() + self._ahead_s * 1_000_000_000

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_S)
            self._ahead_s = self._read()

    def _read(self) -> int:
        return int(self._file.read_text(encoding="ascii")) if self._file.exists() else 0


def set_clock(file: Path, ahead_s: int) -> None:
    """Of every program that runs on this file's clock. In one step, so that nobody reads half a number."""
    beside = file.with_suffix(".new")
    beside.write_text(str(ahead_s), encoding="ascii")
    beside.replace(file)


def main() -> None:
    file, module, *words = sys.argv[1:]
    HostClock(Path(file))
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
