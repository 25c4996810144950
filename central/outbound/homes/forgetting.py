"""Takes back all that the broker holds of charge points: for whoever turns homes off, or takes another prefix."""

import logging
import threading
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from central import settings
from central.outbound.homes import discovery
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.exit_codes import USAGE_EXIT
from runtime.settings import DEBUG_MODE, MQTT_ADDRESS, MQTT_USER, Login, mqtt_login
from runtime.values import Address

ANSWER_S = 10.0
AWAY_EXIT = 1
MARK = "wattline/homes/forget"  # comes back behind all that is retained, so that nothing of it is still to come

logger = logging.getLogger(__name__)


def run_forget(config: ConfigManager) -> int:
    """The exit code."""
    process_log.set_up("central-homes", debug=config[DEBUG_MODE])
    address = config[MQTT_ADDRESS]
    prefix = config[settings.HOME_ASSISTANT_PREFIX] or settings.HOME_ASSISTANT_PREFIX.example
    if address is None:
        logger.error("%s is not set: there is no broker to ask", MQTT_ADDRESS.name)
        return USAGE_EXIT
    try:
        taken = Forgetting(address, prefix, mqtt_login(config)).run()
    except Unanswered as error:
        logger.error("the MQTT broker %s %s", address, error)
        return AWAY_EXIT
    logger.info("took back %d topics under %s and wattline/", taken, prefix)
    return 0


class Unanswered(Exception):
    """The text says what the broker did."""


class Forgetting:
    """One visit at the broker."""

    def __init__(self, address: Address, prefix: str, login: Login | None) -> None:
        self._address = address
        self._prefix = prefix
        self._held: set[str] = set()
        self._refusal: str | None = None
        self._told = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if login is not None:
            self._client.username_pw_set(login.user, login.password)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = lambda _client, _data, message: self._arrived(message)

    def run(self) -> int:
        """How many topics were taken back. Raises Unanswered."""
        try:
            self._client.connect(*self._address)
        except OSError as error:
            raise Unanswered(f"cannot be reached: {error.strerror or error}") from error
        self._client.loop_start()
        try:
            if not self._told.wait(ANSWER_S):
                raise Unanswered(f"says nothing for {ANSWER_S:g} s")
            if self._refusal is not None:
                raise Unanswered(f"refuses: {self._refusal}; are {MQTT_USER.name} and its password right?")
            sent = [self._client.publish(topic, b"", 1, retain=True) for topic in sorted(self._held)]
            for each in sent:
                each.wait_for_publish(ANSWER_S)
            if not all(each.is_published() for each in sent):
                raise Unanswered(f"does not take what was sent within {ANSWER_S:g} s")
        finally:
            self._client.disconnect()
            self._client.loop_stop()
        return len(self._held)

    # --- on paho's thread ---

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            self._told.set()
            return
        client.subscribe([(discovery.announcements(self._prefix), 1), (discovery.AVAILABILITY, 1), (MARK, 1)])

    def _on_subscribe(self, client: mqtt.Client, *_: Any) -> None:
        client.publish(MARK, b"", 1)

    def _arrived(self, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        if topic == MARK:
            self._told.set()
        elif topic == discovery.AVAILABILITY and message.retain and message.payload:
            self._held.add(topic)
        elif message.retain and message.payload:
            self._held.update(discovery.topics_of(topic, bytes(message.payload)))
