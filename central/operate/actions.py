"""What the operator does at a charge point: checked against the tables, asked for, and what came of it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, select

from central.model.states import FINAL, OPEN
from central.operate.failures import NotDone
from central.operate.requests import FOLD_TIMEOUT_S, request, wait_for
from central.store.database import Database
from central.store.tables import CHARGING_POINTS, CHARGING_SESSIONS, DRIVERS, FAULTS, TICKETS
from central.views.moments import iso
from eventlog import Log

END_POLL_S = 0.1
SHOWN_POINTS = 10

_POINT = CHARGING_POINTS.c
_SESSION = CHARGING_SESSIONS.c
_FAULT = FAULTS.c
_COLUMNS = (
    "session_id", "cp_id", "driver_id", "status", "reason", "ended_at_ms", "energy_wh", "cost_minor", "held_wh",
    "unbilled_wh", "tickets",
)  # fmt: skip


def ask(database: Database, log: Log, cp_id: str, action: str, **fields: object) -> None:
    """Of a known charge point. Raises NotDone; LogError where the log cannot take it."""
    with database.reader.connect() as connection:
        check_known(connection, cp_id)
    _ask(database, log, cp_id, action, None, **fields)


def keep(database: Database, log: Log, cp_id: str) -> None:
    """Take `replace` back. Raises NotDone where there is nothing to take back."""
    with database.reader.connect() as connection:
        check_known(connection, cp_id)
        wanted = select(_POINT.replaceable, _POINT.board).where(_POINT.cp_id == cp_id)
        replaceable, board = connection.execute(wanted).one()
    if not replaceable:
        raise NotDone(
            f"{cp_id} lets no other board in: replace was not asked for, or is over; its board is {board or 'none yet'}"
        )
    _ask(database, log, cp_id, "keep")


def limit(database: Database, log: Log, cp_id: str, limit_ma: int | None) -> None:
    """Of a charge point's current; None: lift it. Raises NotDone where it is above the provisioned one."""
    with database.reader.connect() as connection:
        check_known(connection, cp_id)
        rated_ma = connection.execute(select(_POINT.rated_current_ma).where(_POINT.cp_id == cp_id)).scalar_one()
    if limit_ma is None:
        _ask(database, log, cp_id, "limit")
        return
    if rated_ma is not None and limit_ma > rated_ma:
        raise NotDone(
            f"--current-a: {limit_ma / 1_000:g} is above the {rated_ma / 1_000:g} A that {cp_id} is provisioned for; "
            "expected at most that"
        )
    _ask(database, log, cp_id, "limit", limit_ma=limit_ma)


def clear_fault(database: Database, log: Log, cp_id: str, fault: str) -> None:
    """At Central alone. Raises NotDone where no such fault is open."""
    is_open = select(_FAULT.fault).where(_FAULT.cp_id == cp_id, _FAULT.cleared_at_ms.is_(None)).order_by(_FAULT.fault)
    with database.reader.connect() as connection:
        check_known(connection, cp_id)
        names = connection.execute(is_open).scalars().all()
    if fault not in names:
        raise NotDone(f"{cp_id} has no open fault {fault}; open are: {', '.join(names) or 'none'}")

    def is_cleared(connection: Connection) -> bool:
        return connection.execute(is_open.where(_FAULT.fault == fault)).one_or_none() is None

    _ask(database, log, cp_id, "clear_fault", is_cleared, fault=fault)


def end_session(database: Database, log: Log, session_id: str) -> dict[str, Any]:
    """Close an open session in the books; its row once its tickets are there and its driver is free. Raises NotDone."""
    session = _session(database, session_id)
    if session["status"] not in OPEN:
        ended = iso(session["ended_at_ms"]) or "before"
        raise NotDone(f"session {session_id} is {session['status']} since {ended}; there is nothing to end")

    def is_ended(connection: Connection) -> bool:
        return _row(connection, session_id)["status"] in FINAL

    _ask(database, log, session["cp_id"], "end_session", is_ended, session_id=session_id)
    ended = _with_tickets(database, session_id)
    holds = select(DRIVERS.c.driver_id).where(DRIVERS.c.claim_session_id == session_id)
    if wait_for(database, lambda it: it.execute(holds).one_or_none() is None or None, FOLD_TIMEOUT_S) is None:
        raise NotDone(
            f"session {session_id} is ended, but {ended['driver_id']} is not free yet; is that driver parked "
            "(wattline-central parked)?"
        )
    return ended


