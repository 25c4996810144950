"""A charge point's row: who may speak of it, its derived status, and the highest register told of its meter."""

from wire.kinds import BOARDS
from wire.kinds.log import KINDS

from central.fold.dedup import board_of
from central.fold.step import Step
from central.model.rows import ChargingPoint, Fault, Incoming, Refused
from central.model.states import Facts, status_of

# By hand (untagged, under a made-up id) anybody on the machine may report and clear faults; what runs and bills a
# charge comes from the bound boards alone.
_BY_HAND = frozenset({"fault_notification", "recovery_notification"})


def of(step: Step) -> ChargingPoint:
    """Raises Refused (`unknown_charge_point`) where none has registered under this key."""
    point = step.rows.get(ChargingPoint, step.key)
    if point is None:
        raise Refused("unknown_charge_point", f"no charge point {step.key} has registered")
    return point


def board_speaks(incoming: Incoming) -> bool:
    """Whether a board said this, its registration apart (which has rules of its own)."""
    name = incoming.message["type"]
    return name != "register_request" and any(speaker in BOARDS for speaker in KINDS[name].speakers)


def admit_speaker(step: Step) -> None:
    """Raises Refused (`not_bound`) where another board than the bound ones speaks for a charge point."""
    point = of(step)
    board = board_of(step.incoming)
    if board is None and (point.board is None or step.message["type"] in _BY_HAND):
        return
    if board is None or board not in (point.board, point.engine_board):
        raise Refused("not_bound", f"{step.key} is bound to {point.board or 'no board'}, not to {board}")


def settle(step: Step, point: ChargingPoint) -> None:
    """Derive the status and put the row: the last thing a handler does that changed a fact."""
    faults = step.rows.find(Fault, cp_id=point.cp_id, cleared_at_ms=None)
    facts = Facts(point.link_id is not None, point.silent, bool(faults), point.session_id is not None, point.stopped)
    point.status = status_of(facts)
    step.rows.put(point)


def note_register(point: ChargingPoint, meter_id: str, register_wh: int, *, is_fitted: bool) -> None:
    """Raise the register Central knows of a meter. `is_fitted`: the board says that this is its meter now."""
    if meter_id == point.meter_id:
        point.register_wh = max(point.register_wh, register_wh)
    elif is_fitted or point.meter_id is None:
        point.meter_id, point.register_wh = meter_id, register_wh
