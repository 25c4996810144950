"""Which connection speaks for a charge point, and whether anything is heard on it."""

from central.fold import commands, point, sessions
from central.fold.step import Step
from central.fold.telemetry import note_seen
from central.model.rows import ChargingPoint, Command, LastSeen
from central.model.states import ACCEPTED, SENT


def handle_link_up(step: Step) -> None:
    """The last link of the bound board holds; it is answered, and told again what Central still wants."""
    cp = step.rows.get(ChargingPoint, step.key)
    refusal = _refusal(cp, step.message.get("board"))
    if cp is None or refusal is not None:
        _answer(step, {"accepted": False, "reason": refusal, "in_service": False})
        return
    cp.link_id = step.message["link_id"]
    cp.silent = False
    note_seen(step)  # its registration may be an old one, said again
    register = {"meter_id": cp.meter_id, "register_wh": cp.register_wh} if cp.meter_id is not None else {}
    _answer(step, {"accepted": True, "in_service": not cp.stopped, "seq": cp.seq, **register})
    commands.repeat_unanswered(step, cp)
    sessions.send_stops(step, cp)
    _send_operators_stop(step, cp)
    point.settle(step, cp)


def handle_link_down(step: Step) -> None:
    cp = point.of(step)
    if cp.link_id != step.message["link_id"]:
        return
    cp.link_id = None
    point.settle(step, cp)


def handle_silent(step: Step) -> None:
    """Counts only where its time has come, and nothing was logged since the sign that it names."""
    cp = point.of(step)
    if _is_too_early(step) or _was_heard_since(step):
        return
    cp.silent = True
    point.settle(step, cp)


def handle_heard(step: Step) -> None:
    cp = point.of(step)
    cp.silent = False
    point.settle(step, cp)


def _is_too_early(step: Step) -> bool:
    return step.at_ms < step.message.get("last_at_ms", 0) + step.message.get("limit_ms", 0)


def _was_heard_since(step: Step) -> bool:
    """A sign from the future of this record proves nothing: the log's clock was put right since."""
    seen, last_at_ms = step.rows.get(LastSeen, step.key), step.message.get("last_at_ms")
    return seen is not None and last_at_ms is not None and last_at_ms < seen.logged_at_ms <= step.at_ms


def _refusal(cp: ChargingPoint | None, board: str | None) -> str | None:
    if cp is None or cp.removed_at_ms is not None:
        return "not_registered"
    return None if cp.board == board else "not_bound"


def _answer(step: Step, fields: dict[str, bool | int | str | None]) -> None:
    step.say(
        "register_response",
        {
            "cp_id": step.key,
            "link_id": step.message["link_id"],
            "expires_at_ms": step.at_ms + step.terms.command_ttl_ms,
            **fields,
        },
    )


def _send_operators_stop(step: Step, cp: ChargingPoint) -> None:
    """A stop that this board has not taken, and that is not waiting to be said again, is said anew."""
    if not cp.stopped:
        return
    command = None if cp.service_seq is None else step.rows.get(Command, cp.cp_id, cp.service_seq)
    is_waiting = command is not None and command.state == SENT and step.at_ms < command.expires_at_ms
    if command is None or not (is_waiting or command.state == ACCEPTED):
        commands.send_service(step, cp, "stop_service")
