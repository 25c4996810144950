"""One charge, step by step, as boards and drivers say it to the line in memory."""

from typing import Any

from central.model.ids import session_id
from central.model.rows import Driver
from central.tests.line_in_memory import BOARD, ENGINE, SECOND, LineInMemory, made_id

METER = "meter1"
PRICE_E4 = 2_500


def register(
    line: LineInMemory, cp: str = "cp_001", board: str = BOARD, n: int | None = None, **fields: Any
) -> None:
    told: dict[str, Any] = {
        "location": "Yard", "price_per_kwh": 0.25, "meter_id": METER, "register_wh": 1_000,
        "engine_board": ENGINE, "rated_current_ma": 16_000, **fields,
    }  # fmt: skip
    line.board_says("register_request", n, board, cp, **told)


def link_up(line: LineInMemory, link: str = "link1", cp: str = "cp_001", board: str | None = BOARD) -> None:
    line.says("link_up", "bridge", cp_id=cp, link_id=link, board=board)


def connect(line: LineInMemory, cp: str = "cp_001", board: str = BOARD, link: str = "link1") -> None:
    register(line, cp, board)
    link_up(line, link, cp, board)


def driver(line: LineInMemory, driver_id: str = "ada") -> None:
    line.says("driver_register", "api", driver_id=driver_id)


def ask(line: LineInMemory, request: str = "r1", driver_id: str = "ada", cp: str = "cp_001", **fields: Any) -> str:
    """Ask for a charge; its session's id."""
    request_id = made_id(request)
    line.says("charge_request", "api", message_id=request_id, driver_id=driver_id, cp_id=cp, **fields)
    return session_id(driver_id, request_id)


def answer(line: LineInMemory, seq: int, accepted: bool = True, reason: str | None = None, cp: str = "cp_001") -> None:
    line.board_says("command_response", board=_engine_of(line, cp), cp=cp, seq=seq, accepted=accepted, reason=reason)


def start(
    line: LineInMemory, session: str, at_wh: int = 1_000, cp: str = "cp_001", meter: str = METER, **more: Any
) -> None:
    fields: dict[str, Any] = {"session_id": session, "meter_id": meter, "register_wh": at_wh, **more}
    line.board_says("charge_started", board=_engine_of(line, cp), cp=cp, occurred_at_ms=line.now_ms, **fields)


def checkpoint(line: LineInMemory, session: str, at_wh: int, cp: str = "cp_001", **fields: Any) -> None:
    told: dict[str, Any] = {
        "session_id": session, "meter_id": METER, "register_wh": at_wh, "occurred_at_ms": line.now_ms, **fields
    }  # fmt: skip
    line.board_says("meter_checkpoint", board=_engine_of(line, cp), cp=cp, **told)


def complete(
    line: LineInMemory, session: str, end_wh: int, cp: str = "cp_001", lasted_ms: int = 3_600_000, **fields: Any
) -> None:
    told: dict[str, Any] = {
        "session_id": session, "meter_id": METER, "start_register_wh": 1_000, "end_register_wh": end_wh,
        "started_at_ms": line.now_ms - lasted_ms, "ended_at_ms": line.now_ms, "reason": "vehicle", "relay_closed": True,
        **fields,
    }  # fmt: skip
    line.board_says("charge_completion", board=_engine_of(line, cp), cp=cp, **told)


def connected() -> LineInMemory:
    """cp_001 with its board at hand, and Ada registered; nothing waits to be said to the board."""
    line = LineInMemory()
    connect(line)
    driver(line)
    line.take_commands()
    return line


def begin(line: LineInMemory) -> str:
    """Ada's charge at cp_001, with a checkpoint after a minute. The session's id."""
    driver(line)
    session = ask(line)
    answer(line, 1)
    start(line, session)
    line.tick(60 * SECOND)
    checkpoint(line, session, 1_100)
    line.take_commands()
    return session


def claim(line: LineInMemory, driver_id: str = "ada") -> str | None:
    """The session that the driver holds a claim on."""
    return line.rows.one(Driver, driver_id).claim_session_id


def charge(line: LineInMemory, request: str = "r1", driver_id: str = "ada", energy_wh: int = 2_000) -> str:
    """A whole charge of an hour on a connected charge point."""
    at_wh = line.point().register_wh
    session = ask(line, request, driver_id)
    answer(line, line.point().seq)
    start(line, session, at_wh)
    line.tick(3_600_000)
    complete(line, session, at_wh + energy_wh, start_register_wh=at_wh)
    return session


def started(**limits: Any) -> tuple[LineInMemory, str]:
    """A charge that begins at 1,000 Wh at T0."""
    line = connected()
    session = ask(line, **limits)
    answer(line, 1)
    start(line, session)
    return line, session


def begun(**limits: Any) -> tuple[LineInMemory, str]:
    """A charge that began at 1,000 Wh at T0; 500 Wh and an hour later."""
    line, session = started(**limits)
    line.tick(3_600_000)
    checkpoint(line, session, 1_500)
    return line, session


def _engine_of(line: LineInMemory, cp: str) -> str:
    return line.point(cp).engine_board or ENGINE
