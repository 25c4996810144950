"""Whether the books agree: what the folds cannot check, since each sees one key, and what they should have kept."""

import json

from sqlalchemy import Connection, select

from central.model.states import COMPLETED
from central.money import readings
from central.money.tariff import cost_minor, tariff_of
from central.store.tables import CHARGING_POINTS, CHARGING_SESSIONS, DRIVERS, TICKETS

_SESSION = CHARGING_SESSIONS.c


def verify(connection: Connection) -> list[str]:
    """One line for each thing that does not agree; nothing where all does."""
    return [finding for check in (_orphans, _bills, _tickets) for finding in check(connection)]


def _orphans(connection: Connection) -> list[str]:
    points = select(CHARGING_POINTS.c.cp_id)
    drivers = select(DRIVERS.c.driver_id).where(DRIVERS.c.created_at_ms.is_not(None))
    lost_point = select(_SESSION.session_id, _SESSION.cp_id).where(_SESSION.cp_id.not_in(points))
    lost_driver = select(_SESSION.session_id, _SESSION.driver_id).where(_SESSION.driver_id.not_in(drivers))
    return [
        *(f"session {session}: there is no charge point {cp_id}" for session, cp_id in connection.execute(lost_point)),
        *(f"session {session}: there is no driver {driver}" for session, driver in connection.execute(lost_driver)),
    ]


def _bills(connection: Connection) -> list[str]:
    columns = (
        _SESSION.session_id, _SESSION.tariff, _SESSION.readings, _SESSION.energy_wh, _SESSION.cost_minor,
        _SESSION.start_register_wh, _SESSION.end_register_wh,
    )  # fmt: skip
    findings: list[str] = []
    for session, tariff, told, energy_wh, billed, start_wh, end_wh in connection.execute(
        select(*columns).where(_SESSION.status == COMPLETED)
    ):
        if None in (energy_wh, billed, start_wh, end_wh):
            findings.append(f"session {session}: completed, but not billed")
            continue
        priced = readings.from_text(told)
        due = cost_minor(tariff_of(tariff), priced)
        if due != billed:
            findings.append(f"session {session}: costs {billed}, but its tariff makes {due} of its readings")
        if readings.energy_wh(priced) != energy_wh:
            findings.append(f"session {session}: {energy_wh} Wh, but its readings make {readings.energy_wh(priced)} Wh")
        if end_wh - start_wh != energy_wh:
            findings.append(f"session {session}: {energy_wh} Wh, but its registers differ by {end_wh - start_wh} Wh")
    return findings


def _tickets(connection: Connection) -> list[str]:
    bodies: dict[str, int] = {}
    for session, body in connection.execute(select(TICKETS.c.session_id, TICKETS.c.body)):
        bodies[session] = bodies.get(session, 0) + json.loads(body)["cost_minor"]
    billed = select(_SESSION.session_id, _SESSION.cost_minor).where(_SESSION.status == COMPLETED)
    findings: list[str] = []
    for session, cost in connection.execute(billed):
        if session not in bodies:
            findings.append(f"session {session}: completed without a ticket")
        elif bodies[session] != cost:
            findings.append(f"session {session}: costs {cost}, but its tickets make {bodies[session]}")
    return findings
