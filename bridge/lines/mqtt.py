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
from wire.frame import LINE_LIMIT

from bridge.counters import Counters
from bridge.decisions import Append
from bridge.telemetry import SUBSCRIPTION, hear
from runtime.settings import Login
from runtime.values import Address

MAX_WAITING = 1_000
MESSAGES_A_TURN = 32  # then the lines have their turn
RECONNECT_MAX_S = 10
QOS = 0  # registers are cumulative: a lost message costs nothing

logger = logging.getLogger(__name__)


class MqttTelemetry:
    def __init__(
        self, broker: Address, take: Callable[[Append], None], counters: Counters, login: Login | None = None
    ) -> None:
        """`take` is called on the event loop. `login`: None: as nobody."""
        self._broker = broker
        self._take = take
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._scheduled = False
        self._dropped = 0
        self._away = False
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if login is not None:
            self._client.username_pw_set(login.user, login.password)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = lambda _client, _data, message: self.arrived(message)
        self._client.reconnect_delay_set(1, RECONNECT_MAX_S)

    def start(self) -> None:
        """Connects in the background, for as long as it takes."""
        self._client.connect_async(*self._broker)
        self._client.loop_start()

    def stop(self) -> None:
        """Waits for paho's thread."""
        self._client.disconnect()
        self._client.loop_stop()

    # --- on paho's thread ---

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._away = False
        if reason.is_failure:
            logger.warning("the MQTT broker %s refuses the bridge: %s", self._broker, reason)
            return
        logger.info("MQTT broker %s connected", self._broker)
        client.subscribe(SUBSCRIPTION, QOS)

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        if not self._away:
            self._away = True
            logger.warning("the MQTT broker %s cannot be reached; trying again", self._broker)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        level = logging.WARNING if reason.is_failure else logging.INFO
        logger.log(level, "MQTT broker %s disconnected: %s", self._broker, reason)

    def arrived(self, message: mqtt.MQTTMessage) -> None:
        """Never raises: that would end paho's thread, and with it all telemetry."""
        if len(self._waiting) >= MAX_WAITING:
            self._dropped += 1
            return
        # One byte too many is refused as a megabyte is, and does not fill the memory meanwhile.
        self._waiting.append((_topic_of(message), bytes(message.payload[: LINE_LIMIT + 1])))
        if not self._scheduled:  # cleared before the queue is emptied: what comes in between is still taken
            self._scheduled = True
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:
                logger.debug("a message came after the end")

    # --- on the event loop ---

    def _drain(self) -> None:
        self._scheduled = False
        dropped, self._dropped = self._dropped, 0
        if dropped:
            self._counters.count("mqtt_dropped", dropped)
        for _ in range(min(MESSAGES_A_TURN, len(self._waiting))):
            append = hear(*self._waiting.popleft())
            if append is None:
                self._counters.count("mqtt_refused")
            else:
                self._take(append)
        if self._waiting and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._drain)


def _topic_of(message: mqtt.MQTTMessage) -> str:
    """Empty for one that is no text, which names no charge point."""
    try:
        return message.topic
    except UnicodeDecodeError:
        return ""
