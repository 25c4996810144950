"""Whether the books agree: what the folds cannot check, since each sees one key, and what they should have kept."""

import json

from sqlalchemy import Connection, func, or_, select

from central.model.states import COMPLETED
from central.money import readings
from central.money.tariff import cost_minor, tariff_of
from central.store.tables import CHARGING_POINTS, CHARGING_SESSIONS, DRIVERS, METERS, SITE_STAYS, SITES, TICKETS

_SESSION = CHARGING_SESSIONS.c
_METER = METERS.c
_POINT = CHARGING_POINTS.c
_WHAT_TO_DO = "fold the log anew into an empty database and compare (docs/operating.md)"
# A session that failed may have been billed by a correction.
_BILLED = or_(_SESSION.status == COMPLETED, _SESSION.energy_wh.is_not(None))
_TAKEN = func.coalesce(_SESSION.energy_wh, 0) + _SESSION.held_wh + _SESSION.unbilled_wh


def verify(connection: Connection) -> list[str]:
    """One line for each thing that does not agree; nothing where all does."""
    checks = (_orphans, _stays, _bills, _tickets, _meters, _registers, _overlaps)
    return [finding for check in checks for finding in check(connection)]


def _orphans(connection: Connection) -> list[str]:
    points = select(CHARGING_POINTS.c.cp_id)
    drivers = select(DRIVERS.c.driver_id).where(DRIVERS.c.created_at_ms.is_not(None))
    lost_point = select(_SESSION.session_id, _SESSION.cp_id).where(_SESSION.cp_id.not_in(points))
    lost_driver = select(_SESSION.session_id, _SESSION.driver_id).where(_SESSION.driver_id.not_in(drivers))
    return [
        *(f"session {session}: there is no charge point {cp_id}" for session, cp_id in connection.execute(lost_point)),
        *(f"session {session}: there is no driver {driver}" for session, driver in connection.execute(lost_driver)),
    ]


def _stays(connection: Connection) -> list[str]:
    """Each charge point is where its stays say, and on a site that is there."""
    stay = SITE_STAYS.c
    there = select(SITES.c.site_id).where(SITES.c.removed_at_ms.is_(None))
    lost = select(_POINT.cp_id, _POINT.site_id).where(_POINT.site_id.is_not(None), _POINT.site_id.not_in(there))
    now: dict[str, list[str]] = {}
    for cp_id, site_id in connection.execute(select(stay.cp_id, stay.site_id).where(stay.until_ms.is_(None))):
        now.setdefault(cp_id, []).append(site_id)
    points = connection.execute(select(_POINT.cp_id, _POINT.site_id).order_by(_POINT.cp_id))
    return [
        *(
            f"charge point {cp_id}: it is on the site {site_id}, which is not there; `site put` it on another"
            for cp_id, site_id in connection.execute(lost.order_by(_POINT.cp_id))
        ),
        *(
            f"charge point {cp_id}: it is on the site {site_id}, but its stays say {now.get(cp_id)}; {_WHAT_TO_DO}"
            for cp_id, site_id in points
            if now.get(cp_id, []) != ([] if site_id is None else [site_id])
        ),
    ]


