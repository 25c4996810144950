"""The states at Central, each a table. The code walks them, the diagrams in docs are drawn from them, and a pair that
is not in a table is refused and leaves the row as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from central.model.records import Refused

# --- charge point: the first that holds is shown ---

DISCONNECTED = "DISCONNECTED"
FAULTY = "FAULTY"
CHARGING = "CHARGING"
STOPPED = "STOPPED"
ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class Facts:
    """What a charge point's status is derived from. `charging`: a session holds it, its relay closed or not yet."""

    linked: bool
    silent: bool
    faulty: bool
    charging: bool
    stopped: bool


STATUS_ORDER: tuple[tuple[str, Callable[[Facts], bool]], ...] = (
    (DISCONNECTED, lambda facts: not facts.linked or facts.silent),
    (FAULTY, lambda facts: facts.faulty),
    (CHARGING, lambda facts: facts.charging),
    (STOPPED, lambda facts: facts.stopped),
    (ACTIVE, lambda _: True),
)


def status_of(facts: Facts) -> str:
    return next(status for status, holds in STATUS_ORDER if holds(facts))


# --- fault ---

UNSPECIFIED = "unspecified"  # the name of a fault that came without one

# --- session ---

REQUESTED = "requested"
AUTHORIZED = "authorized"
IN_PROGRESS = "in_progress"
COMPLETED = "completed"
CANCELLED = "cancelled"
FAILED = "failed"
SESSION_STATES = (REQUESTED, AUTHORIZED, IN_PROGRESS, COMPLETED, CANCELLED, FAILED)
OPEN = (AUTHORIZED, IN_PROGRESS)
FINAL = (COMPLETED, CANCELLED, FAILED)

SessionEvent = Literal[
    "admitted",  # the charge point takes the claim
    "refused",  # it does not
    "started",  # the engine closed the relay
    "checkpoint",
    "completed",  # the engine's end of a session whose relay had closed
    "completed_unclosed",  # whose relay never closed
    "completed_fault_unclosed",  # because of a fault
    "start_refused",  # the engine will not run it
    "start_gone",  # a stop found no such session, and its start was never taken: the engine will not run it
    "stop_requested",
    "lost",  # nothing was heard of it for lost_after, or its board was replaced
]
SESSION_EVENTS: tuple[SessionEvent, ...] = (
    "admitted", "refused", "started", "checkpoint", "completed", "completed_unclosed", "completed_fault_unclosed",
    "start_refused", "start_gone", "stop_requested", "lost",
)  # fmt: skip

SessionAction = Literal[
    "authorize",  # copy the terms, tell the engine to start
    "refuse",
    "cancel",
    "begin",
    "record",  # a reading in mid-charge
    "bill",
    "end_unfed",  # it ended and no energy can have flowed
    "fail",
    "flag_stop",  # keep the driver's wish and tell the engine
    "bill_lost",  # by its last reading
    "late",  # the books are closed: what is told now is kept apart
    "nothing",
]

# Once start_charge has gone out, only the engine's word or `lost` ends `authorized`. A completion or a reading may
# overtake the start. What has flowed is billed: `in_progress` leads to `completed` and nowhere else.
SESSION: Mapping[tuple[str, SessionEvent], tuple[str, SessionAction]] = {
    (REQUESTED, "admitted"): (AUTHORIZED, "authorize"),
    (REQUESTED, "refused"): (FAILED, "refuse"),
    (REQUESTED, "stop_requested"): (CANCELLED, "cancel"),
    (AUTHORIZED, "started"): (IN_PROGRESS, "begin"),
    (AUTHORIZED, "checkpoint"): (IN_PROGRESS, "record"),
    (AUTHORIZED, "completed"): (COMPLETED, "bill"),
    (AUTHORIZED, "completed_unclosed"): (CANCELLED, "end_unfed"),
    (AUTHORIZED, "completed_fault_unclosed"): (FAILED, "end_unfed"),
    (AUTHORIZED, "start_refused"): (FAILED, "fail"),
    (AUTHORIZED, "start_gone"): (CANCELLED, "cancel"),
    (AUTHORIZED, "stop_requested"): (AUTHORIZED, "flag_stop"),
    (AUTHORIZED, "lost"): (FAILED, "fail"),
    (IN_PROGRESS, "started"): (IN_PROGRESS, "begin"),
    (IN_PROGRESS, "checkpoint"): (IN_PROGRESS, "record"),
    (IN_PROGRESS, "completed"): (COMPLETED, "bill"),
    (IN_PROGRESS, "completed_unclosed"): (COMPLETED, "bill"),
    (IN_PROGRESS, "completed_fault_unclosed"): (COMPLETED, "bill"),
    (IN_PROGRESS, "stop_requested"): (IN_PROGRESS, "flag_stop"),
    (IN_PROGRESS, "lost"): (COMPLETED, "bill_lost"),
    **{(state, "started"): (state, "late") for state in FINAL},
    **{(state, "checkpoint"): (state, "late") for state in FINAL},
    **{(state, "completed"): (state, "late") for state in FINAL},
    **{(state, "completed_unclosed"): (state, "late") for state in FINAL},
    **{(state, "completed_fault_unclosed"): (state, "late") for state in FINAL},
    **{(state, "stop_requested"): (state, "nothing") for state in FINAL},
    (CANCELLED, "start_refused"): (CANCELLED, "nothing"),
    (FAILED, "start_refused"): (FAILED, "nothing"),
}


def next_session_state(state: str, event: SessionEvent) -> tuple[str, SessionAction]:
    """Raises Refused (`bad_state`) for a pair that is not in the table."""
    edge = SESSION.get((state, event))
    if edge is None:
        raise Refused("bad_state", f"a session that is {state} admits no {event}")
    return edge


# --- command ---

SENT = "sent"
ACCEPTED = "accepted"
REFUSED = "refused"
EXPIRED = "expired"
COMMAND_STATES = (SENT, ACCEPTED, REFUSED, EXPIRED)

CommandEvent = Literal["accepted", "refused", "resend", "expire"]
COMMAND_EVENTS: tuple[CommandEvent, ...] = ("accepted", "refused", "resend", "expire")
CommandAction = Literal["answer", "send", "give_up", "nothing"]

# The engine repeats its answer to a command said again, so the first answer counts. An answer may come after Central
# gave up waiting: it was in the board's journal.
COMMAND: Mapping[tuple[str, CommandEvent], tuple[str, CommandAction]] = {
    (SENT, "accepted"): (ACCEPTED, "answer"),
    (SENT, "refused"): (REFUSED, "answer"),
    (SENT, "resend"): (SENT, "send"),
    (SENT, "expire"): (EXPIRED, "give_up"),
    (EXPIRED, "accepted"): (ACCEPTED, "answer"),
    (EXPIRED, "refused"): (REFUSED, "answer"),
    (ACCEPTED, "accepted"): (ACCEPTED, "nothing"),
    (ACCEPTED, "refused"): (ACCEPTED, "nothing"),
    (REFUSED, "accepted"): (REFUSED, "nothing"),
    (REFUSED, "refused"): (REFUSED, "nothing"),
}


def next_command_state(state: str, event: CommandEvent) -> tuple[str, CommandAction]:
    """Raises Refused (`bad_state`) for a pair that is not in the table."""
    edge = COMMAND.get((state, event))
    if edge is None:
        raise Refused("bad_state", f"a command that is {state} admits no {event}")
    return edge
