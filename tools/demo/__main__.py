"""`make demo`."""

import argparse
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tools.demo.cars import cars
from tools.demo.story import Story
from tools.demo.verdict import judge
from tools.stack.boards import Design
from tools.stack.log_choice import Wanted
from tools.stack.own_folder import FAILED, in_own_folder
from tools.stack.places import PLACES
from tools.stack.python_of_boards import interpreter
from tools.stack.stack import Stack
from tools.stack.yard import put_on_yard

CHARGE_S = 25.0  # how long the longest car charges, in real time
# Killing a board must be seen within the demo; the field's defaults are 2 s and 6 s.
QUICK = {"keepalive_ms": 500, "link_lost_ms": 3000, "retry_slow_ms": 2000}

console = Console(highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--log", choices=("best", "kafka", "embedded"), default="best")
    parser.add_argument("--bench", choices=("pico",), help="a fourth charge point, its board an emulated Pico: minutes")
    arguments = parser.parse_args()
    log: Wanted = arguments.log
    return in_own_folder(lambda folder: _demo(folder, log, arguments.bench))


def _demo(folder: Path, log: Wanted, bench: str | None) -> int:
    started = time.monotonic()

    def say(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:5.1f} s[/dim]  {escape(line)}", soft_wrap=True)

    settings = {"PLANT_SPEED": str(_speed())}
    stack = Stack(folder, _designs(), log, settings, say)
    receipts: dict[str, dict[str, Any]] = {}
    try:
        with ExitStack() as running:
            fourth = None
            if bench == "pico":
                from tools.demo import fourth_post  # what it stands on is of the tests' requirements

                fourth = running.enter_context(closing(fourth_post.FourthPost(folder / "pico", say)))
                stack = Stack(folder, _designs(), log, {**settings, **fourth.settings}, say, guests=[fourth.post])
            running.enter_context(stack)
            put_on_yard(stack.settings_of_central(), stack.charge_points)
            story = Story(stack, folder, say)
            account = story.run()
            receipts |= story.receipts
            if fourth is not None:
                account += fourth.charge(stack)
                receipts |= fourth.receipts
            verdict = judge(account.requested, account.flowed, account.billed, account.booked)
    except Exception as error:  # noqa: BLE001  # whatever it is, the last line says that the demo failed, and why
        first, *details = str(error).splitlines() or [type(error).__name__]
        _print("\n".join(details))
        _print(f"DEMO FAILED log={stack.log.name if stack.log else log} board={interpreter().name} reason={first}")
        return FAILED
    _show(receipts)
    _print(verdict.line(stack.log.name if stack.log else log, interpreter().name))
    return FAILED if verdict.complaints else 0


def _print(text: str) -> None:
    """As it is: what a program said may look like markup."""
    console.print(text, soft_wrap=True, markup=False)


def _designs() -> list[Design]:
    return [
        Design(cp_id, shape, car.profile, _speed(), location, config=QUICK)
        for (cp_id, shape, location), car in zip(PLACES, cars(), strict=True)
    ]


def _speed() -> int:
    return max(1, round(max(car.minutes for car in cars()) * 60 / CHARGE_S))


def _show(receipts: Mapping[str, dict[str, Any]]) -> None:
    table = Table("CP", "driver", "start", "end", "kWh", "cost", "ended by", title="Receipts", title_justify="left")
    for driver, receipt in receipts.items():
        cost = f"{receipt['cost_minor'] / 100:.2f} {receipt['currency']}"
        energy = f"{receipt['energy_wh'] / 1000:.3f}"
        times = (receipt["started_at"][11:19], receipt["ended_at"][11:19])
        table.add_row(receipt["cp_id"], driver, *times, energy, cost, receipt["reason"])
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
