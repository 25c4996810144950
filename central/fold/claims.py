"""A claimed charge at its charge point: admitted, or refused with a reason that goes back to the driver."""

from collections.abc import Callable
from dataclasses import dataclass

from central.fold import owners, sessions
from central.fold.step import Step
from central.model.records import Message, Refused
from central.model.rows import ChargingPoint, Session
from central.money.formats import price_e4
from central.money.order import limit_wh, order_of
from central.money.price_per_kwh import PricePerKwh
from central.money.tariff import tariff_of, text_of


@dataclass(frozen=True)
class Asked:
    """What a refusal is decided on. `limit_wh`: the least of what the limits allow, None without one.

    `is_old`: it was asked so long ago that nobody stands at the car any more.
    """

    point: ChargingPoint
    shown_e4: int | None
    limit_wh: int | None
    is_old: bool


# The first that holds is the reason.
REFUSALS: tuple[tuple[str, Callable[[Asked], bool]], ...] = (
    ("expired", lambda asked: asked.is_old),
    ("offline", lambda asked: asked.point.status == "DISCONNECTED"),
    ("faulty", lambda asked: asked.point.status == "FAULTY"),
    ("out_of_service", lambda asked: asked.point.stopped),
    ("busy", lambda asked: asked.point.session_id is not None),
    ("price_changed", lambda asked: asked.shown_e4 is not None and asked.point.price_e4 > asked.shown_e4),
    ("limit_too_small", lambda asked: asked.limit_wh == 0),
)


def handle_charge_claimed(step: Step) -> None:
    """Raises Refused (`bad_state`) where the session exists."""
    message = step.message
    if step.rows.get(Session, message["session_id"]) is not None:
        raise Refused("bad_state", f"session {message['session_id']} exists already")
    point = step.rows.get(ChargingPoint, step.key)
    if point is None:
        _send_back(step, "unknown_charge_point")
        return
    session = _session_of(step, point)
    asked = Asked(point, _shown_e4(message), limit_wh(order_of(session), tariff_of(session.tariff)), _is_old(step))
    session.reason = next((reason for reason, holds in REFUSALS if holds(asked)), None)
    sessions.transition(step, point, session, "admitted" if session.reason is None else "refused")


def _send_back(step: Step, reason: str) -> None:
    """Release the claim without a session: there is no charge point to which one could belong."""
    message = step.message
    fields = {name: message[name] for name in ("driver_id", "session_id", "cp_id")}
    step.emit("claim_released", {**fields, "outcome": "refused", "reason": reason}, message["session_id"])


def _session_of(step: Step, point: ChargingPoint) -> Session:
    message = step.message
    return Session(
        session_id=message["session_id"],
        cp_id=step.key,
        driver_id=message["driver_id"],
        request_id=message["request_id"],
        tariff=text_of(PricePerKwh(step.terms.currency, point.price_e4)),
        requested_at_ms=step.at_ms,
        max_energy_wh=message.get("max_energy_wh"),
        engine_board=owners.engine_of(point),
        max_duration_s=message.get("max_duration_s"),
        max_cost_minor=message.get("max_cost_minor"),
    )


def _is_old(step: Step) -> bool:
    """By the two records' times; partitions have clocks of their own, so less than nothing counts as nothing."""
    asked_at_ms: int = step.message.get("requested_at_ms", step.at_ms)
    return step.at_ms - asked_at_ms > step.terms.request_ttl_ms


def _shown_e4(message: Message) -> int | None:
    shown = message.get("price_per_kwh")
    return None if shown is None else price_e4(shown)
