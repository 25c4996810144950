"""What somebody should look at: a row for each, and a line in the worker's log when it is new."""

from central.fold.step import Step
from central.model.rows import Alarm

NUMBERS_LOST = "numbers_lost"
TWO_CONTENTS = "two_contents"
SEQ_FAR_AHEAD = "seq_far_ahead"
IMPLAUSIBLE_REGISTER = "implausible_register"


def sound(step: Step, alarm: str, subject: str, text: str) -> None:
    """`subject`: what it is about, such as a board's epoch; the same alarm about the same subject is one row."""
    known = step.rows.get(Alarm, step.key, alarm, subject)
    if known is None or known.text != text:
        step.rows.put(Alarm(step.key, alarm, subject, text, step.at_ms))
