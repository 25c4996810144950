"""Runs `wattline-central` in the test's own process."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from central.operate.main import app


class Ended(NamedTuple):
    """What a command printed, and its exit code."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


def runner(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Run:
    """`run(*words, **settings)`, each time in this environment."""

    def run(*words: str, **settings: str) -> Ended:
        with monkeypatch.context() as patched:
            for name, value in {**environment, **settings}.items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                app(words)
        code = ended.value.code
        assert isinstance(code, int)
        out, err = capsys.readouterr()
        return Ended(code, out, err)

    return run
