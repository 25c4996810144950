"""Telemetry over MQTT: paho's own thread brings it, the event loop takes it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from bridge.counters import Counters
from bridge.decisions import Append
from bridge.telemetry import SUBSCRIPTION, hear

MAX_WAITING = 1_000
RECONNECT_MAX_S = 10
QOS = 0  # registers are cumulative: a lost message costs nothing

_log = logging.getLogger(__name__)


class MqttTelemetry:
    def __init__(self, host: str, port: int, take: Callable[[Append], None], counters: Counters) -> None:
        """`take` is called on the event loop."""
        self._host = host
        self._port = port
        self._take = take
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._scheduled = False
        self._dropped = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, RECONNECT_MAX_S)

    def start(self) -> None:
        """Connects in the background, for as long as it takes."""
        self._client.connect_async(self._host, self._port)
        self._client.loop_start()

    def stop(self) -> None:
        """Waits for paho's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    # --- on paho's thread ---

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            _log.warning("the MQTT broker %s:%d refuses the bridge: %s", self._host, self._port, reason)
            return
        _log.info("MQTT broker %s:%d connected", self._host, self._port)
        client.subscribe(SUBSCRIPTION, QOS)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        _log.info("MQTT broker %s:%d disconnected: %s", self._host, self._port, reason)

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._dropped += 1
            return
        self._waiting.append((message.topic, bytes(message.payload)))
        if not self._scheduled:  # cleared before the queue is emptied: what comes in between is still taken
            self._scheduled = True
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._drain)

    # --- on the event loop ---

    def _drain(self) -> None:
        self._scheduled = False
        dropped, self._dropped = self._dropped, 0
        if dropped:
            self._counters.count("mqtt_dropped", dropped)
        for _ in range(len(self._waiting)):
            append = hear(*self._waiting.popleft())
            if append is None:
                self._counters.count("mqtt_refused")
            else:
                self._take(append)