def accept_held(database: Database, log: Log, session_id: str) -> dict[str, Any]:
    """Bill what is held of a session; its row once the ticket is there. Raises NotDone where nothing is held."""
    _decide_held(database, log, session_id, "accept_held")
    return _with_tickets(database, session_id)


def drop_held(database: Database, log: Log, session_id: str) -> dict[str, Any]:
    """Bill nobody for what is held of a session; its row. Raises NotDone where nothing is held."""
    _decide_held(database, log, session_id, "drop_held")
    return _session(database, session_id)


def read_session(database: Database, session_id: str) -> dict[str, Any]:
    """Raises NotDone where there is none."""
    return _session(database, session_id)


def wait_for_end(database: Database, cp_id: str, timeout_s: float) -> str | None:
    """None once no charge runs at this charge point; the session that still runs after this time."""
    running = select(_SESSION.session_id).where(_SESSION.cp_id == cp_id, _SESSION.status.not_in(FINAL)).limit(1)
    over = wait_for(database, lambda it: it.execute(running).first() is None or None, timeout_s, END_POLL_S)
    if over:
        return None
    with database.reader.connect() as connection:
        return connection.execute(running).scalar_one_or_none()


def check_known(connection: Connection, cp_id: str) -> None:
    """Raises NotDone for a charge point that never registered, or was removed."""
    wanted = select(_POINT.cp_id, _POINT.removed_at_ms).order_by(_POINT.cp_id)
    removed: dict[str, int | None] = {row[0]: row[1] for row in connection.execute(wanted)}
    if cp_id not in removed:
        known = [name for name, removed_at_ms in removed.items() if removed_at_ms is None]
        names = ", ".join(known[:SHOWN_POINTS]) + (", ..." if len(known) > SHOWN_POINTS else "")
        raise NotDone(f"there is no charge point {cp_id}; known are: {names or 'none yet'}")
    if removed[cp_id] is not None:
        raise NotDone(f"{cp_id} was removed at {iso(removed[cp_id])}; it is back once a board registers it")


def _decide_held(database: Database, log: Log, session_id: str, action: str) -> None:
    session = _session(database, session_id)
    if session["held_wh"] == 0:
        raise NotDone(f"nothing is held of session {session_id}; wattline-central held lists what is")

    def is_decided(connection: Connection) -> bool:
        return _row(connection, session_id)["held_wh"] == 0

    _ask(database, log, session["cp_id"], action, is_decided, session_id=session_id)


def _with_tickets(database: Database, session_id: str) -> dict[str, Any]:
    """The session's row, once each ticket that it says was issued is there."""
    kept = select(func.count()).select_from(TICKETS).where(TICKETS.c.session_id == session_id)

    def complete(connection: Connection) -> dict[str, Any] | None:
        row = _row(connection, session_id)
        return row if connection.execute(kept).scalar_one() >= row["tickets"] else None

    row = wait_for(database, complete, FOLD_TIMEOUT_S)
    if row is None:
        raise NotDone(f"it is done, but the ticket of session {session_id} is not there yet; is the worker running?")
    return row


def _session(database: Database, session_id: str) -> dict[str, Any]:
    with database.reader.connect() as connection:
        return _row(connection, session_id)


def _row(connection: Connection, session_id: str) -> dict[str, Any]:
    wanted = select(*(_SESSION[name] for name in _COLUMNS)).where(_SESSION.session_id == session_id)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        raise NotDone(
            f"there is no session {session_id}; wattline-central list shows those that are open, held those with "
            "something held"
        )
    return dict(row)


def _ask(
    database: Database, log: Log, cp_id: str, action: str, is_done: Callable[[Connection], bool] | None = None,
    **fields: object,
) -> None:  # fmt: skip
    request(database, log, "operator_request", is_done, cp_id=cp_id, action=action, **fields)
