"""Where a charge's beginning spends its time, told by the times that the log gave its records.

They are whole milliseconds, taken as a record is appended: each stage but the last two ends with the log's work. The
last two run at the same time, from the command in the log; the database is told before the log, so that the driver
may know of `authorized` before the command lies there.
"""

from collections.abc import Mapping, Sequence

from wire.frame import parse
from wire.kinds import COMMANDS, CP, DRIVER

from central.model.ids import session_id
from eventlog import Log
from tools.bench.figures import Figure, percentiles_of
from tools.bench.run import opened
from tools.stack.log_choice import LogChoice

# Unix seconds, by what happened.
Moments = Mapping[str, float]

LOGGED = {"charge_request": DRIVER, "charge_claimed": CP, "start_charge": COMMANDS}
STAGES = (
    ("posted", "charge_request", "API to log"),
    ("charge_request", "charge_claimed", "driver's fold to log"),
    ("charge_claimed", "start_charge", "charge point's fold to log"),
    ("start_charge", "relay closed", "bridge, board, relay"),
    ("start_charge", "authorized", "database to SSE"),
)


def stages(log: str, moments: Sequence[Moments]) -> list[Figure]:
    return [
        figure
        for begin, end, what in STAGES
        for figure in percentiles_of(f"  {what}", log, ((each[end] - each[begin]) * 1_000 for each in moments))
    ]


def read_moments(choice: LogChoice) -> dict[str, Moments]:
    """By session."""
    with opened(choice) as log:
        return _moments(log)


def _moments(log: Log) -> dict[str, Moments]:
    topics = sorted(set(LOGGED.values()))
    places = [(topic, partition) for topic in topics for partition in range(log.partitions(topic))]
    ends = log.all_ends(places)
    reader = log.reader({place: end.first for place, end in ends.items()})
    found: dict[str, dict[str, float]] = {}
    try:
        while any(reader.position(*place) < end.next for place, end in ends.items()):
            for record in reader.poll(1_000, 1.0):
                message = parse(record.value)
                kind = str(message["type"])
                if kind in LOGGED:
                    found.setdefault(_session_of(message), {}).setdefault(kind, record.timestamp_ms / 1_000)
    finally:
        reader.close()
    return dict(found)


def _session_of(message: dict[str, object]) -> str:
    if message["type"] == "charge_request":
        return session_id(str(message["driver_id"]), str(message["message_id"]))
    return str(message["session_id"])
