"""A charge point's row: which boards may send records about it, its derived status, and its meter's register."""

from wire.kinds import BOARDS
from wire.kinds.log import KINDS

from central.fold import holding
from central.fold.dedup import board_of
from central.fold.step import Step
from central.model.records import Incoming, Refused
from central.model.rows import ChargingPoint, Fault, Meter, Session
from central.model.states import Facts, status_of

# By hand (untagged, under a made-up id) anybody on the machine may report and clear faults; what runs and bills a
# charge comes from the bound boards alone.
READINGS = frozenset({"charge_started", "meter_checkpoint", "charge_completion"})
_BY_HAND = frozenset({"fault_notification", "recovery_notification"})


def of(step: Step) -> ChargingPoint:
    """Raises Refused (`unknown_charge_point`) where none has registered under this key."""
    point = step.rows.get(ChargingPoint, step.key)
    if point is None:
        raise Refused("unknown_charge_point", f"no charge point {step.key} has registered")
    return point


def is_from_board(incoming: Incoming) -> bool:
    """Whether this kind of record comes from boards. Registrations have rules of their own and do not count."""
    name = incoming.message["type"]
    return name != "register_request" and any(speaker in BOARDS for speaker in KINDS[name].speakers)


def check_board(step: Step) -> None:
    """Raises Refused (`not_bound`) for a record of a board that is not bound to the charge point."""
    point = of(step)
    board = board_of(step.incoming)
    if board is None and (point.board is None or step.message["type"] in _BY_HAND):
        return
    if board is not None and (board in (point.board, point.engine_board) or _had_session(step, board)):
        return
    raise Refused("not_bound", f"{step.key} is bound to {point.board or 'no board'}, not to {board}")


def _had_session(step: Step, board: str) -> bool:
    """A board that was replaced may still tell of the sessions that were opened while it was bound."""
    session_id = step.message.get("session_id") if step.message["type"] in READINGS else None
    session = None if session_id is None else step.rows.get(Session, session_id)
    return session is not None and session.engine_board == board


def settle(step: Step, point: ChargingPoint) -> None:
    """Derive the status and put the row: the last thing a handler does that changed a fact."""
    faults = step.rows.find(Fault, cp_id=point.cp_id, cleared_at_ms=None)
    facts = Facts(point.link_id is not None, point.silent, bool(faults), point.session_id is not None, point.stopped)
    before, point.status = point.status, status_of(facts)
    step.rows.put(point)
    holding.note_status(step, point, before)


def fit_meter(point: ChargingPoint, meter: Meter, *, is_fitted: bool) -> None:
    """The register that boards are told is the highest sound one. `is_fitted`: the board says this is its meter now."""
    if is_fitted or point.meter_id == meter.meter_id:
        point.meter_id, point.register_wh = meter.meter_id, meter.sound_wh