def _bills(connection: Connection) -> list[str]:
    columns = (
        _SESSION.session_id, _SESSION.tariff, _SESSION.readings, _SESSION.energy_wh, _SESSION.cost_minor,
        _SESSION.start_register_wh, _SESSION.end_register_wh,
    )  # fmt: skip
    findings: list[str] = []
    for session, tariff, told, energy_wh, billed, start_wh, end_wh in connection.execute(
        select(*columns).where(_BILLED)
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
    billed = select(_SESSION.session_id, _SESSION.cost_minor).where(_BILLED)
    findings: list[str] = []
    for session, cost in connection.execute(billed):
        if session not in bodies:
            findings.append(f"session {session}: completed without a ticket")
        elif bodies[session] != cost:
            findings.append(f"session {session}: costs {cost}, but its tickets make {bodies[session]}")
    return findings


def _meters(connection: Connection) -> list[str]:
    """Every Wh that a meter told lies in exactly one place: billed, held, unbilled or unassigned."""
    taken = (
        select(_SESSION.cp_id, _SESSION.meter_id, func.sum(_TAKEN).label("wh"))
        .where(_SESSION.meter_id.is_not(None))
        .group_by(_SESSION.cp_id, _SESSION.meter_id)
        .subquery()
    )
    joined = METERS.outerjoin(taken, (taken.c.cp_id == _METER.cp_id) & (taken.c.meter_id == _METER.meter_id))
    told = _METER.earlier_wh + _METER.register_wh - _METER.first_wh
    columns = (_METER.cp_id, _METER.meter_id, told, func.coalesce(taken.c.wh, 0), _METER.unassigned_wh)
    findings: list[str] = []
    for cp_id, meter, told_wh, taken_wh, unassigned_wh in connection.execute(select(*columns).select_from(joined)):
        where = f"charge point {cp_id}, meter {meter}"
        gap_wh = told_wh - taken_wh - unassigned_wh
        if gap_wh:
            findings.append(
                f"{where}: it told {told_wh} Wh, sessions have {taken_wh} Wh and {unassigned_wh} Wh are unassigned: "
                f"{abs(gap_wh)} Wh {'have no place' if gap_wh > 0 else 'have two places'}; {_WHAT_TO_DO}"
            )
        if unassigned_wh < 0:
            findings.append(f"{where}: sessions have {-unassigned_wh} Wh more than it told; {_WHAT_TO_DO}")
    return findings


def _registers(connection: Connection) -> list[str]:
    """A path ends at its register: no session has a part beyond, and boards are told no other."""
    ends = _SESSION.start_register_wh + _TAKEN
    same_life = (_SESSION.cp_id == _METER.cp_id) & (_SESSION.meter_id == _METER.meter_id)
    beyond = select(_SESSION.session_id, ends, _METER.cp_id, _METER.meter_id, _METER.register_wh).where(
        same_life, _SESSION.meter_life == _METER.life, _TAKEN > 0, ends > _METER.register_wh
    )
    fitted = (_POINT.cp_id == _METER.cp_id) & (_POINT.meter_id == _METER.meter_id)
    other = select(_POINT.cp_id, _POINT.register_wh, _METER.meter_id, _METER.sound_wh).where(
        fitted, _POINT.register_wh != _METER.sound_wh
    )
    return [
        *(
            f"session {session}: it ends at {end_wh} Wh, but meter {meter} of charge point {cp_id} told "
            f"{register_wh} Wh at most; {_WHAT_TO_DO}"
            for session, end_wh, cp_id, meter, register_wh in connection.execute(beyond)
        ),
        *(
            f"charge point {cp_id}: boards are told {told_wh} Wh, but its meter {meter} stands at {sound_wh} Wh; "
            f"{_WHAT_TO_DO}"
            for cp_id, told_wh, meter, sound_wh in connection.execute(other)
        ),
    ]


def _overlaps(connection: Connection) -> list[str]:
    """No two sessions have the same part of a meter's path."""
    columns = (_SESSION.cp_id, _SESSION.meter_id, _SESSION.meter_life, _SESSION.start_register_wh, _TAKEN)
    parts = select(*columns, _SESSION.session_id).where(_SESSION.start_register_wh.is_not(None), _TAKEN > 0)
    findings: list[str] = []
    before: tuple[tuple[str, str, int], int, str] | None = None
    for cp_id, meter, life, start_wh, taken_wh, session in connection.execute(parts.order_by(*columns[:4])):
        on, end_wh = (cp_id, meter, life), start_wh + taken_wh
        if before is not None and before[0] == on and start_wh < before[1]:
            both = f"both have {min(before[1], end_wh) - start_wh} Wh of meter {meter}"
            findings.append(f"sessions {before[2]} and {session}: {both}; {_WHAT_TO_DO}")
            end_wh = max(before[1], end_wh)
        before = (on, end_wh, session)
    return findings
