"""The interpreter that simulated boards run on."""

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.testing.deadlines import DEADLINE_S


@dataclass(frozen=True)
class Interpreter:
    """`name` tells which and its version, such as micropython-1.29; `notice` why it is not MicroPython."""

    path: str
    name: str
    notice: str | None = None


def find_micropython() -> str | None:
    """The unix port that is installed beside this Python, else the system's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("micropython", path=path)


@cache
def interpreter() -> Interpreter:
    """MicroPython; where there is none this Python, with a notice."""
    path = find_micropython()
    if path is None:
        name = f"cpython-{platform.python_version()}"
        return Interpreter(sys.executable, name, "no MicroPython for this machine: boards run on CPython")
    say_version = "import sys; print('%d.%d' % sys.implementation.version[:2])"
    answer = subprocess.run([path, "-c", say_version], capture_output=True, text=True, check=True, timeout=DEADLINE_S)
    return Interpreter(path, f"micropython-{answer.stdout.strip()}")
