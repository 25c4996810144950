"""The MQTT broker: holds what is published, and tells what it held before, what is pressed, and who comes back.

States go out at QoS 0: what is lost with a connection is said anew on the next one, and nothing old is sent after it.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from central.outbound.homes import discovery
from central.outbound.homes.command import MOST_BYTES
from runtime.settings import Login
from runtime.values import Address

RECONNECT_MAX_S = 10
GOODBYE_S = 0.5
MOST_HELD = 10_000  # topics that were announced before

logger = logging.getLogger(__name__)

Hear = Callable[[str, bytes, bool], None]


class Broker:
    """`hear`: takes charge point, payload and whether it was retained, of each command, on paho's thread; None: none
    is listened to. `wake`: set whenever there is something new to publish. `login`: None: as nobody.
    """

    def __init__(
        self, address: Address, prefix: str, hear: Hear | None, wake: threading.Event, login: Login | None = None
    ) -> None:
        self._address = address
        self._prefix = prefix
        self._birth = f"{prefix}/status"
        self._hear = hear
        self._wake = wake
        self._lock = threading.Lock()
        self._published: dict[str, str] = {}
        self._held: set[str] = set()  # of ours, as retained announcements tell
        self._online = False
        self._away = False
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if login is not None:
            self._client.username_pw_set(login.user, login.password)
        self._client.will_set(discovery.AVAILABILITY, discovery.OFFLINE, 1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = lambda _client, _data, message: self._arrived(message)
        self._client.reconnect_delay_set(1, RECONNECT_MAX_S)

    def start(self) -> None:
        """Connects in the background, for as long as it takes."""
        self._client.connect_async(*self._address)
        self._client.loop_start()

    def stop(self) -> None:
        """Says that it goes: the last will is for those who cannot."""
        self.offline(wait_s=GOODBYE_S)
        self._client.disconnect()
        self._client.loop_stop()

    def offline(self, wait_s: float = 0.0) -> None:
        """What the broker holds is not kept up now."""
        with self._lock:
            was_online, self._online = self._online, False
        if was_online and self._client.is_connected():
            sent = self._client.publish(discovery.AVAILABILITY, discovery.OFFLINE, 1, retain=True)
            if wait_s:
                sent.wait_for_publish(wait_s)

    def publish(self, wanted: dict[str, str]) -> None:
        """Whatever the broker does not hold yet; and takes back what it holds and is not wanted."""
        if not self._client.is_connected():
            return
        with self._lock:
            gone = (self._held | set(self._published)) - set(wanted)
            news = {topic: payload for topic, payload in wanted.items() if self._published.get(topic) != payload}
            for topic in gone:
                self._send(topic, "")
            self._held -= gone
            for topic, payload in news.items():
                self._send(topic, payload)
            if not self._online:
                self._online = self._client.publish(discovery.AVAILABILITY, discovery.ONLINE, 1, retain=True).rc == 0
        for topic in sorted(gone):
            logger.info("took back %s", topic)

    def _send(self, topic: str, payload: str) -> None:
        self._published.pop(topic, None)
        if self._client.publish(topic, payload, 0, retain=True).rc == mqtt.MQTT_ERR_SUCCESS and payload:
            self._published[topic] = payload

    # --- on paho's thread ---

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._away = False
        if reason.is_failure:
            logger.warning("the MQTT broker %s refuses: %s", self._address, reason)
            return
        logger.info("MQTT broker %s connected", self._address)
        client.subscribe([(self._birth, 1), (discovery.announcements(self._prefix), 0)])
        if self._hear is not None:
            client.subscribe(discovery.COMMANDS, 1)
        self._say_anew()

    def _say_anew(self) -> None:
        with self._lock:
            self._held |= set(self._published)
            self._published.clear()
            self._online = False
        self._wake.set()

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        if not self._away:
            self._away = True
            logger.warning("the MQTT broker %s cannot be reached; trying again", self._address)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        level = logging.WARNING if reason.is_failure else logging.INFO
        logger.log(level, "MQTT broker %s disconnected: %s", self._address, reason)

    def _arrived(self, message: mqtt.MQTTMessage) -> None:
        """Never raises: that would end paho's thread."""
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        if topic == self._birth:
            if message.payload == discovery.ONLINE.encode() and not message.retain:
                logger.info("Home Assistant is back: everything is announced anew")
                self._say_anew()
            return
        cp_id = discovery.commanded_post(topic)
        if cp_id is not None and self._hear is not None:
            self._hear(cp_id, bytes(message.payload[: MOST_BYTES + 1]), message.retain)
        elif message.retain and message.payload and topic.startswith(f"{self._prefix}/device/"):
            self._found(discovery.topics_of(topic, bytes(message.payload)))

    def _found(self, topics: tuple[str, ...]) -> None:
        with self._lock:
            if len(self._held) < MOST_HELD:
                self._held.update(topics)
        self._wake.set()
