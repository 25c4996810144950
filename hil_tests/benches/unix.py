"""The `unix` bench: a board as a real process (MicroPython's unix port, or CPython), a real plant, a bridge."""

import json
import select
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import serial

from hil_tests.benches.scripted_bridge import Message, ScriptedBridge
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import ChildProcess, wait_for
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "firmware" / "main.py"


def unix_ms() -> int:
    return int(time.time() * 1000)


class Plant:
    """`wattline-plant` with one charge point, and its control port. port: where its board plugs in; 0: a free one."""

    def __init__(self, folder: Path, *arguments: str, cp_id: str = "cp_1", port: int = 0) -> None:
        place = ("--plant-address", f"{LOOPBACK}:{port}")
        command = [sys.executable, "-m", "plant.main", "--cp", cp_id, *place, *arguments]
        self.process = ChildProcess("plant", command, folder / "plant.log", folder=ROOT)
        self.process.start()
        found = self.process.wait_said(r"boards=\S+:(\d+) control=\S+:(\d+)", DEADLINE_S)
        self.port, self.control_port = int(found[1]), int(found[2])

    def ask(self, **request: Any) -> Message:
        with socket.create_connection((LOOPBACK, self.control_port), timeout=DEADLINE_S) as line:
            line.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(line.makefile().readline())
        assert answer["ok"], answer
        return answer.get("state", {})

    def state(self) -> Message:
        return self.ask(do="state")


class BridgeServer:
    """The scripted bridge on a TCP port or at a serial one, served while a test waits (`until`)."""

    def __init__(self, bridge: ScriptedBridge) -> None:
        self.bridge = bridge
        self._listener = socket.create_server((LOOPBACK, free_port()))
        self.port = self._listener.getsockname()[1]
        self._line: socket.socket | None = None
        self._serial: serial.Serial | None = None

    def plug_serial(self, path: str) -> None:
        """Serve this port instead of TCP, once nobody else has it."""
        opened: list[serial.Serial] = []

        def is_free() -> bool:
            try:
                opened.append(serial.Serial(path, 115200, timeout=0, write_timeout=DEADLINE_S, exclusive=True))
            except serial.SerialException:
                return False
            return True

        wait_for(is_free, DEADLINE_S, f"{path} free")
        self._serial = opened[0]
        self.bridge.connected()

    def send(self, data: bytes) -> None:
        if self._line:
            self._line.sendall(data)

    def serve(self, timeout_s: float = 0.02) -> None:
        if self._serial:
            select.select([self._serial], [], [], timeout_s)
            self.bridge.feed(self._serial.read(4096))
            self._serial.write(self.bridge.out())
            return
        sockets = [self._listener, *([self._line] if self._line else [])]
        for ready in select.select(sockets, [], [], timeout_s)[0]:
            if ready is self._listener:
                self.cut()
                self._line = self._listener.accept()[0]
                self.bridge.connected()
            elif ready is self._line:
                self._read(ready)
        out = self.bridge.out()
        if self._line and out:
            try:
                self._line.sendall(out)
            except OSError:
                self.cut()

    def until(self, condition: Callable[[], object], within_s: float = DEADLINE_S) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come to hold"
            self.serve()

    def cut(self) -> None:
        if self._line:
            self._line.close()
            self._line = None

    def close(self) -> None:
        self.cut()
        if self._serial:
            self._serial.close()
        self._listener.close()

    def _read(self, line: socket.socket) -> None:
        try:
            data = line.recv(65536)
        except OSError:
            data = b""
        if data:
            self.bridge.feed(data)
        else:
            self.cut()


class UnixBench:
    """Plant, bridge and boards; `interpreter`: what runs main.py."""

    def __init__(self, folder: Path, interpreter: str, *plant_arguments: str) -> None:
        self.plant = Plant(folder, *plant_arguments)
        self.bridge = ScriptedBridge("cp_1", unix_ms)
        self.server = BridgeServer(self.bridge)
        self.boards: dict[str, ChildProcess] = {}
        self._folder = folder
        self.interpreter = interpreter

    def board(self, role: str = "both", program: Sequence[str | Path] = (MAIN,), **config: Any) -> ChildProcess:
        """Starts main.py in a state directory of its own, which a restart finds again."""
        folder = self._folder / role
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "cp_id": "cp_1", "role": role, "central": f"{LOOPBACK}:{self.server.port}",
            "plant": f"{LOOPBACK}:{self.plant.port}", **config,
        }
        (folder / "config.json").write_text(json.dumps(settings))
        process = ChildProcess(role, [self.interpreter, *program], folder / "board.log", folder=folder)
        process.start()
        process.wait_said("ready ", DEADLINE_S)
        self.boards[role] = process
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in [*self.boards.values(), self.plant.process]:
            process.stop()
        self.server.close()
