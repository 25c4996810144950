"""Which log the stack runs on: the one at BROKER_ADDRESS, else a local Kafka, else the embedded one."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.services.kafka import KafkaBroker, available
from tools.services.kafka_jars import KAFKA_VERSION, KafkaUnavailable

Wanted = Literal["best", "kafka", "embedded"]


@dataclass(frozen=True)
class LogChoice:
    """`settings` for every process; `broker` is ours to stop, where there is one."""

    name: str
    settings: dict[str, str]
    broker: KafkaBroker | None = None
    notice: str | None = None


def choose_log(wanted: Wanted, folder: Path) -> LogChoice:
    """Starts a broker where one is wanted. Raises KafkaUnavailable if `kafka` is wanted and cannot be had."""
    given = os.environ.get("BROKER_ADDRESS", "")
    if wanted == "best" and given:
        return LogChoice(f"kafka-at-{given}", {"BROKER_ADDRESS": given})
    if wanted == "embedded":
        return _embedded(folder)
    if reason := available():
        if wanted == "kafka":
            raise KafkaUnavailable(reason)
        return _embedded(folder, f"no local Kafka ({reason}): the log is the embedded one")
    broker = KafkaBroker(folder / "kafka")
    broker.start()
    return LogChoice(f"kafka-{KAFKA_VERSION}", {"BROKER_ADDRESS": broker.address}, broker)


def _embedded(folder: Path, notice: str | None = None) -> LogChoice:
    settings = {"BROKER_ADDRESS": "", "LOG_PATH": str(folder / "log.db")}
    return LogChoice("embedded", settings, notice=notice)
