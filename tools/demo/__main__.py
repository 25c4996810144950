"""`make demo`."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.demo.cars import cars
from tools.demo.story import Story
from tools.services.kafka_jars import KafkaUnavailable
from tools.services.process import ProcessEnded
from tools.stack.boards import Design
from tools.stack.ending import end_like_ctrl_c
from tools.stack.log_choice import Wanted
from tools.stack.places import PLACES
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack

CHARGE_S = 25.0  # how long the longest car charges, in real time
# Killing a board must be seen within the demo; the field's defaults are 2 s and 6 s.
QUICK = {"keepalive_ms": 500, "link_lost_ms": 1500, "retry_slow_ms": 2000}

console = Console(highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--log", choices=("best", "kafka", "embedded"), default="best")
    arguments = parser.parse_args()
    log: Wanted = arguments.log
    end_like_ctrl_c()
    folder = Path(tempfile.mkdtemp(prefix="wattline-"))
    started = time.monotonic()
    try:
        code = _demo(folder, log, started)
    except KeyboardInterrupt:
        console.print("stopped")
        code = 130
    if code == 1:
        console.print(f"logs are in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _demo(folder: Path, log: Wanted, started: float) -> int:
    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.1f} s[/dim]  {line}")

    log_name: str = log
    try:
        with Stack(folder, _designs(), log, _settings(), say) as stack:
            log_name = stack.log.name if stack.log else log
            story = Story(stack, folder, say)
            verdict = story.run()
            _show(story)
            line = verdict.line(log_name, interpreter().name)
    except (TimeoutError, ProcessEnded, RuntimeError, OSError, KafkaUnavailable) as error:
        console.print(f"DEMO FAILED log={log_name} board={interpreter().name} reason={error}", soft_wrap=True)
        return 1
    console.print(line, soft_wrap=True)
    return 1 if verdict.complaints else 0


def _designs() -> list[Design]:
    return [
        Design(cp_id, shape, car.profile, _speed(), location, config=QUICK)
        for (cp_id, shape, location), car in zip(PLACES, cars(), strict=True)
    ]


def _speed() -> int:
    return max(1, round(max(car.minutes for car in cars()) * 60 / CHARGE_S))


def _settings() -> dict[str, str]:
    return {"PLANT_SPEED": str(_speed())}


def _show(story: Story) -> None:
    table = Table("charge point", "driver", "start", "end", "kWh", "cost", "ended by", title="Receipts")
    for receipt in story.receipts:
        cost = f"{receipt['cost_minor'] / 100:.2f} {receipt['currency']}"
        energy = f"{receipt['energy_wh'] / 1000:.3f}"
        times = (receipt["started_at"][11:19], receipt["ended_at"][11:19])
        table.add_row(receipt["cp_id"], receipt["driver_id"], *times, energy, cost, receipt["reason"])
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
