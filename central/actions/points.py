"""What the operator does at a charge point: checked against the tables, asked for, and what came of it."""

from sqlalchemy import Connection, select

from central.actions.asking import Operator, request_at_point, wait_for
from central.actions.refusal import Refusal
from central.model.states import FINAL
from central.store.tables import CHARGING_POINTS, CHARGING_SESSIONS, FAULTS
from central.views.moments import iso

END_POLL_S = 0.1
SHOWN_POINTS = 10

_POINT = CHARGING_POINTS.c
_SESSION = CHARGING_SESSIONS.c
_FAULT = FAULTS.c


def ask(operator: Operator, cp_id: str, action: str, **fields: object) -> None:
    """Of a known charge point. Raises NotDone; what the log raises where it cannot take it."""
    operator.read(lambda connection: check_known(connection, cp_id))
    request_at_point(operator, cp_id, action, None, **fields)


def keep(operator: Operator, cp_id: str) -> None:
    """Take `replace` back. Raises NotDone where there is nothing to take back."""
    wanted = select(_POINT.replaceable, _POINT.board).where(_POINT.cp_id == cp_id)

    def look(connection: Connection) -> tuple[bool, str | None]:
        check_known(connection, cp_id)
        row = connection.execute(wanted).one()
        return row[0], row[1]

    replaceable, board = operator.read(look)
    if not replaceable:
        text = f"{cp_id} lets no other board in: replace was not asked for, or is over"
        raise Refusal(409, "not_replaceable", f"{text}; its board is {board or 'none yet'}")
    request_at_point(operator, cp_id, "keep")


def limit(operator: Operator, cp_id: str, limit_ma: int | None) -> None:
    """Of a charge point's current; None: lift it. Raises NotDone where it is above the provisioned one."""

    def look(connection: Connection) -> int | None:
        check_known(connection, cp_id)
        return connection.execute(select(_POINT.rated_current_ma).where(_POINT.cp_id == cp_id)).scalar_one()

    rated_ma = operator.read(look)
    if limit_ma is not None and rated_ma is not None and limit_ma > rated_ma:
        text = f"{limit_ma / 1_000:g} A is above the {rated_ma / 1_000:g} A that {cp_id} is provisioned for"
        raise Refusal(409, "above_rated", f"{text}; expected at most that", "limit_ma")
    request_at_point(operator, cp_id, "limit", limit_ma=limit_ma)


def clear_fault(operator: Operator, cp_id: str, fault: str) -> None:
    """At Central alone. Raises NotDone where no such fault is open."""
    is_open = select(_FAULT.fault).where(_FAULT.cp_id == cp_id, _FAULT.cleared_at_ms.is_(None)).order_by(_FAULT.fault)

    def look(connection: Connection) -> list[str]:
        check_known(connection, cp_id)
        return list(connection.execute(is_open).scalars())

    names = operator.read(look)
    if fault not in names:
        text = f"{cp_id} has no open fault {fault}; open are: {', '.join(names) or 'none'}"
        raise Refusal(409, "unknown_fault", text, "fault")

    def is_cleared(connection: Connection) -> bool:
        return connection.execute(is_open.where(_FAULT.fault == fault)).one_or_none() is None

    request_at_point(operator, cp_id, "clear_fault", is_cleared, fault=fault)


def wait_for_end(operator: Operator, cp_id: str, timeout_s: float) -> str | None:
    """None once no charge runs at this charge point; the session that still runs after this time."""
    running = select(_SESSION.session_id).where(_SESSION.cp_id == cp_id, _SESSION.status.not_in(FINAL)).limit(1)
    over = wait_for(operator.database, lambda it: it.execute(running).first() is None or None, timeout_s, END_POLL_S)
    return None if over else operator.read(lambda connection: connection.execute(running).scalar_one_or_none())


def check_known(connection: Connection, cp_id: str) -> None:
    """Raises Refusal for a charge point that never registered, or was removed."""
    wanted = select(_POINT.cp_id, _POINT.removed_at_ms).order_by(_POINT.cp_id)
    removed: dict[str, int | None] = {row[0]: row[1] for row in connection.execute(wanted)}
    if cp_id not in removed:
        known = [name for name, removed_at_ms in removed.items() if removed_at_ms is None]
        names = ", ".join(known[:SHOWN_POINTS]) + (", ..." if len(known) > SHOWN_POINTS else "")
        text = f"there is no charge point {cp_id}; known are: {names or 'none yet'}"
        raise Refusal(404, "unknown_charge_point", text)
    if removed[cp_id] is not None:
        text = f"{cp_id} was removed at {iso(removed[cp_id])}; it is back once a board registers it"
        raise Refusal(404, "unknown_charge_point", text)
