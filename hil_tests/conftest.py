"""What the boards run on."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest


@pytest.fixture(scope="session")
def micropython(missing: Callable[[str], NoReturn]) -> str:
    """The one that is installed beside this Python, else the system's."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("micropython", path=path) or missing("micropython")


@pytest.fixture(scope="session", params=["micropython", "cpython"])
def interpreter(request: pytest.FixtureRequest) -> str:
    """What runs main.py: the real thing, and the stand-in for where there is none."""
    return request.getfixturevalue("micropython") if request.param == "micropython" else sys.executable
