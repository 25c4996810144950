"""One record folded: deduplicated, held against who may say it, handled."""

from wire.kinds import CP

from central.fold import dedup, point
from central.fold.step import Step
from central.fold.table import HANDLERS
from central.fold.telemetry import note_seen
from central.model.rows import Incoming, Outgoing, Refused, Rows
from central.model.terms import Terms

# Records of who has no business at a key leave no row there either, so that nobody can fill a table with them.
_STRANGERS = frozenset({"not_bound", "unknown_charge_point"})


def apply(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
    """Fold a record that `admit` let through; what it makes the key say, in order. Nothing for one seen before.

    Raises Refused for a record that no table admits: it belongs in ev.dead, and what was put until then (its
    SeenWindow or SeenId, nothing else) stays. Any other exception is a fault of ours: drop what was put, park the key.
    """
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
        _note_line(step)
    return step.said


def _note_line(step: Step) -> None:
    """What a bound board says came on its line; what was said by hand did not, unless no board is bound."""
    if dedup.board_of(step.incoming) is not None or point.of(step).board is None:
        note_seen(step)
