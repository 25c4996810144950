"""Which log the stack runs on: the one at BROKER_ADDRESS, else a local Kafka, else the embedded one."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.services.kafka import KafkaBroker, available
from tools.services.kafka_jars import KAFKA_VERSION, brought

Wanted = Literal["best", "kafka", "embedded"]


@dataclass(frozen=True)
class LogChoice:
    """`settings` for every process; `broker` where one of our own runs."""

    name: str
    settings: dict[str, str]
    broker: KafkaBroker | None = None


@contextmanager
def chosen_log(wanted: Wanted, folder: Path, say: Callable[[str], None]) -> Generator[LogChoice]:
    """With its broker where it is a local Kafka. Raises KafkaUnavailable if `kafka` is wanted and cannot be had."""
    given = os.environ.get("BROKER_ADDRESS", "")
    reason = available()
    if wanted == "best" and given:
        yield LogChoice(f"kafka-at-{given}", {"BROKER_ADDRESS": given})
    elif wanted == "embedded" or (wanted == "best" and reason):
        if wanted == "best":
            say(f"no local Kafka ({reason}): the log is the embedded one")
        yield LogChoice("embedded", {"BROKER_ADDRESS": "", "LOG_PATH": str(folder / "log.db")})
    else:
        if not reason and not brought():
            say("Maven brings Kafka, once (43 MB)")
        with KafkaBroker(folder / "kafka") as broker:
            yield LogChoice(f"kafka-{KAFKA_VERSION}", {"BROKER_ADDRESS": broker.address}, broker)
