"""Which handler folds which kind of record of which topic, and which handler each deadline has."""

from collections.abc import Callable

from wire.kinds import CP, DRIVER, SITE, TELEMETRY

from central.fold import (
    claims,
    deadlines,
    drivers,
    endings,
    faults,
    holding,
    links,
    operator,
    orders,
    owners,
    parking,
    registration,
    reports,
    sessions,
    sites,
    telemetry,
)
from central.fold.step import Handler, Step
from central.model.records import Refused
from central.model.rows import Deadline

DEADLINES: dict[str, Callable[[Step, str], None]] = {
    "command": sessions.handle_command_deadline,
    "orders": orders.handle_deadline,
    "lost": sessions.handle_lost_deadline,
    "unnamed": owners.handle_deadline,
    "claim_hold": holding.handle_deadline,
    "replace": registration.handle_replace_deadline,
}


def handle_deadline_passed(step: Step) -> None:
    """Only the generation that stands counts, and only once the record's own time has reached the deadline.

    The ticker's clock may have been ahead. Raises Refused (`unknown_deadline`).
    """
    deadline_id: str = step.message["deadline_id"]
    row = step.rows.get(Deadline, deadline_id)
    if row is None or (row.topic, row.key) != (step.incoming.topic, step.key):
        raise Refused("unknown_deadline", f"no deadline {deadline_id} was set for {step.key}")
    if not row.live or row.generation != step.message["generation"] or step.at_ms < row.due_at_ms:
        return
    what, _, of_what = deadline_id.partition(":")
    DEADLINES[what](step, of_what)
    deadlines.disarm(step, deadline_id, row.generation)  # unless it was set anew


def handle_gap(step: Step) -> None:
    """The window has moved over the numbers it names (dedup.py); nothing else follows from it."""


HANDLERS: dict[tuple[str, str], Handler] = {
    (CP, "register_request"): registration.handle_register_message,
    (CP, "link_up"): links.handle_link_up,
    (CP, "link_down"): links.handle_link_down,
    (CP, "silent"): links.handle_silent,
    (CP, "heard"): links.handle_heard,
    (CP, "status_notification"): faults.handle_status_notification,
    (CP, "fault_notification"): faults.handle_fault_notification_message,
    (CP, "recovery_notification"): faults.handle_recovery_notification,
    (CP, "charge_claimed"): claims.handle_charge_claimed,
    (CP, "charge_stop"): sessions.handle_charge_stop,
    (CP, "command_response"): sessions.handle_command_response,
    (CP, "charge_started"): sessions.handle_charge_started,
    (CP, "meter_checkpoint"): sessions.handle_meter_checkpoint,
    (CP, "charge_completion"): sessions.handle_charge_completion_message,
    (CP, "ticket"): endings.handle_ticket,
    (CP, "operator_request"): operator.handle_operator_request,
    (CP, "problem_report"): reports.handle_problem_report,
    (CP, "gap"): handle_gap,
    (CP, "deadline_passed"): handle_deadline_passed,
    (CP, "key_parked"): parking.handle_key_parked,
    (CP, "key_unparked"): parking.handle_key_unparked,
    (CP, "terms"): parking.handle_terms,
    (DRIVER, "driver_register"): drivers.handle_driver_register,
    (DRIVER, "charge_request"): drivers.handle_charge_request_message,
    (DRIVER, "charge_stop_request"): drivers.handle_charge_stop_request,
    (DRIVER, "claim_released"): drivers.handle_claim_released,
    (DRIVER, "deadline_passed"): handle_deadline_passed,
    (DRIVER, "key_parked"): parking.handle_key_parked,
    (DRIVER, "key_unparked"): parking.handle_key_unparked,
    (DRIVER, "terms"): parking.handle_terms,
    (SITE, "site_request"): sites.handle_site_request,
    (SITE, "key_parked"): parking.handle_key_parked,
    (SITE, "key_unparked"): parking.handle_key_unparked,
    (SITE, "terms"): parking.handle_terms,
    (TELEMETRY, "heartbeat"): telemetry.handle_heartbeat_message,
    (TELEMETRY, "charging_data"): telemetry.handle_charging_data,
}
