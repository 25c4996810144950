"""Every Wh that a meter told, and where Central has put it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from wire.kinds import CP

from central.model import rows as tables
from central.model.rows import Session, Ticket
from central.tests.sequences.worker import Worker

Meter = tuple[str, str]  # charge point, meter
Life = tuple[str, str, int]  # and which life of the meter: a register that fell begins another
_REGISTERS = ("register_wh", "start_register_wh", "end_register_wh")


@dataclass(frozen=True)
class Places:
    """Where the Wh of one meter lie."""

    billed_wh: int = 0
    held_wh: int = 0
    unbilled_wh: int = 0
    unassigned_wh: int = 0

    @property
    def total_wh(self) -> int:
        return self.billed_wh + self.held_wh + self.unbilled_wh + self.unassigned_wh


def told_wh(worker: Worker) -> dict[Meter, int]:
    """From the first register that was told to the highest, of each meter. For honest boards: a register that a wiped
    one starts anew with is raised before it counts anything.
    """
    first: dict[Meter, int] = {}
    highest: defaultdict[Meter, int] = defaultdict(int)
    # Said again, what was refused is a duplicate, unless it was forgotten.
    refused = {worker.incoming[number].message["message_id"] for number in set(worker.refused) - worker.forgotten}
    for number, incoming in enumerate(worker.incoming):
        message = incoming.message
        if incoming.topic != CP or number in worker.refused or incoming.appender != "bridge":
            continue
        if message["message_id"] in refused:
            continue
        registers = [message[name] for name in _REGISTERS if message.get(name) is not None]
        if registers and message.get("meter_id") is not None:
            meter = incoming.key, message["meter_id"]
            first.setdefault(meter, registers[0])
            highest[meter] = max(highest[meter], *registers)
    return {meter: highest[meter] - first[meter] for meter in first}


def placed(worker: Worker, sessions: Iterable[Session]) -> dict[Meter, Places]:
    """By the rows of sessions and meters."""
    sums: defaultdict[Meter, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in sessions:
        if row.meter_id is not None:
            wh = sums[row.cp_id, row.meter_id]
            wh[0] += row.energy_wh or 0
            wh[1] += row.held_wh
            wh[2] += row.unbilled_wh
    for row in rows_of(worker, tables.Meter):
        sums[row.cp_id, row.meter_id][3] += row.unassigned_wh
    return {meter: Places(*wh) for meter, wh in sums.items()}


def parts(worker: Worker) -> dict[Life, list[tuple[int, int, Session]]]:
    """The registers that sessions have of each life of a meter: billed, held or unbilled."""
    found: defaultdict[Life, list[tuple[int, int, Session]]] = defaultdict(list)
    for row in rows_of(worker, Session):
        wh = (row.energy_wh or 0) + row.held_wh + row.unbilled_wh
        if wh and row.meter_id is not None and row.start_register_wh is not None:
            life = row.cp_id, row.meter_id, row.meter_life
            found[life].append((row.start_register_wh, row.start_register_wh + wh, row))
    return {life: sorted(each, key=itemgetter(0, 1)) for life, each in found.items()}


def rows_of(worker: Worker, table: type[Any]) -> list[Any]:
    return [row for (of, _), row in worker.rows.table.items() if of is table]


def tickets_of(worker: Worker) -> dict[str, list[Ticket]]:
    found: defaultdict[str, list[Ticket]] = defaultdict(list)
    for row in rows_of(worker, Ticket):
        found[row.session_id].append(row)
    return found
