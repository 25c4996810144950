"""Brokers that tests run on: started once for all tests, on first use; a missing one skips, or fails with
CI=true.
"""

from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

from tools.services import kafka, mqtt


@pytest.fixture(scope="session")
def kafka_broker(missing: Callable[[str], NoReturn]) -> Iterator[kafka.KafkaBroker]:
    """One Kafka for all tests; each opens the log with a `topic_prefix` of its own. Who kills it restarts
    it.
    """
    if reason := kafka.available():
        missing(f"Apache Kafka ({reason})")
    try:
        broker = kafka.KafkaBroker()
    except kafka.KafkaUnavailable as error:
        missing(f"Apache Kafka ({error})")
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture(scope="session", params=["iotcore", "mosquitto"])
def mqtt_broker(
    request: pytest.FixtureRequest, missing: Callable[[str], NoReturn]
) -> Iterator[mqtt.MqttBroker]:
    """Each MQTT broker in turn; tests use topics of their own. Who kills it restarts it."""
    if reason := mqtt.available(request.param):
        missing(f"{request.param} ({reason})")
    with mqtt.MqttBroker(request.param) as broker:
        yield broker
