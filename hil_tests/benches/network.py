"""A Pico W's whole firmware on real MicroPython, with a fake `machine` and `network` and real sockets: its bridge, a
real MQTT broker and a real name server behind a router that can fail.
"""

import json
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hil_tests.benches.router import Router
from hil_tests.benches.scripted_bridge import ScriptedBridge
from hil_tests.benches.unix import BridgeServer, unix_ms
from tools.services.mqtt import MqttBroker
from tools.services.ports import LOOPBACK
from tools.services.process import ChildProcess
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
FAKES = ROOT / "hil_tests" / "benches" / "fake_machine"
BRIDGE, BROKER = "bridge.example", "broker.example"
REGISTERED = ("watching", "reporting")
# A board waits as short as it may, since its clock costs processor time; what main.py's loop sleeps stays.
QUICK: dict[str, Any] = {
    "heartbeat_interval_ms": 2000, "answer_ms": 6000, "retry_first_ms": 50, "retry_slow_ms": 2000, "resend_ms": 1000,
}  # fmt: skip


class NetworkBench:
    """`status`: what the board said last (benches/fake_machine/pico_w.py). password: what the access point has."""

    def __init__(
        self, folder: Path, micropython: str, broker: MqttBroker, password: str | None = "right", **config: Any
    ) -> None:
        self.names = {BRIDGE: LOOPBACK, BROKER: LOOPBACK}
        self.router = Router(self.names)
        self.bridge = ScriptedBridge("cp_1", unix_ms)
        self.server = BridgeServer(self.bridge)
        self.at_bridge = self.router.route(self.server.port)
        self.at_broker = self.router.route(broker.port)
        self.status: dict[str, Any] = {"passes": 0}
        self._said = b""
        settings = {
            "cp_id": "cp_1", "platform": "rp2", "central": f"{BRIDGE}:{self.at_bridge[1]}",
            "mqtt": f"{BROKER}:{self.at_broker[1]}", "wifi_ssid": "Car park", "wifi_password": "right",
            **QUICK, **config,
        }  # fmt: skip
        (folder / "config.json").write_text(json.dumps(settings))
        with socket.create_server((LOOPBACK, 0)) as control:
            ports = [str(control.getsockname()[1]), str(self.router.name_server.port)]
            self._board = ChildProcess(
                "pico_w", [micropython, FAKES / "pico_w.py", *ports], folder / "board.log",
                environment={"MICROPYPATH": f"{FAKES}:{ROOT / 'firmware'}:.frozen"}, folder=folder,
            )  # fmt: skip
            self._board.start()
            control.settimeout(DEADLINE_S)
            self._control = control.accept()[0]
        self.air(password=password, lease=_lease(LOOPBACK))

    def air(self, **now: Any) -> None:
        """What is around the board's radio: password (None: no access point), lease."""
        self.order(air=now)

    def new_lease(self, address: str, name_server: str) -> None:
        self.air(lease=[address, *_lease(name_server)[1:]])

    def order(self, **what: Any) -> None:
        self._control.sendall(json.dumps(what).encode() + b"\n")

    def serve(self) -> None:
        self.router.serve()
        self.server.serve(0.002)
        if select.select([self._control], [], [], 0)[0]:
            data = self._control.recv(65536)
            assert data, self._board.log_path.read_text(encoding="utf-8")[-2000:]
            *lines, self._said = (self._said + data).split(b"\n")
            if lines:
                self.status = json.loads(lines[-1])

    def until(self, condition: Callable[[], object], what: str = "") -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, f"{what}: {self.status}"
            self.serve()

    def passes(self, count: int) -> None:
        """The board's loop goes on by so many."""
        wanted = self.status["passes"] + count
        self.until(lambda: self.status["passes"] >= wanted, f"{count} passes")

    def is_registered(self) -> bool:
        return self.status.get("monitor") in REGISTERED

    def until_online(self) -> None:
        self.until(lambda: self.is_registered() and self.status["mqtt"], "registered, and at the broker")

    def charge(self) -> None:
        self.bridge.command("start_charge", session_id="s1")
        self.until(lambda: self.status["engine"] == "charging" and self.status["relay"], "charging")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._board.stop()
        self._control.close()
        self.server.close()
        self.router.close()


def _lease(name_server: str) -> list[str]:
    return ["192.168.4.2", "255.255.255.0", "192.168.4.1", name_server]
