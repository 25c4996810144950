"""A board on MicroPython's unix port, as it is at a USB port: a PTY with its firmware behind it, or its prompt.

Its flash is a folder. Where main.py ends as a reset, it starts anew; where it ends otherwise, or there is none, the
prompt comes, and leaving that starts the board anew too.
"""

import os
import pty
import subprocess
import threading
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from hal.sim import RESET_EXIT_CODE

MAIN = "main.py"


class PortBoard:
    """`path`: what a program opens. `starts`: how often main.py was started."""

    def __init__(self, folder: Path, micropython: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.starts = 0
        self._micropython = micropython
        self._board_end, self._port = pty.openpty()
        tty.setraw(self._port)  # held open: without anybody there, the board's end would be an error
        self.path = os.ttyname(self._port)
        self._log = (folder.parent / f"{folder.name}.log").open("ab")
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_on = False
        self._thread = threading.Thread()

    def said(self) -> str:
        """What its firmware wrote on stderr so far."""
        return Path(self._log.name).read_text(errors="replace")

    def power_on(self) -> None:
        self._is_on = True
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def cut_power(self) -> None:
        with self._lock:
            self._is_on = False
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def close(self) -> None:
        if self._is_on:
            self.cut_power()
        self._log.close()
        os.close(self._board_end)
        os.close(self._port)

    def __enter__(self) -> Self:
        self.power_on()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _live(self) -> None:
        while self._is_on:
            has_main = (self.folder / MAIN).exists()
            if has_main:
                self.starts += 1
            if not has_main or self._run(MAIN) != RESET_EXIT_CODE:
                self._run()

    def _run(self, *arguments: str) -> int | None:
        with self._lock:
            if not self._is_on:
                return None
            self._process = subprocess.Popen(
                [self._micropython, *arguments], cwd=self.folder, stdin=self._board_end, stdout=self._board_end,
                stderr=self._log, process_group=0,
            )  # fmt: skip
        return self._process.wait()
