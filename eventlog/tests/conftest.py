"""A log of each kind, empty, for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventlog.port import Log
from eventlog.tests.worlds import EmbeddedWorld, KafkaWorld, World


@pytest.fixture
def embedded_world(tmp_path: Path) -> EmbeddedWorld:
    return EmbeddedWorld(tmp_path / "log" / "events.db")


@pytest.fixture
def kafka_world(request: pytest.FixtureRequest) -> Iterator[KafkaWorld]:
    broker = request.getfixturevalue("kafka_broker")
    world = KafkaWorld(broker.address, f"t{uuid.uuid4().hex[:8]}.", broker.process.send_signal)
    yield world
    world.delete()


@pytest.fixture(params=["embedded_world", "kafka_world"])
def world(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)


@pytest.fixture
def log(world: World) -> Iterator[Log]:
    opened = world.open()
    opened.create_topics()
    yield opened
    opened.close()
