"""Reliable frames a second through a real bridge into each log, told by acks, beside what the raw parts do."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wire import ids
from wire.frame import payload_of

from tools.bench import fleet, raw_kafka, raw_mqtt, raw_sqlite
from tools.bench.figures import Figure, Yardstick
from tools.bench.fleet import Script
from tools.bench.run import Run, opened
from tools.services.mqtt import available as mqtt_available
from tools.services.ports import LOOPBACK, free_port, is_listening
from tools.services.process import ChildProcess
from tools.stack.boards import ROOT
from tools.stack.log_choice import Wanted, chosen_log
from tools.testing.deadlines import DEADLINE_S

RAW_PREFIX = "raw."
PYTHONPATH = {"PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}"}
UNIT = "frames/s"


def measure(run: Run) -> list[Figure]:
    boards = fleet.scripts(run.sizes.lines, run.sizes.frames)
    pairs = [(str(each["cp_id"]).encode(), payload_of(each)) for board in boards for each in board.messages]
    shared = [_generator(run, boards), *_mqtt(run, [value for _, value in pairs])]
    figures: list[Figure] = []
    for log in run.logs:
        run.say(f"{log}: {len(pairs)} frames on {len(boards)} lines")
        value, own = _through_bridge(run, log, boards, pairs)
        figures.append(Figure("frames through the bridge", log, value, UNIT, (*own, *shared)))
    return figures


def _through_bridge(
    run: Run, log: Wanted, boards: Sequence[Script], pairs: Sequence[raw_kafka.Pair]
) -> tuple[float, list[Yardstick]]:
    """The rate, and those of this log's raw parts."""
    folder = run.folder / f"frames-{log}"
    unacked = len(boards) * ids.WINDOW
    with chosen_log(log, folder, run.say) as choice:
        port = free_port()
        settings = {**PYTHONPATH, **choice.settings, "LISTEN_HOST": LOOPBACK, "LISTEN_PORT": str(port)}
        with _server("bridge", "bridge.main", port, folder, settings):
            value = fleet.rate(port, boards)
        if log == "kafka":
            with opened(choice, RAW_PREFIX):
                produced = raw_kafka.produced_rate(choice.settings["BROKER_ADDRESS"], RAW_PREFIX, pairs, unacked)
            return value, [Yardstick("kafka-python alone, same bytes", produced)]
    appended = raw_sqlite.appended_rate(folder / "raw.db", pairs, unacked)
    return value, [Yardstick("sqlite3 alone, same bytes", appended)]


def _generator(run: Run, boards: Sequence[Script]) -> Yardstick:
    port = free_port()
    with _server("sink", "tools.bench.sink", port, run.folder / "frames", PYTHONPATH, str(port)):
        return Yardstick("the load generator alone", fleet.rate(port, boards))


def _mqtt(run: Run, payloads: Sequence[bytes]) -> list[Yardstick]:
    if reason := mqtt_available("iotcore"):
        run.say(f"no raw rates of paho: {reason}")
        return []
    some = payloads[: run.sizes.mqtt_messages]
    run.say(f"paho: {len(some)} messages at QoS 0 and 1")
    return [
        Yardstick("paho alone, QoS 0, received", raw_mqtt.received_rate(run.folder / "qos0", some)),
        Yardstick("paho alone, QoS 1, acked", raw_mqtt.acked_rate(run.folder / "qos1", some)),
    ]


@contextmanager
def _server(
    name: str, module: str, port: int, folder: Path, settings: dict[str, str], *arguments: str
) -> Generator[ChildProcess]:
    """Listening at `port`."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", module, *arguments]
    process = ChildProcess(name, command, folder / f"{name}.log", settings, folder)
    process.start()
    try:
        process.wait_ready(lambda: is_listening(port), DEADLINE_S)
        yield process
    finally:
        process.stop()
