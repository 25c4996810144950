"""`make bench`."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from tools.bench import machine, report
from tools.bench.figures import Figure
from tools.bench.measurements import MEASUREMENTS
from tools.bench.run import FULL, QUICK, Run
from tools.services.kafka import available
from tools.services.kafka_jars import KafkaUnavailable
from tools.services.process import ProcessEnded
from tools.stack.log_choice import Wanted
from tools.stack.own_folder import FAILED, INTERRUPTED, in_own_folder

LOGS: tuple[Wanted, ...] = ("kafka", "embedded")
EXAMPLES = """\
examples:
  make bench                                               everything: four to six minutes
  .venv/bin/python -m tools.bench --only latency           one measurement
  .venv/bin/python -m tools.bench --only frames --only folding --log embedded
  .venv/bin/python -m tools.bench --json bench.json        the figures in a file as well
"""

console = Console(highlight=False)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    return in_own_folder(lambda folder: _bench(arguments, folder))


def _bench(arguments: argparse.Namespace, folder: Path) -> int:
    run = Run(QUICK if arguments.quick else FULL, arguments.log or _logs(), folder, _Teller())
    about = machine.describe(run.logs)
    measured: dict[str, list[Figure]] = {}
    code = _measure(arguments.only or list(MEASUREMENTS), run, measured)
    for name, figures in measured.items():
        console.print(report.table(MEASUREMENTS[name].says, figures))
    console.print("\n".join(f"{name:10} {value}" for name, value in about.items()))
    console.print(report.NOTICE, soft_wrap=True)
    if arguments.json:
        arguments.json.write_text(report.as_json(about, measured), encoding="utf-8")
    return code


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    names = "".join(f"\n  {each.name:8} {each.says}" for each in MEASUREMENTS.values())
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description=f"Measures the system on this machine, beside its raw parts:{names}",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME", help="this one; repeatable")
    parser.add_argument("--log", action="append", choices=LOGS, help="on this log; repeatable (default: both)")
    parser.add_argument("--json", type=_writable, metavar="FILE", help="write the figures to this file too")
    parser.add_argument("--quick", action="store_true", help="a few of everything: shows that it works, not how fast")
    return parser.parse_args(argv)


def _writable(name: str) -> Path:
    """Before minutes are spent on measuring. Raises argparse.ArgumentTypeError."""
    path = Path(name)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"{name} cannot be written")
    return path


def _logs() -> list[Wanted]:
    if reason := available():
        console.print(f"no Kafka ({reason}): the embedded log alone is measured")
        return ["embedded"]
    return list(LOGS)


class _Teller:
    """Says what goes on, and since when."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()

    def __call__(self, line: str) -> None:
        # Escaped: what a program said may look like markup.
        console.print(f"[dim]{time.monotonic() - self._began_s:5.0f} s[/dim]  {escape(line)}", soft_wrap=True)


def _measure(names: Sequence[str], run: Run, measured: dict[str, list[Figure]]) -> int:
    """The exit code; figures go into `measured` as they come. One that fails does not keep the others from going on."""
    code = 0
    try:
        for name in names:
            run.say(f"{name}: {MEASUREMENTS[name].says}")
            try:
                measured[name] = MEASUREMENTS[name].measure(run)
            except (TimeoutError, ProcessEnded, RuntimeError, OSError, KafkaUnavailable) as error:
                run.say(f"{name} FAILED: {error}")
                code = FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(main())
