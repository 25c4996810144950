"""The operator's requests to a charge point."""

import json
from collections.abc import Callable

from central.fold import charge_point, commands, corrections, deadlines, faults, registration, sessions, sites
from central.fold.running import open_sessions
from central.fold.step import Step
from central.model.records import Refused
from central.model.rows import ChargingPoint, OperatorWord, Session
from central.model.states import UNSPECIFIED
from central.money.formats import price_e4

TOLD = ("fault", "limit_ma", "price_per_kwh", "session_id", "site_id")  # what a request says beside its action


def handle_operator_request(step: Step) -> None:
    """Raises Refused (`missing_field`, `unknown_session`, `unknown_fault`, `bad_state`, `above_rated`)."""
    point = charge_point.of(step)
    ACTIONS[step.message["action"]](step, point)
    charge_point.settle(step, point)
    _note(step)


def _note(step: Step) -> None:
    message = step.message
    told = {name: message[name] for name in TOLD if message.get(name) is not None}
    step.rows.put(
        OperatorWord(
            step.key, message["message_id"], step.at_ms, message["action"], json.dumps(told), message.get("by"),
            message.get("reason"),
        )
    )


def _stop(step: Step, point: ChargingPoint) -> None:
    point.stopped = True
    commands.send_service(step, point, "stop_service")


def _resume(step: Step, point: ChargingPoint) -> None:
    point.stopped = False
    commands.send_service(step, point, "resume_service")


def _change_price(step: Step, point: ChargingPoint) -> None:
    """Sessions keep the price they were authorized under."""
    point.price_e4 = price_e4(_needed(step, "price_per_kwh"))


def _limit(step: Step, point: ChargingPoint) -> None:
    """Of the current, for the engine's protections; without a figure none below the provisioned one."""
    limit_ma = step.message.get("limit_ma")
    if limit_ma is not None and point.rated_current_ma is not None and limit_ma > point.rated_current_ma:
        raise Refused("above_rated", f"limit_ma: {step.key} is rated {point.rated_current_ma} mA, below {limit_ma}")
    point.limit_ma = limit_ma
    commands.send(step, point, "set_limit", limit_ma=limit_ma)


def _reset(step: Step, point: ChargingPoint) -> None:
    """Boards clear their own faults and say so; the one that was reported by hand nobody else would clear."""
    faults.clear(step, UNSPECIFIED)
    commands.send(step, point, "reset_fault")


def _maintain(step: Step, point: ChargingPoint) -> None:
    """Its engine ends a charge and waits at its prompt for new files; the charge point is away meanwhile."""
    commands.send(step, point, "maintenance")


def _clear_fault(step: Step, _point: ChargingPoint) -> None:
    """At Central alone: the board that reported it is gone, or its recovery was lost."""
    name = _needed(step, "fault")
    if not faults.clear(step, name):
        raise Refused("unknown_fault", f"{step.key} has no open fault {name}")


def _replace(step: Step, point: ChargingPoint) -> None:
    """The bound board goes on until another registers, so that what it still has to tell is not lost before."""
    point.replaceable = point.board is not None
    if point.replaceable:
        deadline_id = registration.replace_deadline(point.cp_id)
        deadlines.arm(step, deadline_id, step.at_ms + step.terms.replace_for_ms)


def _keep(step: Step, point: ChargingPoint) -> None:
    """Takes `replace` back, as long as no other board has registered."""
    point.replaceable = False
    deadlines.disarm(step, registration.replace_deadline(point.cp_id))


def _remove(step: Step, point: ChargingPoint) -> None:
    """It is gone: what ran is lost, nothing is bound, and lists leave it out until a board registers it anew."""
    registration.dismiss(step, point)
    sites.move(step, point, None)
    point.removed_at_ms = step.at_ms


def _put_on_site(step: Step, point: ChargingPoint) -> None:
    """Without a site_id: on none. Whether there is such a site no fold of this key can see."""
    if point.removed_at_ms is not None:
        raise Refused("bad_state", f"{point.cp_id} was removed; it can be put on a site once a board registers it")
    sites.move(step, point, step.message.get("site_id"))


def _end_session(step: Step, point: ChargingPoint) -> None:
    """In the books, at its last sound reading; an engine that still runs it is told to stop."""
    session_id = _needed(step, "session_id")
    session = next((each for each in open_sessions(step, point.cp_id) if each.session_id == session_id), None)
    if session is None:
        raise Refused("unknown_session", f"{step.key} has no open session {session_id}")
    sessions.end_by_operator(step, point, session)


def _accept_held(step: Step, point: ChargingPoint) -> None:
    corrections.accept_held(step, point, _held(step))


def _drop_held(step: Step, _point: ChargingPoint) -> None:
    corrections.drop_held(step, _held(step))


def _held(step: Step) -> Session:
    session = step.rows.get(Session, _needed(step, "session_id"))
    if session is None or session.cp_id != step.key:
        raise Refused("unknown_session", f"{step.key} has no session {step.message['session_id']}")
    if session.held_wh == 0:
        raise Refused("bad_state", f"nothing is held of session {session.session_id}")
    return session


def _needed(step: Step, name: str) -> str:
    value = step.message.get(name)
    if value is None:
        raise Refused("missing_field", f"{name}: {step.message['action']} needs it")
    return value


ACTIONS: dict[str, Callable[[Step, ChargingPoint], None]] = {
    "stop": _stop,
    "resume": _resume,
    "price_change": _change_price,
    "limit": _limit,
    "reset": _reset,
    "maintenance": _maintain,
    "clear_fault": _clear_fault,
    "replace": _replace,
    "keep": _keep,
    "remove": _remove,
    "end_session": _end_session,
    "accept_held": _accept_held,
    "drop_held": _drop_held,
    "site": _put_on_site,
}
