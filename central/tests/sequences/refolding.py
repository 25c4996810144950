"""The same log folded in other ways makes the same rows and says the same."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from random import Random

from wire.kinds import COMMANDS, TELEMETRY

from central.fold.apply import apply
from central.model.driver_rows import PowerCurve
from central.model.records import Incoming, Message, Refused
from central.model.rows import LastSeen, LiveCharge, LiveFigures
from central.tests.memory_rows import MemoryRows, Table
from central.tests.sequences.over_sql import fold_over_sql
from central.tests.sequences.parking import live_and_rebuilt
from central.tests.sequences.worker import Worker

# A charge point's telemetry and its other records are in no order among themselves.
FED_BY_TELEMETRY: frozenset[type] = frozenset({LiveFigures, LiveCharge, LastSeen, PowerCurve})
DAY_MS = 24 * 3_600_000

Said = dict[str, Message]


def interleaved_makes_the_same(worker: Worker, random: Random) -> Iterable[str]:
    """The records of each key in their order, those of different keys in any."""
    queues: defaultdict[tuple[str, str], list[Incoming]] = defaultdict(list)
    for incoming in worker.incoming:
        queues[incoming.topic, incoming.key].append(incoming)
    order = [name for name, queue in queues.items() for _ in queue]
    random.shuffle(order)
    at = dict.fromkeys(queues, -1)
    records: list[Incoming] = []
    for name in order:
        at[name] += 1
        records.append(queues[name][at[name]])
    yield from _compared(worker, *fold(worker, records), without=FED_BY_TELEMETRY)


def repeated_makes_the_same(worker: Worker, random: Random) -> Iterable[str]:
    """Some records are told once more. Nobody remembers ids for longer than 30 days, nor what was
    refused without a trace, nor telemetry; and a registration is judged anew where the operator has made room since.
    """
    told: list[Incoming] = []
    for number, incoming in enumerate(worker.incoming):
        told.append(incoming)
        if number and random.random() < 0.2:
            of = random.randrange(max(0, number - 60), number)
            again = worker.incoming[of]
            is_new = again.topic == TELEMETRY or of in worker.forgotten or _has_room(worker.incoming[of : number + 1])
            if incoming.at_ms - again.at_ms < 20 * DAY_MS and not is_new:
                told.append(Incoming(again.topic, again.key, again.message, incoming.at_ms, again.appender))
    yield from _compared(worker, *fold(worker, told))


def _has_room(records: Sequence[Incoming]) -> bool:
    """Whether the first is a registration, and the operator has made room for another board since."""
    first = records[0]
    of_key = (each.message.get("action") for each in records if each.key == first.key)
    return first.message["type"] == "register_request" and any(each in ("replace", "remove") for each in of_key)


def sql_makes_the_same(worker: Worker, random: Random) -> Iterable[str]:
    """Over a real transaction for each batch, cut anywhere."""
    yield from _compared(worker, *fold_over_sql(worker.incoming, worker.terms, random))


def parked_makes_the_same(worker: Worker, random: Random) -> Iterable[str]:
    """Keys were parked and freed and terms changed while it was folded: folded anew, it is the same."""
    live, again = live_and_rebuilt(worker.log.records, worker.terms, random)
    for name in sorted(set(live) | set(again), key=str):
        if name[0] not in FED_BY_TELEMETRY and live.get(name) != again.get(name):
            yield f"{live.get(name)}\nis {again.get(name)}"
            return


def fold(worker: Worker, records: Iterable[Incoming]) -> tuple[Table, Said]:
    rows = MemoryRows()
    said: Said = {}
    for incoming in records:
        try:
            out = apply(rows.of(incoming.key), incoming, worker.terms)
        except Refused:
            continue
        said |= {each.message["message_id"]: each.message for each in out}
    return rows.table, said


def _compared(worker: Worker, table: Table, said: Said, without: frozenset[type] = frozenset()) -> Iterable[str]:
    mine = worker.rows.table
    for name in sorted(set(mine) | set(table), key=str):
        if name[0] not in without and mine.get(name) != table.get(name):
            yield f"{mine.get(name)}\nis {table.get(name)}"
            return
    for message_id, message in _logged(worker).items():
        if said.get(message_id) != message:
            yield f"said {message}\nbut now {said.get(message_id)}"
            return


def _logged(worker: Worker) -> Said:
    own = (each.message for each in worker.incoming if each.appender == "worker" and each.topic != COMMANDS)
    return {each["message_id"]: each for each in own}


Refolding = Callable[[Worker, Random], Iterable[str]]
REFOLDINGS: dict[str, Refolding] = {
    "interleaved_makes_the_same": interleaved_makes_the_same,
    "repeated_makes_the_same": repeated_makes_the_same,
    "sql_makes_the_same": sql_makes_the_same,
    "parked_makes_the_same": parked_makes_the_same,
}
OVER_SQL = frozenset({"sql_makes_the_same", "parked_makes_the_same"})  # which take long
