"""Telemetry over real MQTT brokers."""

import json
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from wire.kinds import TELEMETRY

from bridge.tests.bench import Bench, messages, open_log
from eventlog.embedded.log import EmbeddedLog
from runtime.values import Address
from tools.services.mqtt import MqttBroker
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

Message = dict[str, object]

PUBLISHING_INTERVAL_S = 0.05


def charging_data(cp_id: str, register_wh: int) -> Message:
    figures: Message = dict.fromkeys(("session_energy_wh", "power_w", "current_ma", "voltage_mv", "limit_ma"), 0)
    own: Message = {"type": "charging_data", "cp_id": cp_id, "state": "idle", "meter_id": "m1"}
    return own | figures | {"register_wh": register_wh, "limit_reason": "rated"}


class Publisher:
    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=0)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = open_log(tmp_path / "log.db")
    yield opened
    opened.close()


def wait_through(log: EmbeddedLog, publisher: Publisher, cp_id: str) -> None:
    """Publishes until it is seen in the log: what is said while the bridge is not subscribed is lost."""
    payload = json.dumps(charging_data(cp_id, 1)).encode()

    def seen() -> bool:
        publisher.publish(f"wattline/{cp_id}/telemetry", payload)
        return any(each["cp_id"] == cp_id for each in messages(log, TELEMETRY, "charging_data"))

    wait_for(seen, DEADLINE_S, f"telemetry of {cp_id}", PUBLISHING_INTERVAL_S)


def test_charging_data_reaches_the_log_and_the_rest_is_refused(mqtt_broker: MqttBroker, log: EmbeddedLog):
    publisher = Publisher(mqtt_broker.port)
    with Bench(log, mqtt=Address("127.0.0.1", mqtt_broker.port)) as bench:
        wait_through(log, publisher, "first")
        topic = "wattline/cp_001/telemetry"
        bad = [
            b"\xff",
            json.dumps(charging_data("cp_002", 1)).encode(),
            b'{"type":"heartbeat","cp_id":"cp_001","state":"idle"}',
        ]
        for payload in bad:
            publisher.publish(topic, payload)
        bench.wait_counted("mqtt_refused", len(bad))
        publisher.publish(topic, b"x" * 1_000_000)  # some brokers cut the publisher off for it
        wait_through(log, publisher, "after")
        for register_wh in range(50):
            publisher.publish(topic, json.dumps(charging_data("cp_001", register_wh)).encode())

        def registers() -> list[object]:
            found = messages(log, TELEMETRY, "charging_data")
            return [each["register_wh"] for each in found if each["cp_id"] == "cp_001"]

        wait_for(lambda: len(registers()) == 50, DEADLINE_S, "50 readings in the log")
        assert registers() == list(range(50))
        assert {each["type"] for each in messages(log, TELEMETRY, "charging_data", "heartbeat")} == {"charging_data"}
    publisher.close()


def test_broker_may_come_late_and_go_and_come_back(
    log: EmbeddedLog, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    broker = MqttBroker("iotcore", tmp_path / "broker")
    with Bench(log, mqtt=Address("127.0.0.1", broker.port)):
        wait_for(lambda: "cannot be reached" in caplog.text, DEADLINE_S, "a word about the broker that is away")
        broker.start()
        publisher = Publisher(broker.port)
        wait_through(log, publisher, "late")
        broker.restart()
        wait_through(log, publisher, "back")
        publisher.close()
    broker.close()
