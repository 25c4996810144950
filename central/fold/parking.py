"""A key whose fold failed is parked: nothing more of it is folded, so its charge point is taken out of service."""

from wire.kinds import CP

from central.fold import commands
from central.fold.step import Step
from central.model.records import Incoming, Outgoing
from central.model.rows import ChargingPoint, Rows
from central.model.terms import Terms


def parked(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
    """`incoming`: the record that could not be folded. Ends a running charge and refuses starts, once the key parks.

    The operator's own stop is left as it is. Empty for a driver's key, and before a charge point registered.
    """
    return _send_service(rows, incoming, terms, "stop_service")


def unparked(rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
    """`incoming`: the last record that was folded late. Back in service, unless the operator stopped it."""
    return _send_service(rows, incoming, terms, "resume_service")


def _send_service(rows: Rows, incoming: Incoming, terms: Terms, kind: str) -> list[Outgoing]:
    step = Step(rows, incoming, terms)
    point = rows.get(ChargingPoint, incoming.key) if incoming.topic == CP else None
    if point is not None and not point.stopped:
        commands.send_service(step, point, kind)
        rows.put(point)
    return step.outgoing
