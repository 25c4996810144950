"""The command on a terminal of its own (a PTY), with a person's keys."""

import os
import pty
import re
import select
import subprocess
import termios
import time
from types import TracebackType
from typing import Self

from driver_cli.tests.homes import Home, command
from tools.testing.deadlines import DEADLINE_S

CTRL_C = "\x03"
CTRL_D = "\x04"
ENTER = "\r"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """`seen` is all that was written, as it came; `text` without the escapes that move and colour."""

    def __init__(self, home: Home, *arguments: str) -> None:
        self._near, far = pty.openpty()
        termios.tcsetwinsize(far, (40, 100))
        environment = {**home.environment(), "TERM": "xterm-256color"}
        environment.pop("COLUMNS")
        self.process = subprocess.Popen(
            command(*arguments),
            env=environment,
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509  # makes it the controlling one
        )
        self._far = far
        self.seen = ""

    @property
    def text(self) -> str:
        return _ESCAPES.sub("", self.seen)

    def press(self, keys: str) -> None:
        os.write(self._near, keys.encode())

    def wait_for(self, words: str, since: int = 0) -> None:
        """Until `words` stand in the text after its first `since` characters. Raises TimeoutError."""
        deadline = time.monotonic() + DEADLINE_S
        while words not in self.text[since:]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{words!r} was not shown, but: {self.text[-2000:]!r}")
            self._read(0.1)

    def wait_ended(self) -> int:
        deadline = time.monotonic() + DEADLINE_S
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"it did not end, but: {self.text[-2000:]!r}")
            self._read(0.1)
        while self._read(0.0):
            pass
        return self.process.wait()

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self._far)[3] & termios.ECHO)

    def shows_cursor(self) -> bool:
        return self.seen.rfind("\x1b[?25h") >= self.seen.rfind("\x1b[?25l")

    def _read(self, timeout_s: float) -> bool:
        readable, _, _ = select.select([self._near], [], [], timeout_s)
        if readable:
            self.seen += os.read(self._near, 65_536).decode(errors="replace")
        return bool(readable)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._far)
        os.close(self._near)
