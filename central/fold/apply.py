"""Folds one record: deduplicates it, checks that its board may say it, calls its handler."""

from wire.kinds import CP

from central.fold import alarms, charge_point, dedup, orders, owners, registration
from central.fold.step import Step
from central.fold.table import HANDLERS
from central.fold.telemetry import note_seen
from central.model.alarms import NUMBERS_LOST, TWO_CONTENTS, text_of
from central.model.records import Incoming, Outgoing, Refused
from central.model.rows import ChargingPoint, Rows
from central.model.terms import Terms

# Refusals that leave no SeenWindow or SeenId, so that strangers cannot fill a table.
_STRANGERS = frozenset({"not_bound", "unknown_charge_point"})


def apply(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
    """Fold an admitted record and return the messages that it emits, in order; none for a duplicate.

    Raises Refused for a record that no table admits: it belongs in ev.dead, and what was put until then (its
    SeenWindow or SeenId, nothing else) stays. Any other exception is a mistake of ours: the caller discards what was
    put and parks the key.
    """
    if incoming.problem is not None:
        if _is_new(rows, incoming):
            raise Refused(incoming.problem.reason, incoming.problem.text)
        return []
    handler = HANDLERS.get((incoming.topic, incoming.message["type"]))
    if handler is None:
        raise Refused("wrong_topic", f"{incoming.message['type']} is not folded from {incoming.topic}")
    lookup = dedup.look_up(rows, incoming)
    if lookup.duplicate and not registration.is_judged_anew(rows, incoming):
        return []
    step = Step(rows, incoming, terms)
    from_board = incoming.topic == CP and charge_point.is_from_board(incoming)
    try:
        if from_board:
            charge_point.check_board(step)
        handler(step)
    except Refused as refused:
        if lookup.row is not None and (lookup.known or refused.code not in _STRANGERS):
            rows.put(lookup.row)
        raise
    if lookup.row is not None:
        rows.put(lookup.row)
    if from_board or incoming.message["type"] == "register_request":
        _note_board(step, lookup)
    return step.outgoing


def _is_new(rows: Rows, incoming: Incoming) -> bool:
    """Whether an unreadable record is new. Notes the n of a bound board. Raises Refused as `dedup.look_up` does."""
    lookup = dedup.look_up(rows, incoming)
    point = rows.get(ChargingPoint, incoming.key)
    if point is not None and lookup.row is not None and dedup.board_of(incoming) in (point.board, point.engine_board):
        rows.put(lookup.row)
    return not lookup.duplicate


def _note_board(step: Step, lookup: dedup.Lookup) -> None:
    """Effects that any record of a bound board has: a sign of life, its epoch, alarms about its numbers."""
    point = step.rows.get(ChargingPoint, step.key)
    if point is None:
        return
    board = dedup.board_of(step.incoming)
    # What was said by hand did not come on a board's line, unless no board is bound.
    if board is not None or point.board is None:
        note_seen(step)
    if board is not None and board in (point.board, point.engine_board):
        if owners.note_epoch(step, point, lookup):
            charge_point.settle(step, point)
        orders.note_word(step, point)
        _record_alarms(step, lookup)


def _record_alarms(step: Step, lookup: dedup.Lookup) -> None:
    epoch = step.message["message_id"].rpartition(".")[0]
    if lookup.lost is not None:
        first, last = lookup.lost
        text = text_of(NUMBERS_LOST, first=first, last=last, epoch=epoch)
        alarms.record(step, NUMBERS_LOST, f"{epoch}.{first}", text)
    if lookup.other_content:
        message_id = step.message["message_id"]
        text = text_of(TWO_CONTENTS, message_id=message_id, kind=step.message["type"])
        alarms.record(step, TWO_CONTENTS, message_id, text)
