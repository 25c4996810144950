"""The local brokers start, die and come back on the same port."""

import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tools.services import kafka_jars, mqtt
from tools.services.kafka import KafkaBroker
from tools.services.mqtt import MqttBroker
from tools.services.ports import is_listening
from tools.services.process import wait_for
from tools.testing.deadlines import DEADLINE_S

OTHER_DEMO = "from tools.services.kafka_jars import jars; print(jars())"
FAKE_MAVEN = """#!/bin/sh
for word; do case $word in -DoutputDirectory=*) out=${word#*=};; esac; done
echo run >> "$XDG_CACHE_HOME/runs"
sleep 0.3
mkdir "$out" && echo jar > "$out/kafka.jar"
"""


def exchanged(broker: MqttBroker, topic: str) -> bool:
    """Whether a message published at QoS 1 comes to a subscriber."""
    arrived = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)

    def subscribed(*_: Any) -> None:
        client.publish(topic, b"hello", qos=1)

    def connected(*_: Any) -> None:
        client.subscribe(topic, qos=1)

    def received(*_: Any) -> None:
        arrived.set()

    client.on_connect = connected
    client.on_subscribe = subscribed
    client.on_message = received
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    try:
        return arrived.wait(DEADLINE_S)
    finally:
        client.disconnect()
        client.loop_stop()


def test_an_mqtt_broker_serves_and_comes_back_after_a_kill(mqtt_broker: MqttBroker) -> None:
    assert exchanged(mqtt_broker, "wattline/cp_001/before")
    mqtt_broker.kill()
    assert not is_listening(mqtt_broker.port)
    mqtt_broker.start()
    assert exchanged(mqtt_broker, "wattline/cp_001/after")


def test_a_broker_that_cannot_start_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(mqtt, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError), MqttBroker("mosquitto"):
        pytest.fail("there is no program to start")
    assert list(tmp_path.iterdir()) == []


def test_a_kafka_broker_says_where_it_is_and_restarts_on_its_data(kafka_broker: KafkaBroker) -> None:
    assert kafka_broker.address == f"127.0.0.1:{kafka_broker.port}"
    first = kafka_broker.process.pid
    kafka_broker.restart()
    assert kafka_broker.process.pid != first
    wait_for(lambda: is_listening(kafka_broker.port), DEADLINE_S, "the port")


def test_kafka_without_java_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert kafka_jars.available() == "no java on PATH (Java 17 or newer is needed)"
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    assert kafka_jars.available() == f"{java} is Java 11 (Java 17 or newer is needed)"
    java.write_text("#!/bin/sh\necho 'openjdk version \"21\"' >&2\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert kafka_jars.available() == "no mvn on PATH (Maven brings Kafka's jars)"


def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "mvn"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_two_demos_at_once_bring_the_jars_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    maven(tmp_path, monkeypatch, FAKE_MAVEN)
    partial = tmp_path / "wattline" / f"kafka-{kafka_jars.KAFKA_VERSION}" / "lib.partial"
    partial.mkdir(parents=True)
    (partial / "half.jar").write_text("what a killed download left")
    demos = [
        subprocess.Popen(
            [sys.executable, "-c", OTHER_DEMO], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        for _ in range(2)
    ]
    folders = [Path(demo.communicate(timeout=DEADLINE_S)[0].strip()) for demo in demos]
    assert folders[0] == folders[1] == kafka_jars.jars()
    assert [jar.name for jar in folders[0].iterdir()] == ["kafka.jar"]
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_failed_download_shows_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    maven(tmp_path, monkeypatch, "#!/bin/sh\necho no network; exit 1\n")
    with pytest.raises(kafka_jars.KafkaUnavailable, match="no network"):
        kafka_jars.jars()
