"""Every Wh that meters told, held against the places that Central has put it in."""

import json
from collections import defaultdict

from wire.appenders import BRIDGE
from wire.kinds import CP

from central.fold.meters import told_wh
from central.model.rows import Meter, Session, Ticket
from central.tests.line_in_memory import LineInMemory

_REGISTERS = ("register_wh", "start_register_wh", "end_register_wh")


def told_by_records_wh(line: LineInMemory, cp_id: str, meter_id: str) -> int:
    """From the first register of a meter that boards told to the highest, dead letters apart."""
    told: list[int] = []
    for incoming in line.log:
        message = incoming.message
        is_told = (incoming.topic, incoming.key, incoming.appender) == (CP, cp_id, BRIDGE)
        if is_told and incoming not in line.refused and message.get("meter_id") == meter_id:
            told += [message[name] for name in _REGISTERS if message.get(name) is not None]
    return max(told) - told[0]


def check_books(line: LineInMemory, **fell_wh: int) -> None:
    """Each meter's path is the sum of its places, and no two sessions have the same part.

    `fell_wh`: by how much the register of this meter fell, which it told a second time.
    """
    parts: defaultdict[tuple[str, str, int], list[tuple[int, int]]] = defaultdict(list)
    taken: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in line.rows.all(Session):
        wh = (row.energy_wh or 0) + row.held_wh + row.unbilled_wh
        if wh:
            assert row.meter_id is not None
            assert row.start_register_wh is not None
            taken[row.cp_id, row.meter_id] += wh
            part = row.start_register_wh, row.start_register_wh + wh
            parts[row.cp_id, row.meter_id, row.meter_life].append(part)
    for meter in line.rows.all(Meter):
        assert meter.unassigned_wh >= 0
        assert told_wh(meter) == taken[meter.cp_id, meter.meter_id] + meter.unassigned_wh, meter
        again_wh = fell_wh.get(meter.meter_id, 0)
        assert told_wh(meter) == told_by_records_wh(line, meter.cp_id, meter.meter_id) + again_wh, meter
    for each in parts.values():
        reached_wh = 0
        for start_wh, end_wh in sorted(each):
            assert start_wh >= reached_wh, each
            reached_wh = end_wh


def places(line: LineInMemory, session: str) -> tuple[int, int, int]:
    """Billed, held and unbilled."""
    row = line.session(session)
    return row.energy_wh or 0, row.held_wh, row.unbilled_wh


def unassigned_wh(line: LineInMemory, meter: str = "meter1") -> int:
    return line.rows.one(Meter, "cp_001", meter).unassigned_wh


def tickets(line: LineInMemory, session: str) -> list[tuple[int, int]]:
    """Energy and cost of each."""
    told = [json.loads(row.body) for row in line.rows.all(Ticket) if row.session_id == session]
    return [(each["energy_wh"], each["cost_minor"]) for each in sorted(told, key=lambda each: each["number"])]
