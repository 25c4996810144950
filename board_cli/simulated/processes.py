"""The programs of a simulated board: its plant, and a board that is started anew when it resets."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hal.sim import RESET_EXIT_CODE

from board_cli.failures import Failure
from board_cli.files.sources import ROOT

LOOPBACK = "127.0.0.1"
END_TIMEOUT_S = 10


def free_address() -> str:
    with socket.create_server((LOOPBACK, 0)) as taken:
        return f"{LOOPBACK}:{taken.getsockname()[1]}"


def interpreter() -> str:
    """MicroPython beside this Python or on the path; else this Python, which runs the same firmware."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return shutil.which("micropython", path=path) or sys.executable


def plant(cp_id: str, address: str, options: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "plant.main", "--cp", cp_id, "--plant-address", address, *options]


def board() -> list[str]:
    return [interpreter(), str(ROOT / "main.py"), "config.json"]


class Programs:
    """They run until one of them ends that is not to be started anew, or until Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self._starts: dict[int, tuple[str, Callable[[], subprocess.Popen[bytes]]]] = {}
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], folder: Path) -> None:
        def begin() -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, process_group=0)

        self._begin(name, begin)

    def wait(self) -> None:
        """Raises Failure where one has ended by itself, and KeyboardInterrupt."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            while True:
                pid, status = os.wait()
                self._processes.pop(pid)
                name, begin = self._starts.pop(pid)
                code = os.waitstatus_to_exitcode(status)
                if code != RESET_EXIT_CODE:
                    raise Failure(f"{name} has ended with code {code}; its own line above says why")
                self._begin(name, begin)
        finally:
            self.end()

    def end(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()

    def _begin(self, name: str, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        process = begin()
        self._processes[process.pid] = process
        self._starts[process.pid] = name, begin
