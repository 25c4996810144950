"""A board says which charge point it is: the first binds it, and another is refused until the operator says replace."""

from central.fold import commands, point, sessions
from central.fold.dedup import board_of
from central.fold.step import Step
from central.model.rows import ChargingPoint, Fault, Message, Refused
from central.money.formats import price_e4


def handle_register_message(step: Step) -> None:
    """Raises Refused (`not_bound`). Who holds the link is told by link_up."""
    board = board_of(step.incoming)
    cp = step.rows.get(ChargingPoint, step.key)
    if cp is None:
        cp = _first(step)
    elif not may_speak(cp, board) and not (cp.replaceable and board is not None):
        raise Refused("not_bound", f"{step.key} is bound to {cp.board}, not to {board or 'no board'}")
    if cp.board not in (None, board):
        _dismiss(step, cp)
    cp.board = board
    _adopt(cp, step.message)
    cp.registered_at_ms = step.at_ms
    point.settle(step, cp)


def may_speak(cp: ChargingPoint, board: str | None) -> bool:
    return cp.board is None or cp.board == board


def _first(step: Step) -> ChargingPoint:
    """The board's price counts at the first registration only; afterwards the operator's does."""
    return ChargingPoint(step.key, price_e4=price_e4(step.message["price_per_kwh"]))


def _adopt(cp: ChargingPoint, message: Message) -> None:
    cp.location = message["location"]
    cp.engine_board = message.get("engine_board")
    cp.rated_current_ma = message.get("rated_current_ma", cp.rated_current_ma)
    if message.get("meter_id") is not None:
        point.note_register(cp, message["meter_id"], message.get("register_wh") or 0, is_fitted=True)


def _dismiss(step: Step, cp: ChargingPoint) -> None:
    """The board before it is gone by the operator's word: nothing more is heard of what it ran or reported."""
    for session in sessions.open_sessions(step, cp):
        sessions.lose(step, cp, session)
    commands.drop_unanswered(step, cp)
    for fault in step.rows.find(Fault, cp_id=cp.cp_id, cleared_at_ms=None):
        fault.cleared_at_ms = step.at_ms
        step.rows.put(fault)
    cp.replaceable = False
    cp.link_id = None
    cp.engine_state, cp.vehicle = None, "unknown"
    cp.meter_id, cp.register_wh = None, 0
    cp.rated_current_ma = None
    cp.service_seq = None
