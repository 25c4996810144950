"""Faults: a row for each, open until it is cleared. A fault by itself ends no session: the engine's completion does."""

from central.fold import point
from central.fold.step import Step
from central.model.rows import Fault, Refused

UNSPECIFIED = "unspecified"
# Boards name their faults from a short list; more names than this come from no board of ours.
MAX_FAULTS = 64


def handle_fault_notification_message(step: Step) -> None:
    """Raises Refused (`too_many_faults`)."""
    cp = point.of(step)
    name = step.message.get("fault") or UNSPECIFIED
    known = step.rows.find(Fault, cp_id=step.key)
    fault = next((each for each in known if each.fault == name), None)
    if fault is None:
        if len(known) >= MAX_FAULTS:
            raise Refused("too_many_faults", f"{step.key} has {MAX_FAULTS} kinds of fault; {name} would be one more")
        fault = Fault(step.key, name, "", step.at_ms)
    if fault.cleared_at_ms is not None:
        fault.since_ms, fault.cleared_at_ms = step.at_ms, None
    fault.info = step.message["failure_info"]
    step.rows.put(fault)
    point.settle(step, cp)


def handle_recovery_notification(step: Step) -> None:
    cp = point.of(step)
    clear(step, step.message.get("fault") or UNSPECIFIED)
    point.settle(step, cp)


def clear(step: Step, name: str) -> None:
    fault = step.rows.get(Fault, step.key, name)
    if fault is not None and fault.cleared_at_ms is None:
        fault.cleared_at_ms = step.at_ms
        step.rows.put(fault)


def handle_status_notification(step: Step) -> None:
    cp = point.of(step)
    cp.engine_state, cp.vehicle = step.message["state"], step.message["vehicle"]
    point.settle(step, cp)
