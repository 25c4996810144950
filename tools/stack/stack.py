"""Starts and stops the whole system; every process can be killed and started again."""

import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from central.people.roles import AUDITOR, READ
from central.settings import HOME_ASSISTANT_PREFIX
from tools.services.mqtt import MqttBroker
from tools.services.mqtt import available as mqtt_available
from tools.services.ports import LOOPBACK, free_port
from tools.services.process import ChildProcess
from tools.stack.boards import ROOT, ChargePoint, Design
from tools.stack.guest import Guest
from tools.stack.log_choice import LogChoice, Wanted, chosen_log
from tools.stack.python_of_boards import interpreter
from tools.stack.tokens import bearer, make_token
from tools.testing.deadlines import DEADLINE_S

PEOPLE = "people.db"
ADMIN_PASSWORD = "admin_password"
PASSWORD_BYTES = 9  # of randomness; the first admin of a system that lives as long as its folder


class Stack:
    """Usable as a context manager. `say` hears of progress and notices, a line each. `guests` are started with the
    rest and not waited for.

    `settings` go over those that the stack chooses. `worker`, `api`, `insight`, `notify` and `bridge` exist once it was
    started; `homes` where Home Assistant's prefix is among the settings.
    `clocks`: by their names, files that say how wrong their hosts' clocks are (tools/testing/wrong_clock.py).
    """

    worker: ChildProcess
    api: ChildProcess
    insight: ChildProcess
    notify: ChildProcess
    bridge: ChildProcess
    homes: ChildProcess | None = None

    def __init__(
        self,
        folder: Path,
        designs: Sequence[Design],
        log: Wanted = "best",
        settings: dict[str, str] | None = None,
        say: Callable[[str], None] | None = None,
        clocks: Mapping[str, Path] | None = None,
        guests: Sequence[Guest] = (),
    ) -> None:
        self.folder = folder
        self._clocks = clocks or {}
        self._wanted_log: Wanted = log
        self._designs = designs
        self._guests = guests
        self._extra = settings or {}
        self._say = say or _silently
        self.admin_password = secrets.token_urlsafe(PASSWORD_BYTES)
        self.bridge_port, self.plain_port, self.api_port = free_port(), free_port(), free_port()
        self.log: LogChoice | None = None
        self.mqtt: MqttBroker | None = None
        self.charge_points: dict[str, ChargePoint] = {}
        self._running = ExitStack()  # what was started; the last is stopped first, and none keeps another running

    @property
    def api_url(self) -> str:
        return f"http://{LOOPBACK}:{self.api_port}"

    def start(self) -> None:
        """Returns once every charge point is registered. Raises what the part that failed raised."""
        started = time.monotonic()
        self._say("starting the log, Central, the bridge and boards")
        self.log = self._running.enter_context(chosen_log(self._wanted_log, self.folder, self._say))
        if notice := interpreter().notice:
            self._say(notice)
        self._start_mqtt()
        self._make_charge_points()
        self._start_servers(self._settings())
        for charge_point in self.charge_points.values():
            charge_point.start()
        for guest in self._guests:
            guest.start()
        self.api.wait_ready(self._all_active, DEADLINE_S)
        self._say(f"log {self.log.name}, {len(self.charge_points)} charge points, {time.monotonic() - started:.0f} s")

    def _start_servers(self, settings: dict[str, str]) -> None:
        def server(name: str, module: str, *arguments: str) -> ChildProcess:
            clock = ["tools.testing.wrong_clock", str(self._clocks[name])] if name in self._clocks else []
            command = [sys.executable, "-m", *clock, module, *arguments]
            process = ChildProcess(name, command, self.folder / f"{name}.log", settings, self.folder)
            self._running.callback(process.stop)
            process.start()
            return process

        self.worker = server("worker", "central.operate.main", "worker")
        self.api = server("api", "central.operate.main", "api")
        self.insight = server("insight", "central.operate.main", "insight")
        self.notify = server("notify", "central.operate.main", "notify")
        if settings.get(HOME_ASSISTANT_PREFIX.name):
            self.homes = server("homes", "central.operate.main", "homes")
        self.bridge = server("bridge", "bridge.main")

    def _start_mqtt(self) -> None:
        if reason := mqtt_available("iotcore"):
            self._say(f"no MQTT broker ({reason}): telemetry goes by the line")
            return
        self.mqtt = self._running.enter_context(MqttBroker("iotcore", self.folder / "mqtt"))

    def _make_charge_points(self) -> None:
        address = self.mqtt.address if self.mqtt else None
        for design in self._designs:
            point = ChargePoint(design, self.folder, self.bridge_port, address)
            self._running.callback(point.stop)
            self.charge_points[design.cp_id] = point

    def settings_of_central(self) -> dict[str, str]:
        """What the operator's command needs to find log and database."""
        assert self.log
        names = {
            "DB_PATH": "wattline.db", "PEOPLE_DB_PATH": PEOPLE, "INSIGHT_DB_PATH": "insight.db",
            "NOTICES_DB_PATH": "notices.db",
        }  # fmt: skip
        return {**self.log.settings, **{name: str(self.folder / file) for name, file in names.items()}}

    def _settings(self) -> dict[str, str]:
        ports = [point.serial_port for point in self.charge_points.values() if point.serial_port]
        ports += [guest.serial_port for guest in self._guests]
        return {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}",
            **self.settings_of_central(),
            "LISTEN_HOST": LOOPBACK,
            "LISTEN_PORT": str(self.bridge_port),
            "PLAIN_PORT": str(self.plain_port),
            "API_ADDRESS": f"{LOOPBACK}:{self.api_port}",
            "ADMIN_PASSWORD_FILE": str(self._password_file()),
            "MQTT_ADDRESS": self.mqtt.address if self.mqtt else "",
            "SERIAL_PORTS": ",".join(ports),
            **self._extra,
        }

    def _password_file(self) -> Path:
        file = self.folder / ADMIN_PASSWORD
        file.touch(mode=0o600)
        file.write_text(self.admin_password, encoding="utf-8")
        return file

    @cached_property
    def _auditor(self) -> str:
        """His token."""
        return make_token(self.folder / PEOPLE, "auditor", AUDITOR, READ)

    def _all_active(self) -> bool:
        try:
            points = self.get("/v1/charge-points")["charge_points"]
        except httpx.HTTPError:
            return False
        active = {point["cp_id"] for point in points if point["status"] == "ACTIVE"}
        return active >= set(self.charge_points)

    def get(self, path: str) -> dict[str, Any]:
        """What the API answers an auditor, who sees everything. Raises httpx.HTTPError."""
        headers = bearer(self._auditor)
        answer = httpx.get(self.api_url + path, headers=headers, timeout=DEADLINE_S)
        page: dict[str, Any] = answer.raise_for_status().json()
        return page

    def processes(self) -> Iterator[ChildProcess]:
        """Of everything that was started."""
        yield from (self.worker, self.api, self.insight, self.notify, self.bridge)
        if self.homes:
            yield self.homes
        if self.log and self.log.broker:
            yield self.log.broker.process
        if self.mqtt:
            yield self.mqtt.process
        for point in self.charge_points.values():
            yield from (point.plant.process, *point.boards.values())

    def stop(self) -> None:
        self._running.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _silently(line: str) -> None:
    del line
