"""Child processes: started with a log file, waited for on a condition, stopped by their id, never left behind."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

GUARD = Path(__file__).with_name("guard.py")
STOP_TIMEOUT_S = 10.0
LOG_TAIL_BYTES = 4_000

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, the system's wish, a terminal that was closed

Answer = TypeVar("Answer")


def wait_for(condition: Callable[[], Answer], timeout_s: float, what: str, interval_s: float = 0.02) -> Answer:
    """The first answer that is true. Raises TimeoutError, saying `what` did not happen."""
    deadline = time.monotonic() + timeout_s
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout_s:g} s")
        time.sleep(interval_s)
    return answer


class ProcessEnded(Exception):
    """A process that should run has ended; the message holds the end of its log."""


class ChildProcess:
    """One program, which may be started again after it has ended. Its output goes to `log_path`, appended.

    It leads a process group of its own: Ctrl-C on the terminal does not reach it, and its descendants end
    with it. When this process dies, even by SIGKILL, so does the child (guard.py).
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log_path: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """`environment`: what the child sees beside this process's own variables. `folder`: where it runs."""
        self.name = name
        self.log_path = log_path
        self._command = [str(word) for word in command]
        self._environment = dict(environment or {})
        self._folder = folder
        self._popen: subprocess.Popen[bytes] | None = None
        self._group: int | None = None  # of this run, until its last descendant was killed
        self._said_from = 0  # where in the log this run began

    def start(self) -> None:
        if self.running:
            raise RuntimeError(f"{self.name} already runs as process {self.pid}")
        guard = _guard_of(os.getpid())  # made before the child, so that it can be told at once
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log, _endings_held():
            self._said_from = log.tell()
            self._popen = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self._environment},
                cwd=self._folder,
                process_group=0,  # no session of its own: a board that opens a tty would have its hang-up end it
            )
            self._group = self._popen.pid
            guard.tell("watch", self._group)

    @property
    def pid(self) -> int:
        if self._popen is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or was never started; negative: the signal that ended it."""
        return None if self._popen is None else self._popen.poll()

    def wait_ready(self, condition: Callable[[], Answer], timeout_s: float) -> Answer:
        """The first true answer. Raises ProcessEnded or TimeoutError, with the end of the log."""
        deadline = time.monotonic() + timeout_s
        while not (answer := condition()):
            if not self.running:
                raise ProcessEnded(f"{self.name} ended with code {self.exit_code}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} was not ready within {timeout_s:g} s:\n{self.log_tail()}")
            time.sleep(0.02)
        return answer

    def wait_said(self, pattern: str, timeout_s: float) -> re.Match[str]:
        """The first place of this run's log that `pattern` matches. Raises as wait_ready."""
        found = self.wait_ready(lambda: re.search(pattern, self.said()), timeout_s)
        assert found is not None  # a false answer is not waited for
        return found

    def wait_ended(self, timeout_s: float) -> int:
        """Its exit code. Raises TimeoutError."""
        wait_for(lambda: not self.running, timeout_s, f"{self.name} ending by itself")
        return self._reap()

    def send_signal(self, number: signal.Signals) -> None:
        """To the process alone; SIGSTOP and SIGCONT freeze and thaw it. Nothing happens when it has ended."""
        if self._popen is not None:
            self._popen.send_signal(number)

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """SIGTERM, and SIGKILL for what is left after `timeout_s`. Nothing happens when it does not run."""
        if self._popen is None:
            return
        self._popen.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout_s)
        finally:
            self.kill()  # whoever is interrupted here leaves nothing behind either

    def kill(self) -> None:
        """SIGKILL, at once. Nothing happens when it does not run."""
        if self._popen is None:
            return
        self._popen.kill()
        self._reap()

    def _reap(self) -> int:
        popen = self._popen
        assert popen is not None
        exit_code = popen.wait()
        if self._group is not None:  # once: the id may be another's soon
            with suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)  # descendants that outlived it
            _guard_of(os.getpid()).tell("forget", self._group)
            self._group = None
        return exit_code

    def said(self) -> str:
        """All that this run has logged: what an earlier run said, or a long log pushed far up, deceives nobody."""
        return self._log_from(self._said_from)

    def log_tail(self) -> str:
        """The end of the log, for messages."""
        return self._log_from(-LOG_TAIL_BYTES)

    def _log_from(self, offset: int) -> str:
        """`offset`: in bytes, from the log's end where it is negative."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(offset if offset >= 0 else max(0, self.log_path.stat().st_size + offset))
            return log.read().decode(errors="replace")


@contextmanager
def _endings_held() -> Generator[None]:
    """Ctrl-C comes afterwards: of a child that is born in the very moment of an exception nobody would know."""
    if threading.current_thread() is not threading.main_thread():  # where no handler runs
        yield
        return
    came: list[int] = []
    handlers = {number: handler for number in ENDINGS if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


class _Guard:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def tell(self, order: str, group: int) -> None:
        assert self._popen.stdin is not None
        with self._lock:
            self._popen.stdin.write(f"{order} {group}\n".encode())
            self._popen.stdin.flush()


@cache
def _guard_of(process_id: int) -> _Guard:  # noqa: ARG001  # the key of the cache: a forked process needs its own
    return _Guard()
