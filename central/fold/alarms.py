"""Alarms for the operator: a row for each, and a line in the worker's log when it is new."""

from central.fold.step import Step
from central.model.rows import Alarm


def record(step: Step, alarm: str, subject: str, text: str) -> None:
    """Record an alarm. `subject`: what it is about, such as a board's epoch; alarm and subject together are one row."""
    known = step.rows.get(Alarm, step.key, alarm, subject)
    if known is None or known.text != text:
        step.rows.put(Alarm(step.key, alarm, subject, text, step.at_ms))
