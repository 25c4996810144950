"""A board's telemetry by MQTT, at real brokers: figures arrive, the state is retained, and a will is left."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import paho.mqtt.client as mqtt
from chargepoint.delivery.retry import Retry
from hal.mqtt import Publisher
from paho.mqtt.enums import CallbackAPIVersion

from hil_tests.benches.unix import UnixBench
from tools.services.mqtt import MqttBroker, available
from tools.services.ports import LOOPBACK
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

QUICK: dict[str, Any] = {"idle_telemetry_interval_ms": 50, "retry_first_ms": 50, "retry_slow_ms": 300}


@contextmanager
def listener(
    port: int, cp_id: str, login: tuple[str, str] | None = None
) -> Generator[list[tuple[str, dict[str, Any]]]]:
    """(topic, payload) of everything about the charge point, as it arrives."""
    heard: list[tuple[str, dict[str, Any]]] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    if login is not None:
        client.username_pw_set(*login)

    def subscribe(*_: Any) -> None:
        client.subscribe(f"wattline/{cp_id}/#")

    def hear(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        heard.append((message.topic, json.loads(message.payload)))

    client.on_connect = subscribe
    client.on_message = hear
    client.connect(LOOPBACK, port)
    client.loop_start()
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def states(heard: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [payload["state"] for topic, payload in heard if topic.endswith("/state")]


def figures(heard: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [payload for topic, payload in heard if topic.endswith("/telemetry")]


def test_figures_state_and_will(tmp_path: Path, interpreter: str, mqtt_broker: MqttBroker):
    with UnixBench(tmp_path, interpreter) as bench, listener(mqtt_broker.port, "cp_1") as heard:
        bench.board(mqtt=f"{LOOPBACK}:{mqtt_broker.port}", **QUICK)
        bench.server.until(lambda: len(figures(heard)) >= 3)
        assert {each["type"] for each in figures(heard)} == {"charging_data"}
        assert {each["cp_id"] for each in figures(heard)} == {"cp_1"}
        assert states(heard)[-1] == "online"
        with listener(mqtt_broker.port, "cp_1") as later:
            wait_for(lambda: states(later) == ["online"], DEADLINE_S, "the retained state")
        assert not [m for m in bench.bridge.received if m["type"] == "charging_data"], "by MQTT, so not on the line"
        bench.boards["both"].kill()
        wait_for(lambda: states(heard)[-1] == "offline", DEADLINE_S, "the broker sending the will")


def test_broker_that_goes_and_comes_costs_nothing_but_its_figures(tmp_path: Path, interpreter: str):
    with MqttBroker("iotcore") as broker, UnixBench(tmp_path, interpreter) as bench:
        bench.board(mqtt=f"{LOOPBACK}:{broker.port}", heartbeat_interval_ms=100, **QUICK)
        with listener(broker.port, "cp_1") as heard:
            bench.server.until(lambda: figures(heard))
        broker.stop()
        seen = len(bench.bridge.received)
        bench.server.until(lambda: len(bench.bridge.received) > seen + 5)
        broker.restart()
        with listener(broker.port, "cp_1") as heard:
            bench.server.until(lambda: figures(heard))


def test_a_board_comes_in_by_its_password(
    tmp_path: Path, interpreter: str, missing: Callable[[str], NoReturn]
) -> None:
    if (lacking := available("mosquitto")) is not None:
        missing(lacking)
    password = "a-board's own"
    with (
        MqttBroker("mosquitto", tmp_path / "broker", {"board": password}) as broker,
        UnixBench(tmp_path, interpreter) as bench,
        listener(broker.port, "cp_1", ("board", password)) as heard,
    ):
        bench.board(mqtt=f"{LOOPBACK}:{broker.port}", mqtt_user="board", mqtt_password=password, **QUICK)
        bench.server.until(lambda: figures(heard))
        assert states(heard)[-1] == "online"
        assert password not in bench.boards["both"].said()


class FullLine:
    """Its peer has gone without a word, and what was written is not taken any more."""

    is_open, is_dialling = True, False

    def __init__(self) -> None:
        self.generation = 0
        self.came = b""
        self.has_room = True

    def step(self, now: int) -> None:
        pass

    def dial(self) -> None:
        self.is_open = True
        self.generation += 1
        self.came = b"\x20\x02\x00\x00"

    def close(self) -> None:
        self.is_open = False

    def read(self, most: int) -> bytes:
        came, self.came = self.came, b""
        return came

    def write(self, data: bytes) -> bool:
        return self.has_room


def test_line_without_room_for_a_ping_is_dead_too():
    line = FullLine()
    publisher = Publisher(line, Retry(bytes, 50, 300), "b", "t", b"on", b"off")
    for now in range(0, 1000, 100):
        publisher.step(now)
    assert publisher.connected
    line.has_room = False
    for now in range(1000, 60_000, 100):
        publisher.step(now)
        if not publisher.connected:
            line.has_room = True
    assert publisher.connections > 1
