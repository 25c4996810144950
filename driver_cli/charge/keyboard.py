"""The keyboard: no echo while the panel is drawn, and a way to read a line that never misses a Ctrl-C."""

import os
import select
import sys
import termios
from dataclasses import dataclass, field
from typing import Any

_LOCAL_MODES = 3  # the index of the flags that termios calls c_lflag
_LINE_BYTES = 1024
_LOOK_INTERVAL_S = 0.1


def read_line() -> str:
    """A line from the terminal. Raises KeyboardInterrupt, EOFError.

    `input` misses a Ctrl-C that comes in the instant before it waits, and then waits for ever.
    """
    terminal = sys.stdin.fileno()
    while not select.select([terminal], [], [], _LOOK_INTERVAL_S)[0]:
        pass
    line = os.read(terminal, _LINE_BYTES)
    if not line:
        raise EOFError
    return line.decode(errors="replace")


@dataclass
class Keyboard:
    """Between `silence` and `restore` nothing typed is echoed or kept, so it cannot answer a later question.

    Ctrl-C works throughout. Does nothing where stdin is no terminal.
    """

    _before: list[Any] | None = field(default=None, init=False)

    def silence(self) -> None:
        if not sys.stdin.isatty():
            return
        modes = termios.tcgetattr(sys.stdin)
        self._before = list(modes)
        modes[_LOCAL_MODES] &= ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSANOW, modes)

    def restore(self) -> None:
        if self._before is not None:
            # TCSAFLUSH forgets what was typed before anything was asked.
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, self._before)
            self._before = None
