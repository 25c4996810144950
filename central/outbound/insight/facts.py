"""What insight keeps of the log's records: one function for each kind, in a table at the end.

Records may lie in the log twice: each function does nothing the second time. Which registers are sound was judged by
the worker, and its receipts tell: energy is theirs, and the checkpoints between only say when it flowed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from wire.kinds import CP, DRIVER, SITE

from central.model.ids import session_id
from central.model.records import Incoming
from central.money.readings import Reading, Readings
from central.outbound.insight.ahead import ALWAYS_MS, outdate
from central.outbound.insight.local_time import ZoneFrom
from central.outbound.insight.metering import plateau
from central.outbound.insight.rollups import Entry, Place, add_zone, enter, forget_quarters
from central.outbound.insight.spreading import energy_by_quarter, path, quarter_of, time_by_quarter
from central.outbound.insight.tables import CHARGES, POSTS, READINGS, REQUESTS, SITES, STAYS
from central.store.upsert import upsert

NO_SITE = ""
DAY_MS = 86_400_000
READINGS_KEPT_MS = 30 * DAY_MS  # of what was told about a charge after its receipt, or never got one

_READ = frozenset({"charge_started", "meter_checkpoint"})


def take(connection: Connection, records: Sequence[Incoming]) -> None:
    """In one transaction. Readings, which are most of all records, are written together."""
    readings: dict[tuple[str, int], int] = {}
    heard: set[str] = set()
    for record in records:
        if record.message["type"] in _READ:
            heard.add(record.message["session_id"])
            at_ms = min(record.message.get("occurred_at_ms", record.at_ms), record.at_ms)
            readings[record.message["session_id"], at_ms] = record.message["register_wh"]
            continue
        kept = KEPT.get((record.topic, record.message["type"]))
        if kept is not None:
            _write_readings(connection, readings)
            kept(connection, record)
    _write_readings(connection, readings)
    _outdate_unfinished(connection, heard)


def forget(connection: Connection, now_ms: int, quarters_kept_days: int) -> None:
    forget_quarters(connection, quarter_of(now_ms - quarters_kept_days * DAY_MS))
    connection.execute(delete(READINGS).where(READINGS.c.at_ms < now_ms - READINGS_KEPT_MS))


def _write_readings(connection: Connection, readings: dict[tuple[str, int], int]) -> None:
    rows = [{"session_id": session, "at_ms": at_ms, "register_wh": wh} for (session, at_ms), wh in readings.items()]
    upsert(connection, READINGS, rows)
    readings.clear()


def _outdate_unfinished(connection: Connection, heard: set[str]) -> None:
    """A reading says that a charge goes on, which may have been given up. After its receipt it says nothing."""
    is_unfinished = (CHARGES.c.session_id.in_(heard), CHARGES.c.energy_wh.is_(None))
    since_ms = func.min(CHARGES.c.claimed_at_ms)
    query = select(CHARGES.c.site_id, since_ms).where(*is_unfinished).group_by(CHARGES.c.site_id)
    for site_id, at_ms in connection.execute(query).all() if heard else ():
        outdate(connection, site_id, at_ms)


def _outdate_attempt(connection: Connection, session: str) -> None:
    """Something was told of it. It counts at the site of its charge; unclaimed, where its post is now."""
    told = [
        connection.execute(select(table).where(table.c.session_id == session)).mappings().first()
        for table in (REQUESTS, CHARGES)
    ]
    request, charge = told
    if charge is not None:
        since_ms = min(charge["claimed_at_ms"], charge["claimed_at_ms"] if request is None else request["asked_at_ms"])
        outdate(connection, charge["site_id"], since_ms)
    elif request is not None:
        post = _post(connection, request["cp_id"])
        outdate(connection, NO_SITE if post is None else post["site_id"], request["asked_at_ms"])


# --- ev.driver ---


def _keep_request(connection: Connection, record: Incoming) -> None:
    message = record.message
    session = session_id(record.key, message["message_id"])
    if connection.execute(select(REQUESTS.c.cp_id).where(REQUESTS.c.session_id == session)).first() is None:
        row = {"session_id": session, "driver_id": record.key, "cp_id": message["cp_id"], "asked_at_ms": record.at_ms}
        connection.execute(insert(REQUESTS), row)
        _outdate_attempt(connection, session)


def _keep_release(connection: Connection, record: Incoming) -> None:
    message = record.message
    first = (REQUESTS.c.session_id == message["session_id"], REQUESTS.c.outcome.is_(None))
    values = {"released_at_ms": record.at_ms, "outcome": message["outcome"], "reason": message.get("reason")}
    if connection.execute(update(REQUESTS).where(*first).values(values)).rowcount:
        _outdate_attempt(connection, message["session_id"])


# --- ev.site ---


def _keep_site(connection: Connection, record: Incoming) -> None:
    """As the fold of sites judges it (central/fold/sites.py): what that refuses changes nothing here."""
    message = record.message
    found = connection.execute(select(SITES).where(SITES.c.site_id == record.key)).mappings().first()
    is_there = found is not None and found["removed_at_ms"] is None
    if is_there == (message["action"] == "add"):
        return
    name, zone = message.get("name"), message.get("time_zone")
    if message["action"] == "add" and (name is None or zone is None):
        return
    told_name = name if name is not None or found is None else found["name"]
    removed_at_ms = record.at_ms if message["action"] == "remove" else None
    upsert(connection, SITES, [{"site_id": record.key, "name": told_name, "removed_at_ms": removed_at_ms}])
    if zone is not None:
        add_zone(connection, record.key, ZoneFrom(record.at_ms, zone))
        outdate(connection, record.key, ALWAYS_MS)


# --- ev.cp ---


def _keep_registration(connection: Connection, record: Incoming) -> None:
    rated_ma = record.message.get("rated_current_ma")
    post = _post(connection, record.key)
    if post is None:
        row = {"cp_id": record.key, "site_id": NO_SITE, "is_there": True, "rated_ma": rated_ma}
        connection.execute(insert(POSTS), row)
        outdate(connection, NO_SITE, ALWAYS_MS)
        _stay(connection, record, NO_SITE)
        return
    if not post["is_there"]:
        _move(connection, record, NO_SITE)
    if rated_ma is not None and rated_ma != post["rated_ma"]:
        connection.execute(update(POSTS).where(POSTS.c.cp_id == record.key).values(rated_ma=rated_ma))


def _keep_order(connection: Connection, record: Incoming) -> None:
    """What an operator wants of a post, as far as figures depend on it."""
    message = record.message
    post = _post(connection, record.key)
    if post is None:
        return
    if message["action"] == "limit":
        limit_ma = message.get("limit_ma")
        connection.execute(update(POSTS).where(POSTS.c.cp_id == record.key).values(limit_ma=limit_ma))
    elif not post["is_there"]:
        return  # as the fold judges it: it is moved, and removed, once it has registered again
    elif message["action"] == "site" and (site_id := message.get("site_id") or NO_SITE) != post["site_id"]:
        _move(connection, record, site_id)
    elif message["action"] == "remove":
        _move(connection, record, None)


def _move(connection: Connection, record: Incoming, site_id: str | None) -> None:
    """To this site, or, None, out of service until it registers again. What it did before stays where it was, but for
    attempts that no post heard of.
    """
    post = _post(connection, record.key)
    for each in (site_id or NO_SITE, NO_SITE if post is None else post["site_id"]):
        outdate(connection, each, ALWAYS_MS)
    open_stay = (STAYS.c.cp_id == record.key, STAYS.c.until_ms.is_(None))
    connection.execute(update(STAYS).where(*open_stay).values(until_ms=record.at_ms))
    place = {"site_id": site_id or NO_SITE, "is_there": site_id is not None}
    connection.execute(update(POSTS).where(POSTS.c.cp_id == record.key).values(place))
    if site_id is not None:
        _stay(connection, record, site_id)


def _stay(connection: Connection, record: Incoming, site_id: str) -> None:
    row = {"cp_id": record.key, "since_ms": record.at_ms, "site_id": site_id, "until_ms": None}
    upsert(connection, STAYS, [row])


def _keep_claim(connection: Connection, record: Incoming) -> None:
    _charge_claimed(connection, record)


def _charge_claimed(connection: Connection, record: Incoming) -> dict[str, Any]:
    """The row of the charge that a record of its post is about; made where there is none yet."""
    session = record.message["session_id"]
    found = connection.execute(select(CHARGES).where(CHARGES.c.session_id == session)).mappings().first()
    if found is not None:
        return dict(found)
    post = _post(connection, record.key) or {"site_id": NO_SITE, "rated_ma": None, "limit_ma": None}
    limits = [each for each in (post["rated_ma"], post["limit_ma"]) if each is not None]
    row = {
        **dict.fromkeys(CHARGES.c.keys()),
        "session_id": session,
        "cp_id": record.key,
        "site_id": post["site_id"],
        "claimed_at_ms": record.at_ms,
        "limit_ma": min(limits, default=None),
        "tickets": 0,
    }
    connection.execute(insert(CHARGES), row)
    _outdate_attempt(connection, session)
    return row


def _keep_ticket(connection: Connection, record: Incoming) -> None:
    """The receipt of a charge, or a correction: one more receipt of what it is billed more."""
    ticket = record.message
    charge = _charge_claimed(connection, record)
    if ticket["number"] <= charge["tickets"]:
        return
    is_first = charge["energy_wh"] is None
    ended_before_ms = ticket["started_at_ms"] if is_first else charge["ended_at_ms"]
    readings = _path_of(connection, ticket, ended_before_ms)
    values: dict[str, Any] = {
        "started_at_ms": ticket["started_at_ms"] if is_first else charge["started_at_ms"],
        "ended_at_ms": max(ticket["ended_at_ms"], ended_before_ms),
        "energy_wh": ticket["energy_wh"] + (charge["energy_wh"] or 0),
        "cost_minor": ticket["cost_minor"] + (charge["cost_minor"] or 0),
        "ended_by": ticket["reason"],
        "tickets": ticket["number"],
    }
    if is_first:
        values["plateau_wh"], values["plateau_ms"] = plateau(readings)
    connection.execute(update(CHARGES).where(CHARGES.c.session_id == ticket["session_id"]).values(values))
    connection.execute(delete(READINGS).where(READINGS.c.session_id == ticket["session_id"]))
    _outdate_attempt(connection, ticket["session_id"])
    charges = Entry(quarter_of(values["ended_at_ms"]), charges=int(is_first), cost_minor=ticket["cost_minor"])
    used = time_by_quarter(ended_before_ms, values["ended_at_ms"])
    enter(connection, Place(charge["site_id"], record.key), _entries(energy_by_quarter(readings), used, charges))


def _path_of(connection: Connection, ticket: dict[str, Any], ended_before_ms: int) -> Readings:
    """The registers of what this receipt bills. A correction that is no longer than what was billed before (of what was
    held) flowed at some time of the charge.
    """
    began_ms = ended_before_ms if ticket["ended_at_ms"] > ended_before_ms else ticket["started_at_ms"]
    told = select(READINGS.c.at_ms, READINGS.c.register_wh).where(READINGS.c.session_id == ticket["session_id"])
    between = [Reading(*row) for row in connection.execute(told)]
    start = Reading(began_ms, ticket["start_register_wh"])
    return path(start, between, Reading(ticket["ended_at_ms"], ticket["end_register_wh"]))


def _entries(energy_wh: dict[int, int], in_use_ms: dict[int, int], ended: Entry) -> list[Entry]:
    quarters = sorted({*energy_wh, *in_use_ms, ended.quarter_ms})
    return [
        Entry(
            quarter_ms,
            energy_wh.get(quarter_ms, 0),
            in_use_ms.get(quarter_ms, 0),
            *(ended[3:] if quarter_ms == ended.quarter_ms else ()),
        )
        for quarter_ms in quarters
    ]


def _post(connection: Connection, cp_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(POSTS).where(POSTS.c.cp_id == cp_id)).mappings().first()
    return None if row is None else dict(row)


TOPICS = (CP, DRIVER, SITE)
KEPT: dict[tuple[str, str], Callable[[Connection, Incoming], None]] = {
    (DRIVER, "charge_request"): _keep_request,
    (DRIVER, "claim_released"): _keep_release,
    (SITE, "site_request"): _keep_site,
    (CP, "register_request"): _keep_registration,
    (CP, "operator_request"): _keep_order,
    (CP, "charge_claimed"): _keep_claim,
    (CP, "ticket"): _keep_ticket,
}
