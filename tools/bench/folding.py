"""Records a second that a real worker folds into an empty database, beside raw reading and raw insertion.

Raw reading is of the same records; raw insertion of the rows that came of them, every index included, told in records
folded a second as well.
"""

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from wire.kinds import CP, DRIVER, TELEMETRY

from central.store.tables import CHARGING_SESSIONS, OUTBOX, POSITIONS
from central.views.dead_letters import read_newest
from central.worker.intake import BATCH_RECORDS
from eventlog import Log
from tools.bench import mixture, raw_kafka, raw_sqlite
from tools.bench.figures import Figure, Yardstick
from tools.bench.run import Run, opened
from tools.services.process import ChildProcess
from tools.stack.boards import ROOT
from tools.stack.log_choice import LogChoice, Wanted, chosen_log

READY_TIMEOUT_S = 30.0
FOLD_TIMEOUT_S = 120.0
QUIET_S = 0.5  # without a move: then the worker is held against the log's ends
LOOK_S = 0.01
LOOKED_AT = 1_000  # dead letters
PLANT_SPEED = "10000"  # an hour's energy in a moment would be held as implausible
FOLDED = (CP, DRIVER, TELEMETRY)

Places = dict[tuple[str, int], int]


class Folded(NamedTuple):
    records: int
    seconds: float
    ends: Places


def measure(run: Run) -> list[Figure]:
    return [_measure_on(run, log) for log in run.logs]


def _measure_on(run: Run, wanted: Wanted) -> Figure:
    folder = run.folder / f"folding-{wanted}"
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "wattline.db"
    with chosen_log(wanted, folder, run.say) as choice:
        with opened(choice) as log:
            sizes = run.sizes
            made = mixture.letters(sizes.charge_points, sizes.folded_charges, time.time_ns() // 1_000_000)
            count = mixture.fill(log, made)
            run.say(f"{wanted}: {count} records to fold, {sizes.folded_charges} charges")
            folded = fold(choice, folder, database, log)
            judge(database, log, sizes.folded_charges)
        reading = _raw_reading(choice, folded.ends)
    rows, seconds = raw_sqlite.copy_s(database, folder / "copy.db", BATCH_RECORDS)
    inserting = Yardstick(f"sqlite3 alone, inserting {rows}", folded.records / seconds)
    value = folded.records / folded.seconds
    return Figure("records folded by the worker", wanted, value, "records/s", (reading, inserting))


def fold(choice: LogChoice, folder: Path, database: Path, log: Log) -> Folded:
    """A worker from its ready line until nothing is left to fold."""
    settings = {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", **choice.settings, "DB_PATH": str(database),
        "PLANT_SPEED": PLANT_SPEED,
    }  # fmt: skip
    command = [sys.executable, "-m", "central.operate.main", "worker"]
    worker = ChildProcess("worker", command, folder / "worker.log", settings, folder)
    worker.start()
    try:
        worker.wait_said(" ready ", READY_TIMEOUT_S)
        began_s = time.perf_counter()
        with closing(sqlite3.connect(database)) as rows:
            moved_s = _until_all_is_folded(worker, rows, log, began_s)
            return Folded(sum(_positions(rows).values()), moved_s - began_s, _positions(rows))
    finally:
        worker.stop()


def _until_all_is_folded(worker: ChildProcess, rows: sqlite3.Connection, log: Log, began_s: float) -> float:
    """When the last offset moved."""
    before, moved_s = 0, began_s
    while True:
        now_s = time.perf_counter()
        folded = sum(_positions(rows).values())
        if folded != before:
            before, moved_s = folded, now_s
        elif now_s - moved_s > QUIET_S and _is_at_the_end(rows, log):
            return moved_s
        if not worker.running or now_s - began_s > FOLD_TIMEOUT_S:
            raise RuntimeError(f"the worker stands at {folded} records:\n{worker.log_tail()}")
        time.sleep(LOOK_S)


def _positions(rows: sqlite3.Connection) -> Places:
    return {
        (topic, number): offset
        for topic, number, offset in rows.execute(f'SELECT topic, partition, next FROM "{POSITIONS.name}"')
        if topic in FOLDED
    }


def _is_at_the_end(rows: sqlite3.Connection, log: Log) -> bool:
    (unsaid,) = rows.execute(f'SELECT count(*) FROM "{OUTBOX.name}"').fetchone()
    return not unsaid and all(log.ends(*place).next == offset for place, offset in _positions(rows).items())


def judge(database: Path, log: Log, charges: int) -> None:
    """A mixture that is refused would be folded fast. Raises RuntimeError."""
    with closing(sqlite3.connect(database)) as rows:
        query = f"SELECT count(*) FROM \"{CHARGING_SESSIONS.name}\" WHERE status = 'completed' AND energy_wh > 0"
        (completed,) = rows.execute(query).fetchone()
    dead = [(letter.topic, letter.reason) for letter in read_newest(log, LOOKED_AT)]
    if completed != charges or dead:
        raise RuntimeError(f"{completed} of {charges} charges were completed, dead letters: {dead[:10]}")


def _raw_reading(choice: LogChoice, ends: Places) -> Yardstick:
    if choice.broker:
        rate = raw_kafka.consumed_rate(choice.broker.address, ends)
        return Yardstick("kafka-python alone, reading", rate)
    topics = ", ".join(f"'{topic}'" for topic in FOLDED)
    query = f"SELECT * FROM records WHERE slot IN (SELECT slot FROM partitions WHERE topic IN ({topics}))"
    rate = raw_sqlite.read_rate(Path(choice.settings["LOG_PATH"]), query)
    return Yardstick("sqlite3 alone, reading", rate)
