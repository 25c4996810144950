"""Faults: a row for each, open until it is cleared. A fault by itself ends no session: the engine's completion does."""

from central.fold import charge_point, owners
from central.fold.origin import is_stale, setter_of
from central.fold.step import Step
from central.model.records import Refused
from central.model.rows import Fault
from central.model.states import UNSPECIFIED

# Boards name their faults from a short list; more names than this come from no board of ours.
MAX_FAULTS = 64


def handle_fault_notification_message(step: Step) -> None:
    """Raises Refused (`too_many_faults`)."""
    point = charge_point.of(step)
    fault = _told_of(step)
    if fault is None:
        return
    if fault.cleared_at_ms is not None:
        fault.since_ms, fault.cleared_at_ms = step.at_ms, None
    fault.info = step.message["failure_info"]
    step.rows.put(fault)
    charge_point.settle(step, point)


def handle_recovery_notification(step: Step) -> None:
    """A recovery before its fault leaves a row, or the fault would stay open for ever.

    Raises Refused (`too_many_faults`).
    """
    point = charge_point.of(step)
    fault = _told_of(step)
    if fault is None:
        return
    if fault.cleared_at_ms is None:
        fault.cleared_at_ms = step.at_ms
    step.rows.put(fault)
    charge_point.settle(step, point)


def _told_of(step: Step) -> Fault | None:
    """The fault's row, marked as set by this message; None where a newer message has set it."""
    name = step.message.get("fault") or UNSPECIFIED
    known = step.rows.find(Fault, cp_id=step.key)
    fault = next((each for each in known if each.fault == name), None)
    if fault is None:
        if len(known) >= MAX_FAULTS:
            raise Refused("too_many_faults", f"{step.key} has {MAX_FAULTS} kinds of fault; {name} would be one more")
        fault = Fault(step.key, name, "", step.at_ms, cleared_at_ms=step.at_ms)
    elif is_stale(step.rows, step.incoming, fault.set_by):
        return None
    fault.set_by = setter_of(step.incoming)
    return fault


def clear(step: Step, name: str) -> bool:
    """Clear a fault. Returns False where no such fault is open."""
    fault = step.rows.get(Fault, step.key, name)
    if fault is None or fault.cleared_at_ms is not None:
        return False
    end(step, fault)
    return True


def end(step: Step, fault: Fault) -> None:
    fault.cleared_at_ms = step.at_ms
    step.rows.put(fault)


def handle_status_notification(step: Step) -> None:
    point = charge_point.of(step)
    if is_stale(step.rows, step.incoming, point.state_set_by):
        return
    point.engine_state, point.vehicle = step.message["state"], step.message["vehicle"]
    point.state_set_by = setter_of(step.incoming)
    owners.note_status(step, point)
    charge_point.settle(step, point)
