"""What its owner no longer has, Central does not keep.

The engine runs a session, and Central follows. An engine that was swapped, or whose flash was wiped, knows nothing of
what its predecessor ran: waiting for its word would keep the charge point busy and the driver locked out for a day. So
another engine board, or an epoch of the engine's board that was never seen at this key, closes what was running, at its
last sound reading, at once; the first word of a new epoch spares the session that it names. A status that names no
session does so after a while, since it may have overtaken the completion.
"""

from central.fold import deadlines, sessions
from central.fold.clock import stamp
from central.fold.dedup import Lookup, board_of, epoch_of, numbered_of
from central.fold.endings import unnamed_deadline
from central.fold.running import is_taken, open_sessions
from central.fold.step import Step
from central.model.rows import ChargingPoint, Fault, SeenWindow, Session

# States in which an engine runs nothing.
_WITHOUT_SESSION = frozenset({"booting", "safe", "idle", "faulted"})


def engine_of(point: ChargingPoint) -> str | None:
    """The board of the engine; on one board, that board."""
    return point.engine_board or point.board


def engine_named(step: Step) -> str | None:
    """The board that a registration names as the engine's; None where it names none. On one board it is that board,
    which says its own epoch.
    """
    told: str | None = step.message.get("engine_board")
    if told is None and step.message.get("engine_epoch") == epoch_of(step.incoming):
        return board_of(step.incoming)
    return told


def is_engine_kept(step: Step, point: ChargingPoint) -> bool:
    """Whether a board that takes the place of another stands in front of the same engine, or knows of none yet. An
    engine of which nothing was ever heard is nobody's to keep.
    """
    named, epoch = engine_named(step), step.message.get("engine_epoch")
    if named is None:
        return point.engine_board is not None and step.message.get("meter_id") in (None, point.meter_id)
    is_known = epoch in (None, point.engine_epoch) or _is_earlier(step, point, epoch)
    return named == engine_of(point) and point.engine_epoch is not None and is_known


def note_epoch(step: Step, point: ChargingPoint, lookup: Lookup) -> bool:
    """A bound board spoke. The first word of an epoch: it forgot what it ran and what it reported.

    True where that changes the charge point, which the caller puts.
    """
    numbered = numbered_of(step.incoming)
    if numbered is None:
        return False
    board, epoch, _ = numbered
    if not lookup.known:
        _clear_faults_of(step, board, epoch)
    if board == engine_of(point):
        return note_engine_epoch(step, point, epoch, spared=step.message.get("session_id")) or not lookup.known
    return not lookup.known


def note_engine_epoch(step: Step, point: ChargingPoint, epoch: str, spared: str | None = None) -> bool:
    """`epoch`: as the engine or its monitor says it. False where it is the known one or an earlier."""
    if point.engine_epoch == epoch or _is_earlier(step, point, epoch):
        return False
    if point.engine_epoch is not None:
        close_running(step, point, spared)
    point.engine_epoch = epoch
    return True


def _is_earlier(step: Step, point: ChargingPoint, epoch: str) -> bool:
    """An epoch that was never seen here is no earlier one."""
    row = step.rows.get(SeenWindow, step.key, engine_of(point), epoch)
    newest = step.rows.get(SeenWindow, step.key, engine_of(point), point.engine_epoch)
    return row is not None and point.engine_epoch is not None and (newest is None or row.rank < newest.rank)


def close_running(step: Step, point: ChargingPoint, spared: str | None = None) -> None:
    """All that an engine was running is lost, but not a start that it has not answered yet."""
    for session in open_sessions(step, point.cp_id):
        if session.session_id != spared and is_taken(step, session):
            sessions.lose(step, point, session)


def note_status(step: Step, point: ChargingPoint) -> None:
    """A status_notification, which names the session that runs, if any."""
    named: str | None = step.message.get("session_id")
    session = None if point.session_id is None else step.rows.get(Session, point.session_id)
    if session is None or not is_taken(step, session):
        return
    if named == session.session_id:
        deadlines.disarm(step, unnamed_deadline(session.session_id))
    elif named is None and step.message["state"] in _WITHOUT_SESSION and _is_after_its_word(step, session):
        deadlines.arm_once(step, unnamed_deadline(session.session_id), step.at_ms + step.terms.unnamed_for_ms)


def handle_deadline(step: Step, session_id: str) -> None:
    """`unnamed:<session_id>`: its engine has said that it runs nothing, and no word about it came since."""
    session = step.rows.get(Session, session_id)
    point = step.rows.get(ChargingPoint, step.key)
    if session is not None and point is not None and session in open_sessions(step, point.cp_id):
        sessions.lose(step, point, session)


def _is_after_its_word(step: Step, session: Session) -> bool:
    last_ms = max(session.started_at_ms or session.requested_at_ms, session.last_checkpoint_at_ms or 0)
    return stamp(step.message, 0, step.at_ms).at_ms > last_ms


def _clear_faults_of(step: Step, board: str, epoch: str) -> None:
    """What it reported in an earlier epoch; it will report anew what still holds."""
    for fault in step.rows.find(Fault, cp_id=step.key, cleared_at_ms=None):
        if fault.set_by is not None and fault.set_by.split(".")[0] == board and fault.set_by.split(".")[1] != epoch:
            fault.cleared_at_ms = step.at_ms
            step.rows.put(fault)
