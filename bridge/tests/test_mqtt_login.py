"""A broker that wants a user and a password: the bridge shows both where they are set, and tells nobody else."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from wire.kinds import TELEMETRY

from bridge.main import options_of
from bridge.tests.bench import Bench, messages, open_log
from bridge.tests.test_lines_mqtt import charging_data
from runtime.config import ConfigManager
from runtime.registry import SettingError
from runtime.settings import MQTT_PASSWORD, Login, mqtt_login
from runtime.values import Address
from tools.services.mqtt import MqttBroker, available
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

USER, PASSWORD = "wattline", "not to be seen anywhere"


@pytest.fixture
def closed_broker(tmp_path: Path, missing: Callable[[str], NoReturn]) -> Iterator[MqttBroker]:
    if (lacking := available("mosquitto")) is not None:
        missing(lacking)
    with MqttBroker("mosquitto", tmp_path / "broker", {USER: PASSWORD}) as broker:
        yield broker


def publish_until(port: int, cp_id: str, is_heard: Callable[[], bool]) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, PASSWORD)
    client.connect("127.0.0.1", port)
    client.loop_start()
    payload = json.dumps(charging_data(cp_id, 1))

    def heard() -> bool:
        client.publish(f"wattline/{cp_id}/telemetry", payload)
        return is_heard()

    try:
        wait_for(heard, DEADLINE_S, f"telemetry of {cp_id}", 0.05)
    finally:
        client.disconnect()
        client.loop_stop()


def test_the_bridge_comes_in_by_its_password_and_not_without(
    tmp_path: Path, closed_broker: MqttBroker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    log = open_log(tmp_path / "log.db")
    place = Address("127.0.0.1", closed_broker.port)
    try:
        for login in (None, Login(USER, "wrong"), Login(USER, PASSWORD)):
            caplog.clear()
            with Bench(log, mqtt=place, mqtt_login=login):
                if login is not None and login.password == PASSWORD:
                    publish_until(place.port, "cp_001", lambda: bool(messages(log, TELEMETRY, "charging_data")))
                else:
                    wait_for(lambda: "refuses the bridge" in caplog.text, DEADLINE_S, "it is refused")
            assert PASSWORD not in caplog.text
    finally:
        log.close()


def test_a_password_is_shown_nowhere() -> None:
    config = ConfigManager({"MQTT_USER": USER, "MQTT_PASSWORD": PASSWORD})
    assert mqtt_login(config) == Login(USER, PASSWORD)
    assert config.given(MQTT_PASSWORD).text == "***"
    assert PASSWORD not in repr(options_of(config))
    assert mqtt_login(ConfigManager({})) is None


@pytest.mark.parametrize("settings", [
    {"MQTT_PASSWORD": PASSWORD, "MQTT_ADDRESS": "127.0.0.1:1883"}, {"MQTT_USER": USER, "MQTT_PASSWORD": PASSWORD * 9},
    {"MQTT_USER": USER, "MQTT_PASSWORD": f"{PASSWORD}\x07"},
])  # fmt: skip
def test_what_cannot_be_a_password_is_refused_without_saying_it(settings: dict[str, str]) -> None:
    with pytest.raises(SettingError) as refused:
        ConfigManager(settings)
    assert "MQTT_PASSWORD" in str(refused.value)
    assert PASSWORD not in str(refused.value)
