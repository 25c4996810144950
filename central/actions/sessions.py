"""What the operator does with a session: ends it in the books, and decides what is held of it."""

from typing import Any

from sqlalchemy import Connection, func, select

from central.actions.asking import FOLD_TIMEOUT_S, Operator, request_at_point, wait_for
from central.actions.refusal import NotYet, Refusal
from central.model.states import FINAL, OPEN
from central.store.tables import CHARGING_SESSIONS, DRIVERS, TICKETS
from central.views.moments import iso

_SESSION = CHARGING_SESSIONS.c
_COLUMNS = (
    "session_id", "cp_id", "driver_id", "status", "reason", "ended_at_ms", "energy_wh", "cost_minor", "held_wh",
    "unbilled_wh", "tickets",
)  # fmt: skip


def end_session(operator: Operator, session_id: str) -> dict[str, Any]:
    """Close an open session in the books; its row once its tickets are there and its driver is free. Raises NotDone."""
    session = read_session(operator, session_id)
    if session["status"] not in OPEN:
        ended = iso(session["ended_at_ms"]) or "before"
        text = f"session {session_id} is {session['status']} since {ended}; there is nothing to end"
        raise Refusal(409, "session_ended", text)

    def is_ended(connection: Connection) -> bool:
        return _row(connection, session_id)["status"] in FINAL

    request_at_point(operator, session["cp_id"], "end_session", is_ended, session_id=session_id)
    ended = _with_tickets(operator, session_id)
    holds = select(DRIVERS.c.driver_id).where(DRIVERS.c.claim_session_id == session_id)
    if wait_for(operator.database, lambda it: it.execute(holds).first() is None or None, FOLD_TIMEOUT_S) is None:
        raise NotYet(
            f"session {session_id} is ended, but {ended['driver_id']} is not free yet; is that driver parked "
            "(wattline-central parked)?"
        )
    return ended


def accept_held(operator: Operator, session_id: str) -> dict[str, Any]:
    """Bill what is held of a session; its row once the ticket is there. Raises NotDone where nothing is held."""
    _decide_held(operator, session_id, "accept_held")
    return _with_tickets(operator, session_id)


def drop_held(operator: Operator, session_id: str) -> dict[str, Any]:
    """Bill nobody for what is held of a session; its row. Raises NotDone where nothing is held."""
    _decide_held(operator, session_id, "drop_held")
    return read_session(operator, session_id)


def read_session(operator: Operator, session_id: str) -> dict[str, Any]:
    """Raises NotDone where there is none."""
    return operator.read(lambda connection: _row(connection, session_id))


def _decide_held(operator: Operator, session_id: str, action: str) -> None:
    session = read_session(operator, session_id)
    if session["held_wh"] == 0:
        text = f"nothing is held of session {session_id}; wattline-central held lists what is"
        raise Refusal(409, "nothing_held", text)

    def is_decided(connection: Connection) -> bool:
        return _row(connection, session_id)["held_wh"] == 0

    request_at_point(operator, session["cp_id"], action, is_decided, session_id=session_id)


def _with_tickets(operator: Operator, session_id: str) -> dict[str, Any]:
    """The session's row, once each ticket that it says was issued is there."""
    kept = select(func.count()).select_from(TICKETS).where(TICKETS.c.session_id == session_id)

    def complete(connection: Connection) -> dict[str, Any] | None:
        row = _row(connection, session_id)
        return row if connection.execute(kept).scalar_one() >= row["tickets"] else None

    row = wait_for(operator.database, complete, FOLD_TIMEOUT_S)
    if row is None:
        raise NotYet(f"it is done, but the ticket of session {session_id} is not there yet; is the worker running?")
    return row


def _row(connection: Connection, session_id: str) -> dict[str, Any]:
    wanted = select(*(_SESSION[name] for name in _COLUMNS)).where(_SESSION.session_id == session_id)
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        text = f"there is no session {session_id}; wattline-central list shows those that are open, held those with "
        raise Refusal(404, "unknown_session", f"{text}something held")
    return dict(row)
