"""A home: a broker, and one that listens there as Home Assistant would."""

import json
import threading
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from eventlog.clock import wall_ms
from runtime.settings import Login
from tools.services.mqtt import MqttBroker
from tools.testing.deadlines import DEADLINE_S


class Home:
    """`held`: what the broker holds, as one who subscribes anew would get it; kept up while it is open."""

    def __init__(self, broker: MqttBroker, prefix: str, login: Login | None = None) -> None:
        self.prefix = prefix
        self.held: dict[str, bytes] = {}
        self.heard: list[tuple[str, bytes]] = []
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        if login is not None:
            self._client.username_pw_set(login.user, login.password)
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._has_subscribed
        self._client.on_message = lambda _client, _data, message: self._arrived(message)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert self._subscribed.wait(DEADLINE_S)

    def _connected(self, client: Client, *_: Any) -> None:
        client.subscribe([(f"{self.prefix}/#", 1), ("wattline/#", 1)])

    def _has_subscribed(self, *_: Any) -> None:
        self._subscribed.set()

    def _arrived(self, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        self.heard.append((message.topic, payload))
        if payload:
            self.held[message.topic] = payload
        else:
            self.held.pop(message.topic, None)

    def announced(self, cp_id: str) -> dict[str, Any] | None:
        return self._held(f"{self.prefix}/device/wattline_{cp_id}/config")

    def state(self, cp_id: str) -> dict[str, Any]:
        return self._held(f"wattline/{cp_id}/home") or {}

    def _held(self, topic: str) -> dict[str, Any] | None:
        payload = self.held.get(topic)
        return None if payload is None else json.loads(payload)

    @property
    def availability(self) -> bytes | None:
        return self.held.get("wattline/homes/availability")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(DEADLINE_S)

    def press(self, cp_id: str, charging: str, at_ms: int | None = None, *, retain: bool = False) -> bytes:
        payload = json.dumps({"charging": charging, "at_ms": wall_ms() if at_ms is None else at_ms}).encode()
        self.publish(f"wattline/{cp_id}/ask", payload, retain=retain)
        return payload

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
