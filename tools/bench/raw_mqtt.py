"""How fast paho publishes through the demo's broker, with nothing of ours in between."""

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tools.services.mqtt import MqttBroker
from tools.services.ports import LOOPBACK
from tools.services.process import ChildProcess
from tools.stack.boards import ROOT

TOPIC = "bench/raw"
TIMEOUT_S = 60.0
# As many as the fleet's boards have unacked together; paho's own default of 20 would measure its waiting.
MAX_UNACKED = 1_000


def received_rate(folder: Path, payloads: Sequence[bytes]) -> float:
    """QoS 0: messages a second that a subscriber in another process received."""
    with MqttBroker("iotcore", folder) as broker:
        receiver = _receiver(folder, broker.port, len(payloads))
        try:
            client = _connected(broker.port)
            began_s = time.time()
            for payload in payloads:
                client.publish(TOPIC, payload, qos=0)
            found = receiver.wait_said(r"received at=([\d.]+)", TIMEOUT_S)
            client.loop_stop()
        finally:
            receiver.stop()
    return len(payloads) / (float(found[1]) - began_s)


def acked_rate(folder: Path, payloads: Sequence[bytes]) -> float:
    """QoS 1: messages a second that the broker acked."""
    with MqttBroker("iotcore", folder) as broker:
        client = _connected(broker.port)
        acked = _Countdown(len(payloads))
        client.on_publish = acked.one
        began_s = time.perf_counter()
        for payload in payloads:
            client.publish(TOPIC, payload, qos=1)
        acked.wait()
        elapsed_s = time.perf_counter() - began_s
        client.loop_stop()
    return len(payloads) / elapsed_s


class _Countdown:
    def __init__(self, count: int) -> None:
        self._left = count
        self._none_left = threading.Event()

    def one(self, *_: object) -> None:
        self._left -= 1
        if not self._left:
            self._none_left.set()

    def wait(self) -> None:
        if not self._none_left.wait(TIMEOUT_S):
            raise TimeoutError(f"the MQTT broker owes {self._left} answers after {TIMEOUT_S:g} s")


def _connected(port: int) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(MAX_UNACKED)
    client.max_queued_messages_set(0)
    up = _Countdown(1)
    client.on_connect = up.one
    client.connect(LOOPBACK, port)
    client.loop_start()
    up.wait()
    return client


def _receiver(folder: Path, port: int, count: int) -> ChildProcess:
    receiver = ChildProcess(
        "MQTT receiver",
        [sys.executable, "-m", "tools.bench.mqtt_receiver", str(port), TOPIC, str(count)],
        folder / "receiver.log",
        {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"},
    )
    receiver.start()
    receiver.wait_said("ready", TIMEOUT_S)
    return receiver
