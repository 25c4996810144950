"""Where MicroPython's unix port is."""

import os
import shutil
import sys
from pathlib import Path


def find_micropython() -> str | None:
    """The one that is installed beside this Python, else the system's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("micropython", path=path)
