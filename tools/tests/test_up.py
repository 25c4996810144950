"""`make up` on the embedded log: it says what ends, and whatever ends it leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tools.services.ports import is_listening
from tools.services.process import ChildProcess, wait_for
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
PROC = Path("/proc")
OWN_FOLDER = """
import os, signal
from rich.console import Console
from tools.stack.own_folder import in_own_folder
def work(folder):
    {}
    return 7
raise SystemExit(in_own_folder(work))
"""


class Up:
    """`make up` without Java in reach; its temporary folders lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.places = folder / "places"
        self.places.mkdir()
        environment = {"TMPDIR": str(self.places), "PATH": str(folder), "JAVA_HOME": "", "BROKER_ADDRESS": ""}
        command = [sys.executable, "-m", "tools.up"]
        self.process = ChildProcess("up", command, folder / "up.log", environment, ROOT)
        self.process.start()

    def wait_said(self, pattern: str) -> str:
        return self.process.wait_said(pattern, DEADLINE_S)[0]

    def pids(self, name: str = "") -> list[int]:
        """Of the processes that run in its folder, and have `name` on their command line."""
        return [int(each.name) for each in PROC.glob("[0-9]*") if self._runs_here(each) and name in _command(each)]

    def _runs_here(self, process: Path) -> bool:
        try:
            return str((process / "cwd").readlink()).startswith(f"{self.places}/")
        except OSError:  # it has ended, or is another user's
            return False


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    if not (PROC / "self" / "cwd").exists():
        pytest.skip("this system has no /proc")
    started = Up(tmp_path)
    yield started
    started.process.stop(DEADLINE_S)


def _leaves_nothing(up: Up, exit_code: int) -> None:
    assert up.process.wait_ended(DEADLINE_S) == exit_code
    assert list(up.places.iterdir()) == []
    wait_for(lambda: not up.pids(), DEADLINE_S, "the end of every part")
    assert "Traceback" not in up.process.said()
    assert up.process.said().endswith("stopped\n")


def test_what_ends_is_said_and_the_rest_goes_on(up: Up) -> None:
    up.wait_said("no local Kafka .*: the log is the embedded one")
    api = re.search(r"127\.0\.0\.1:(\d+)/v1", up.wait_said("API .*"))
    assert api
    (bridge,) = up.pids("bridge.main")
    os.kill(bridge, signal.SIGKILL)
    log = up.wait_said(r"bridge has ended with code -9; its log is .*").rpartition(" ")[2]
    assert Path(log).is_file()
    assert is_listening(int(api[1]))
    assert len(up.pids()) > 3
    up.process.send_signal(signal.SIGINT)
    _leaves_nothing(up, 0)
    assert not is_listening(int(api[1]))


def test_the_sign_in_that_it_names_works(up: Up) -> None:
    _, name, _, password, url = up.wait_said(r"name \S+, password \S+\):\s+http://\S+/ops").split()
    body = {"name": name.rstrip(","), "password": password.removesuffix("):")}
    answer = httpx.post(url.removesuffix("/ops") + "/v1/sign-in", json=body, timeout=DEADLINE_S)
    assert (answer.status_code, answer.json()["role"]) == (201, "admin")


# A closed terminal, and somebody who does not wait for the end of the first Ctrl-C.
@pytest.mark.parametrize("ending", [[signal.SIGTERM], [signal.SIGHUP, signal.SIGINT, signal.SIGINT, signal.SIGTERM]])
def test_however_it_is_ended(up: Up, ending: list[signal.Signals]) -> None:
    up.wait_said("Wattline is up")
    for number in ending:
        up.process.send_signal(number)
    _leaves_nothing(up, 0)


def test_ended_while_it_starts(up: Up) -> None:
    wait_for(lambda: up.pids("central.operate.main"), DEADLINE_S, "a part")
    up.process.send_signal(signal.SIGINT)
    _leaves_nothing(up, 0)


def in_own_folder(tmp_path: Path, work: str, before: str, out: int | None = None) -> int:
    """The exit code of a program whose shell did something before; it leaves no folder."""
    command = ["sh", "-c", f'{before} exec "$@"', "sh", sys.executable, "-c", OWN_FOLDER.format(work)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=out, check=False)
    assert list(tmp_path.iterdir()) == []
    return done.returncode


def test_nohup_is_heeded(tmp_path: Path) -> None:
    assert in_own_folder(tmp_path, "os.kill(os.getpid(), signal.SIGHUP)", 'trap "" HUP;') == 7


@pytest.mark.parametrize("work", ["print('x', flush=True)", "Console().print('x')"])
def test_a_reader_that_has_gone_ends_it(tmp_path: Path, work: str) -> None:
    near, far = os.pipe()
    os.close(near)
    assert in_own_folder(tmp_path, work, "", far) == 130
    os.close(far)
