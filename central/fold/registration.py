"""A board says which charge point it is: the first binds it, and another is refused until the operator says replace."""

from central.fold import alarms, charge_point, commands, deadlines, faults, owners, readings, sessions
from central.fold.dedup import board_of, numbered_of
from central.fold.origin import is_stale, setter_of
from central.fold.running import open_sessions
from central.fold.step import Step
from central.model.alarms import SEQ_FAR_AHEAD, text_of
from central.model.records import Incoming, Refused
from central.model.rows import ChargingPoint, Fault, Rows
from central.money.formats import price_e4

SEQ_LEAP_MAX = 1_000_000  # how far a board's last seq may lie above Central's and be followed


def handle_register_message(step: Step) -> None:
    """Raises Refused (`not_bound`). Who holds the link is told by link_up.

    One without a number (its journal was full) sets nothing of a charge point that its board has already: it is sent
    again with one, once there is room. But it binds like any other, or that journal would stay full for ever.
    """
    board = board_of(step.incoming)
    point = step.rows.get(ChargingPoint, step.key)
    if point is not None and not may_speak(point, board) and not (point.replaceable and board is not None):
        raise Refused("not_bound", f"{step.key} is bound to {point.board}, not to {board or 'no board'}")
    if point is not None and point.board is not None and point.board == board and numbered_of(step.incoming) is None:
        readings.note_registered(step, point, is_fitted=False)
        return
    if point is None:
        point = _first(step)
    if is_stale(step.rows, step.incoming, point.registered_by):
        readings.note_registered(step, point, is_fitted=False)
        return
    if point.board is not None and point.board != board:
        _change_board(step, point)
    point.board = board
    _adopt(step, point)
    point.registered_at_ms, point.registered_by = step.at_ms, setter_of(step.incoming)
    point.removed_at_ms = None
    charge_point.settle(step, point)


def is_judged_anew(rows: Rows, incoming: Incoming) -> bool:
    """Whether a registration that was folded before binds now: since then its board lost the charge point, or was never
    let in, and the operator has made room. A board says the same one until it is accepted.
    """
    board = board_of(incoming) if incoming.message["type"] == "register_request" else None
    point = None if board is None else rows.get(ChargingPoint, incoming.key)
    return point is not None and point.board != board and (point.board is None or point.replaceable)


def may_speak(point: ChargingPoint, board: str | None) -> bool:
    return point.board is None or point.board == board


def _first(step: Step) -> ChargingPoint:
    """The board's price counts at the first registration only; afterwards the operator's does."""
    return ChargingPoint(step.key, price_e4=price_e4(step.message["price_per_kwh"]))


def _adopt(step: Step, point: ChargingPoint) -> None:
    message = step.message
    point.location = message["location"]
    point.rated_current_ma = message.get("rated_current_ma", point.rated_current_ma)
    _adopt_engine(step, point)
    readings.note_registered(step, point, is_fitted=True)
    if message.get("last_seq") is not None:
        _follow_seq(step, point, message["last_seq"])


def _adopt_engine(step: Step, point: ChargingPoint) -> None:
    """A registration that names no engine changes none: a monitor that is new has not met it yet."""
    engine = owners.engine_named(step)
    if engine is not None and engine != owners.engine_of(point):
        if point.engine_board is not None:
            owners.close_running(step, point)
        point.engine_board = None if engine == point.board else engine
        point.engine_epoch = None
    epoch = step.message.get("engine_epoch")
    if epoch is not None and owners.engine_of(point) is not None:
        owners.note_engine_epoch(step, point, epoch)


def _follow_seq(step: Step, point: ChargingPoint, last_seq: int) -> None:
    """The engine takes no command at or below its last; Central goes on from the higher."""
    if last_seq <= point.seq:
        return
    if last_seq - point.seq > SEQ_LEAP_MAX:
        text = text_of(SEQ_FAR_AHEAD, told=last_seq, known=point.seq)
        alarms.record(step, SEQ_FAR_AHEAD, str(point.engine_board or point.board), text)
        return
    point.seq = last_seq
    commands.repeat_orders_anew(step, point)


def _change_board(step: Step, point: ChargingPoint) -> None:
    """Another board takes the place, by the operator's word. Of a new monitor in front of the engine that was there, or
    that has not met its engine yet, only what was its predecessor's goes: the engine charges on.
    """
    if not owners.is_engine_kept(step, point):
        dismiss(step, point)
        return
    for fault in step.rows.find(Fault, cp_id=point.cp_id, cleared_at_ms=None):
        if fault.set_by is not None and fault.set_by.split(".")[0] == point.board:
            faults.end(step, fault)
    _unbind(step, point)


def dismiss(step: Step, point: ChargingPoint) -> None:
    """The board before it is gone by the operator's word: nothing more is heard of what it reported.

    What it still tells of the sessions that it ran counts (`point.check_board`).
    """
    for session in open_sessions(step, point.cp_id):
        sessions.lose(step, point, session)
    commands.drop_unanswered(step, point)
    for fault in step.rows.find(Fault, cp_id=point.cp_id, cleared_at_ms=None):
        faults.end(step, fault)
    _unbind(step, point)
    point.engine_board = point.engine_epoch = None
    point.engine_state, point.vehicle = None, "unknown"
    point.meter_id, point.register_wh = None, 0
    point.rated_current_ma = None
    point.service_seq = None


def _unbind(step: Step, point: ChargingPoint) -> None:
    deadlines.disarm(step, replace_deadline(point.cp_id))
    point.board = point.registered_by = point.state_set_by = None
    point.replaceable = False
    point.link_id = None


def replace_deadline(cp_id: str) -> str:
    return f"replace:{cp_id}"


def handle_replace_deadline(step: Step, cp_id: str) -> None:
    """`replace:<cp_id>`: no other board came, and a stranger must not take the place months later."""
    point = charge_point.of(step)
    assert point.cp_id == cp_id
    point.replaceable = False
    step.rows.put(point)
