"""Child processes end when they should, and never outlive whoever started them."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tools.services.ports import free_port, is_listening
from tools.services.process import LOG_TAIL_BYTES, ChildProcess, ProcessEnded, wait_for
from tools.testing.deadlines import DEADLINE_S

# Starts a grandchild, says both ids, and ignores SIGTERM where it is told to.
FAMILY = """
import os, signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("ids", os.getpid(), grandchild.pid, flush=True)
time.sleep(600)
"""
PARENT = """
import sys, threading
from pathlib import Path
from tools.services.process import ChildProcess
child = ChildProcess("family", [sys.executable, "-c", Path(sys.argv[1]).read_text()], Path(sys.argv[2]))
starter = threading.Thread(target=child.start)
starter.start()
starter.join()
print("started", flush=True)
threading.Event().wait()
"""


def lives(process_id: int) -> bool:
    """Whether it runs; a process that has ended but was not waited for yet does not."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ids(log: Path) -> list[int]:
    lines = log.read_text().splitlines() if log.exists() else []
    return [int(word) for line in lines if line.startswith("ids ") for word in line.split()[1:]]


def family(tmp_path: Path, *arguments: str) -> ChildProcess:
    child = ChildProcess("family", [sys.executable, "-c", FAMILY, *arguments], tmp_path / "family.log")
    child.start()
    child.wait_ready(lambda: len(ids(child.log_path)) == 2, DEADLINE_S)
    return child


def test_stop_ends_the_process_and_its_descendants(tmp_path: Path) -> None:
    child = family(tmp_path)
    assert child.running
    child.stop()
    assert child.exit_code == -signal.SIGTERM
    wait_for(lambda: not any(map(lives, ids(child.log_path))), DEADLINE_S, "the end of both")
    child.stop()
    child.kill()


def test_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    child = family(tmp_path, "deaf")
    child.stop(timeout_s=0.2)
    assert child.exit_code == -signal.SIGKILL
    wait_for(lambda: not any(map(lives, ids(child.log_path))), DEADLINE_S, "the end of both")


@contextmanager
def interrupted_after(seconds: float) -> Generator[None]:
    """As by Ctrl-C."""

    def interrupt(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_start_that_is_interrupted_at_any_moment_leaves_nothing_running(tmp_path: Path) -> None:
    before = children()
    for moment in range(1, 100):
        child = ChildProcess("sleeper", ["sleep", "600"], tmp_path / "sleeper.log")
        with suppress(KeyboardInterrupt), interrupted_after(moment / 20_000):
            child.start()
        child.stop()
    assert children() - before == set()


def children() -> set[int]:
    """Those of this process, guard apart."""
    tasks = Path("/proc/self/task").glob("*/children")
    ids = {int(word) for task in tasks for word in task.read_text().split()}
    return {each for each in ids if lives(each) and b"guard.py" not in Path(f"/proc/{each}/cmdline").read_bytes()}


def test_stop_that_is_interrupted_leaves_nothing_running(tmp_path: Path) -> None:
    child = family(tmp_path, "deaf")
    with pytest.raises(KeyboardInterrupt), interrupted_after(0.2):
        child.stop(timeout_s=60)
    assert child.exit_code == -signal.SIGKILL
    wait_for(lambda: not any(map(lives, ids(child.log_path))), DEADLINE_S, "the end of both")


def test_kill_and_start_again(tmp_path: Path) -> None:
    child = family(tmp_path)
    first = child.pid
    with pytest.raises(RuntimeError, match="already runs"):
        child.start()
    child.kill()
    assert child.exit_code == -signal.SIGKILL
    child.start()
    assert child.pid != first
    child.wait_ready(lambda: len(ids(child.log_path)) == 4, DEADLINE_S)  # the log was appended to
    child.stop()


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(FAMILY)
    log = tmp_path / "family.log"
    command = [sys.executable, "-c", PARENT, str(tmp_path / "family.py"), str(log)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"started\n"  # by a thread that has ended: its children live on
    wait_for(lambda: len(ids(log)) == 2, DEADLINE_S, "the family")
    assert all(map(lives, ids(log)))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not any(map(lives, ids(log))), DEADLINE_S, "the end of both")


def test_waiting_for_what_has_ended_shows_its_last_words(tmp_path: Path) -> None:
    code = "import os, sys; print('PORT=' + os.environ['PORT'] + ' is taken'); sys.exit(3)"
    child = ChildProcess(
        "board", [sys.executable, "-c", code], tmp_path / "logs" / "board.log", {"PORT": "1"}, tmp_path
    )
    child.start()
    with pytest.raises(ProcessEnded, match=r"board ended with code 3:\nPORT=1 is taken"):
        child.wait_ready(lambda: False, DEADLINE_S)
    assert child.wait_ended(DEADLINE_S) == 3


def test_waiting_has_an_end(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match=r"rain: not within 0\.05 s"):
        wait_for(lambda: False, 0.05, "rain")
    child = family(tmp_path)
    with pytest.raises(TimeoutError, match=r"family was not ready within 0\.05 s:\nids"):
        child.wait_ready(lambda: False, 0.05)
    with pytest.raises(TimeoutError):
        child.wait_ended(0.05)
    child.send_signal(signal.SIGSTOP)
    child.kill()


def test_what_is_waited_for_in_the_log_may_stand_far_above_its_end(tmp_path: Path) -> None:
    code = f"print('ready at=7' + 'x' * {2 * LOG_TAIL_BYTES}); import time; time.sleep(600)"
    child = ChildProcess("talker", [sys.executable, "-u", "-c", code], tmp_path / "talker.log")
    child.start()
    child.wait_ready(lambda: len(child.said()) > 2 * LOG_TAIL_BYTES, DEADLINE_S)
    assert "ready" not in child.log_tail()
    assert child.wait_said(r"at=(\d+)", DEADLINE_S)[1] == "7"
    child.stop()


def test_what_an_earlier_run_said_is_not_said_by_this_one(tmp_path: Path) -> None:
    code = "import os, sys; print('ready' if os.path.exists(sys.argv[1]) else 'bye')"
    flag = tmp_path / "flag"
    flag.touch()
    child = ChildProcess("twice", [sys.executable, "-c", code, flag], tmp_path / "twice.log")
    child.start()
    child.wait_ended(DEADLINE_S)
    flag.unlink()
    child.start()
    with pytest.raises(ProcessEnded, match="ended with code 0"):
        child.wait_said("ready", DEADLINE_S)
    assert child.said() == "bye\n"


def test_ctrl_c_on_the_terminal_does_not_reach_children(tmp_path: Path) -> None:
    child = family(tmp_path)
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    child.stop()


def test_free_ports_differ_and_are_free() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert not any(map(is_listening, ports))
    ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(ports) < ephemeral
