"""What is said of a key whose fold failed: the charge point of a parked key is taken out of service until it is freed.

That the records of a parked key wait, and are folded where `key_unparked` stands, is the worker's doing.
"""

from wire.kinds import CP

from central.fold import commands
from central.fold.step import Step
from central.model.rows import ChargingPoint


def handle_key_parked(step: Step) -> None:
    """Ends a running charge and refuses starts. The operator's own stop is left as it is."""
    _send_service(step, "stop_service")


def handle_key_unparked(step: Step) -> None:
    """All that waited is folded. Back in service, unless the operator stopped it."""
    _send_service(step, "resume_service")


def handle_terms(step: Step) -> None:
    """The worker has put them beside its partition's offset; nothing else follows from it."""


def _send_service(step: Step, kind: str) -> None:
    """Nothing for a driver's key, nor before a charge point has registered."""
    point = step.rows.get(ChargingPoint, step.key) if step.incoming.topic == CP else None
    if point is not None and not point.stopped:
        commands.send_service(step, point, kind)
        step.rows.put(point)
