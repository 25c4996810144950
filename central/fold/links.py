"""The connection that holds a charge point's link, and whether the charge point is silent."""

from central.fold import charge_point, commands, orders
from central.fold.step import Step
from central.fold.telemetry import note_seen
from central.model.rows import ChargingPoint, LastSeen


def handle_link_up(step: Step) -> None:
    """The newest link of the bound board holds. It is answered, and pending commands are sent again on it."""
    point = step.rows.get(ChargingPoint, step.key)
    refusal = _refusal(point, step.message.get("board"))
    if point is None or refusal is not None:
        _answer(step, {"accepted": False, "reason": refusal, "in_service": False})
        return
    point.link_id = step.message["link_id"]
    point.silent = False
    note_seen(step)  # its registration may be an old one, sent again
    register = {"meter_id": point.meter_id, "register_wh": point.register_wh} if point.meter_id is not None else {}
    limit = {} if point.limit_ma is None else {"limit_ma": point.limit_ma}
    _answer(step, {"accepted": True, "in_service": not point.stopped, "seq": point.seq, **register, **limit})
    commands.repeat_unanswered(step, point)
    orders.note_link(step, point)
    charge_point.settle(step, point)


def handle_link_down(step: Step) -> None:
    point = charge_point.of(step)
    if point.link_id != step.message["link_id"]:
        return
    point.link_id = None
    charge_point.settle(step, point)


def handle_silent(step: Step) -> None:
    """Counts only where its time has come, and nothing was logged since the sign that it names."""
    point = charge_point.of(step)
    if _is_too_early(step) or _was_heard_since(step):
        return
    point.silent = True
    charge_point.settle(step, point)


def handle_heard(step: Step) -> None:
    point = charge_point.of(step)
    point.silent = False
    orders.say_again(step, point)
    charge_point.settle(step, point)


def _is_too_early(step: Step) -> bool:
    return step.at_ms < step.message.get("last_at_ms", 0) + step.message.get("limit_ms", 0)


def _was_heard_since(step: Step) -> bool:
    """A sign from the future of this record proves nothing: the log's clock was put right since."""
    seen, last_at_ms = step.rows.get(LastSeen, step.key), step.message.get("last_at_ms")
    return seen is not None and last_at_ms is not None and last_at_ms < seen.logged_at_ms <= step.at_ms


def _refusal(point: ChargingPoint | None, board: str | None) -> str | None:
    if point is None or point.removed_at_ms is not None:
        return "not_registered"
    return None if point.board == board else "not_bound"


def _answer(step: Step, fields: dict[str, bool | int | str | None]) -> None:
    step.emit(
        "register_response",
        {
            "cp_id": step.key,
            "link_id": step.message["link_id"],
            "expires_at_ms": step.at_ms + step.terms.command_ttl_ms,
            **fields,
        },
    )
