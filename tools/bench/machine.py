"""Where and on what the figures were measured."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from tools.services.kafka_jars import KAFKA_VERSION
from tools.stack.log_choice import Wanted
from tools.stack.python_of_boards import interpreter

CPU_INFO = Path("/proc/cpuinfo")


def describe(logs: Sequence[Wanted]) -> dict[str, str]:
    """Name and value of what the figures hang on."""
    return {
        "machine": platform.node(),
        "processor": f"{os.cpu_count()} x {_processor()}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "boards": interpreter().name,
        "kafka": KAFKA_VERSION if "kafka" in logs else "none",
        "load": _load(),
    }


def _processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text().splitlines():
            name, _, model = line.partition(":")
            if name.strip() == "model name":
                return model.strip()
    return platform.machine()


def _load() -> str:
    """Processes that wanted a core in the last minute: what else the machine was busy with."""
    return f"{os.getloadavg()[0]:.1f} before the first measurement"
