"""One record folded: deduplicated, held against who may say it, handled."""

from wire.kinds import CP

from central.fold import alarms, dedup, owners, point
from central.fold.step import Step
from central.fold.table import HANDLERS
from central.fold.telemetry import note_seen
from central.model.records import Incoming, Outgoing, Refused
from central.model.rows import ChargingPoint, Rows
from central.model.terms import Terms

# Records of who has no business at a key leave no row there either, so that nobody can fill a table with them.
_STRANGERS = frozenset({"not_bound", "unknown_charge_point"})


def apply(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
    """Fold a record that `admit` let through; what it makes the key say, in order. Nothing for one seen before.

    Raises Refused for a record that no table admits: it belongs in ev.dead, and what was put until then (its
    SeenWindow or SeenId, nothing else) stays. Any other exception is a fault of ours: drop what was put, park the key.
    """
    if incoming.problem is not None:
        if _is_news(rows, incoming):
            raise Refused(incoming.problem.reason, incoming.problem.text)
        return []
    handler = HANDLERS.get((incoming.topic, incoming.message["type"]))
    if handler is None:
        raise Refused("wrong_topic", f"{incoming.message['type']} is not folded from {incoming.topic}")
    look = dedup.look(rows, incoming)
    if look.duplicate:
        return []
    step = Step(rows, incoming, terms)
    from_board = incoming.topic == CP and point.board_speaks(incoming)
    try:
        if from_board:
            point.admit_speaker(step)
        handler(step)
    except Refused as refused:
        if look.row is not None and (look.known or refused.code not in _STRANGERS):
            rows.put(look.row)
        raise
    if look.row is not None:
        rows.put(look.row)
    if from_board or incoming.message["type"] == "register_request":
        _note_board(step, look)
    return step.said


def _is_news(rows: Rows, incoming: Incoming) -> bool:
    """Counts the number of a word that cannot be read, if it is a bound board's. Raises Refused as `dedup.look`."""
    look = dedup.look(rows, incoming)
    cp = rows.get(ChargingPoint, incoming.key)
    if cp is not None and look.row is not None and dedup.board_of(incoming) in (cp.board, cp.engine_board):
        rows.put(look.row)
    return not look.duplicate


def _note_board(step: Step, look: dedup.Look) -> None:
    """What follows from that a bound board spoke at all, whatever it said."""
    cp = step.rows.get(ChargingPoint, step.key)
    if cp is None:
        return
    board = dedup.board_of(step.incoming)
    # What was said by hand did not come on a board's line, unless no board is bound.
    if board is not None or cp.board is None:
        note_seen(step)
    if board is not None and board in (cp.board, cp.engine_board):
        if owners.note_epoch(step, cp, look):
            point.settle(step, cp)
        _sound_alarms(step, look)


def _sound_alarms(step: Step, look: dedup.Look) -> None:
    epoch = step.message["message_id"].rpartition(".")[0]
    if look.lost is not None:
        first, last = look.lost
        alarms.sound(step, alarms.NUMBERS_LOST, f"{epoch}.{first}", f"the log has lost {first} to {last} of {epoch}")
    if look.other_content:
        text = f"{step.message['message_id']} said two things; the newer one, {step.message['type']}, was folded"
        alarms.sound(step, alarms.TWO_CONTENTS, step.message["message_id"], text)
