"""Fixtures that every part's tests share."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from hypothesis import settings

settings.register_profile("wattline", deadline=None)  # of one example: it would judge the machine, not the code
settings.load_profile("wattline")

pytest_plugins = ["tools.testing.fixtures", "hil_tests.benches.plugin"]


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """A program run inside a test sends the log to the test's stderr, which is closed after it."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = [handler for handler in root.handlers if handler in before] or before
    root.setLevel(level)


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Say what this machine lacks: the test is skipped, or fails on a build server (CI=true)."""

    def say(what: str) -> NoReturn:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{what} is missing, and CI=true lets nothing be skipped", pytrace=False)
        pytest.skip(f"{what} is missing")

    return say


@pytest.fixture(scope="session")
def needs(missing: Callable[[str], NoReturn]) -> Callable[[str], str]:
    """The path of a program the test runs, by its name; `missing` where there is none."""

    def find(program: str) -> str:
        # Debian keeps servers such as mosquitto in sbin, which is not on every user's PATH.
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
        return shutil.which(program, path=path) or missing(program)

    return find
