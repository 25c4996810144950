"""A board says which charge point it is: the first binds it, and another is refused until the operator says replace."""

from central.fold import alarms, commands, deadlines, meters, owners, point, sessions
from central.fold.clock import stamp
from central.fold.dedup import board_of, numbered_of
from central.fold.origin import is_stale, setter_of
from central.fold.running import open_sessions
from central.fold.step import Step
from central.model.records import Message, Refused
from central.model.rows import ChargingPoint, Fault, Meter
from central.money.formats import price_e4

SEQ_LEAP_MAX = 1_000_000  # how far a board's last seq may lie above Central's and be followed


def handle_register_message(step: Step) -> None:
    """Raises Refused (`not_bound`). Who holds the link is told by link_up.

    One without a number (its journal was full) sets nothing: it is said again with one, once there is room.
    """
    board = board_of(step.incoming)
    cp = step.rows.get(ChargingPoint, step.key)
    if cp is not None and not may_speak(cp, board) and not (cp.replaceable and board is not None):
        raise Refused("not_bound", f"{step.key} is bound to {cp.board}, not to {board or 'no board'}")
    if board is not None and numbered_of(step.incoming) is None:
        return
    if cp is None:
        cp = _first(step)
    if is_stale(step.rows, step.incoming, cp.registered_by):
        return
    if cp.board not in (None, board):
        dismiss(step, cp)
    cp.board = board
    _adopt(step, cp)
    cp.registered_at_ms, cp.registered_by = step.at_ms, setter_of(step.incoming)
    cp.removed_at_ms = None
    point.settle(step, cp)


def may_speak(cp: ChargingPoint, board: str | None) -> bool:
    return cp.board is None or cp.board == board


def _first(step: Step) -> ChargingPoint:
    """The board's price counts at the first registration only; afterwards the operator's does."""
    return ChargingPoint(step.key, price_e4=price_e4(step.message["price_per_kwh"]))


def _adopt(step: Step, cp: ChargingPoint) -> None:
    message = step.message
    cp.location = message["location"]
    cp.rated_current_ma = message.get("rated_current_ma", cp.rated_current_ma)
    _adopt_engine(step, cp, message.get("engine_board"))
    if message.get("meter_id") is not None:
        _note_register(step, cp, message)
    if message.get("last_seq") is not None:
        _follow_seq(step, cp, message["last_seq"])


def _adopt_engine(step: Step, cp: ChargingPoint, engine_board: str | None) -> None:
    """A registration that names no engine changes none: a monitor that is new has not met it yet."""
    if engine_board is not None and engine_board != cp.engine_board:
        if cp.engine_board is not None:
            owners.close_running(step, cp)
        cp.engine_board, cp.engine_epoch = engine_board, None
    epoch = step.message.get("engine_epoch")
    if epoch is not None and owners.engine_of(cp) is not None:
        owners.note_engine_epoch(step, cp, epoch)


def _note_register(step: Step, cp: ChargingPoint, message: Message) -> None:
    """What a board knows of its meter at boot. A lower one was wiped, and takes Central's figure from the answer."""
    at = stamp(message, 0, step.at_ms)
    told = meters.Told(message.get("register_wh") or 0, at.at_ms, step.at_ms, message.get("occurred_at_ms"))
    meter = step.rows.get(Meter, cp.cp_id, message["meter_id"])
    if meter is None:
        meter = meters.opened(cp.cp_id, message["meter_id"], told)
    else:
        limit = meters.Limit(cp.rated_current_ma, step.terms.plant_speed)
        verdict = meters.judged(meter, told, limit)
        if verdict == "rise":
            meters.raise_to(meter, told)
        elif verdict == "implausible":
            text = f"meter {meter.meter_id} told {told.register_wh} Wh after {meter.register_wh} Wh"
            alarms.sound(step, alarms.IMPLAUSIBLE_REGISTER, meter.meter_id, text)
    step.rows.put(meter)
    point.fit_meter(cp, meter, is_fitted=True)


def _follow_seq(step: Step, cp: ChargingPoint, last_seq: int) -> None:
    """The engine takes no command at or below its last; Central goes on from the higher."""
    if last_seq <= cp.seq:
        return
    if last_seq - cp.seq > SEQ_LEAP_MAX:
        text = f"the engine says that its last command was {last_seq}; Central's was {cp.seq}, and it does not follow"
        alarms.sound(step, alarms.SEQ_FAR_AHEAD, str(cp.engine_board or cp.board), text)
        return
    cp.seq = last_seq
    commands.repeat_stops_anew(step, cp)


def dismiss(step: Step, cp: ChargingPoint) -> None:
    """The board before it is gone by the operator's word: nothing more is heard of what it reported.

    What it still tells of the sessions that it ran counts (`point.admit_speaker`).
    """
    for session in open_sessions(step, cp.cp_id):
        sessions.lose(step, cp, session)
    commands.drop_unanswered(step, cp)
    for fault in step.rows.find(Fault, cp_id=cp.cp_id, cleared_at_ms=None):
        fault.cleared_at_ms = step.at_ms
        step.rows.put(fault)
    deadlines.disarm(step, replace_deadline(cp.cp_id))
    cp.board = cp.engine_board = cp.engine_epoch = cp.registered_by = None
    cp.replaceable = False
    cp.link_id = None
    cp.engine_state, cp.vehicle, cp.state_set_by = None, "unknown", None
    cp.meter_id, cp.register_wh = None, 0
    cp.rated_current_ma = None
    cp.service_seq = None


def replace_deadline(cp_id: str) -> str:
    return f"replace:{cp_id}"


def handle_replace_deadline(step: Step, cp_id: str) -> None:
    """`replace:<cp_id>`: no other board came, and a stranger must not take the place months later."""
    cp = point.of(step)
    assert cp.cp_id == cp_id
    cp.replaceable = False
    step.rows.put(cp)
