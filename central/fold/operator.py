"""What the operator says to a charge point."""

from collections.abc import Callable

from central.fold import commands, faults, point
from central.fold.step import Step
from central.model.rows import ChargingPoint, Refused
from central.money.formats import price_e4


def handle_operator_request(step: Step) -> None:
    """Raises Refused (`missing_field`) for a price_change without its price."""
    cp = point.of(step)
    ACTIONS[step.message["action"]](step, cp)
    point.settle(step, cp)


def _stop(step: Step, cp: ChargingPoint) -> None:
    cp.stopped = True
    commands.send_service(step, cp, "stop_service")


def _resume(step: Step, cp: ChargingPoint) -> None:
    cp.stopped = False
    commands.send_service(step, cp, "resume_service")


def _change_price(step: Step, cp: ChargingPoint) -> None:
    """Sessions keep the price they were authorized under."""
    price = step.message.get("price_per_kwh")
    if price is None:
        raise Refused("missing_field", "price_per_kwh: a price_change needs it")
    cp.price_e4 = price_e4(price)


def _reset(step: Step, cp: ChargingPoint) -> None:
    """Boards clear their own faults and say so; the one that was reported by hand nobody else would clear."""
    faults.clear(step, faults.UNSPECIFIED)
    commands.send(step, cp, "reset_fault")


def _replace(_step: Step, cp: ChargingPoint) -> None:
    """The bound board goes on until another registers, so that what it still has to tell is not lost before."""
    cp.replaceable = cp.board is not None


ACTIONS: dict[str, Callable[[Step, ChargingPoint], None]] = {
    "stop": _stop,
    "resume": _resume,
    "price_change": _change_price,
    "reset": _reset,
    "replace": _replace,
}
