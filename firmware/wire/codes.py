"""What is answered instead of what was asked, by code: docs/reasons.md is written from these tables.

Whoever refuses spells the code in place. A board loads none of this: the sentences would cost it flash and heap. A test
finds a code that has no row here.
"""

# `code` of an error_response: what was wrong with the message of that message_id.
ERROR_CODES = {
    "not_json": "no JSON object in UTF-8, or one that is nested too deep",
    "unknown_type": "`type` is none of the kinds of docs/protocol.md",
    "missing_field": "a required field is absent",
    "bad_field": "a field has the wrong sort of value",
    "out_of_bounds": "a number lies outside its bounds",
    "wrong_direction": "a kind that is not said to whom it was sent",
    "not_registered": "the charge point did not register on this line",
    "not_yours": "the message is of another board, or for another charge point, than the line's",
    "too_many": "more registrations, or more health checks at a time, than one line may have",
    "offline": "the charge point that was asked for does not answer",
    "too_long": "the message makes no line that a board could read",
}
# What a record of the log can be refused for as well: the codes of a message that cannot be read.
UNREADABLE = ("not_json", "unknown_type", "missing_field", "bad_field", "out_of_bounds")

# `reason` of a command_response that does not accept.
COMMAND_REASONS = {
    "already_ran": "a session of that id has run already, and its completion is on its way",
    "out_of_service": "the operator has taken the charge point out of service",
    "safe": "the engine is in safe mode, waiting for its monitor",
    "faulted": "the engine has a fault",
    "busy": "the engine runs another session",
    "pause": "the last charge has just ended, and the relay rests",
    "no_clock": "nobody told the engine the time since it started, and a charge without a time could not be billed",
    "journal_full": "the engine's flash has no room for a charge's messages until older ones are acked",
    "expired": "the command came after its time",
    "superseded": "a later command was taken before this one",
    "seq_jump": "the command's seq lies too far above the last one taken",
    "unknown_session": "the engine has no such session",
    "above_rated": "the limit lies above the board's `rated_current_ma`, which nobody raises",
}

# `fault` of a fault_notification: what was seen. A board says only the name in `failure_info`, and Central shows this.
FAULTS = {
    "over_current": "current above the limit by more than a tenth for 7 s",
    "over_current_fast": "current above one and a half times the limit",
    "clipped": "the current or voltage sensor reads its end of range: cannot meter",
    "over_temperature": "71 degrees Celsius or more at the relay",
    "weld": "the relay is open, yet the load is fed: its contacts are welded",
    "feedback_missing": "the relay is closed, yet the load is not fed",
    "voltage_dead": "no mains voltage, or a dead voltage channel: cannot meter",
    "clamp_backwards": "current flows without power: the current clamp is on backwards, and nothing is metered",
    "clamp_off": "the current sensor has fallen silent: its clamp is off, so that it cannot meter or protect",
    "driver_stuck_on": "the relay's pin is high though it was set low: its driver is broken",
    "driver_stuck_off": "the relay's pin is low though it was set high: its driver is broken",
    "rcm_trip": "the residual current monitor has tripped",
    "emergency_stop": "the emergency stop is pressed",
    "sensor_stall": "no samples arrive while the relay is closed: cannot meter or protect",
    "loop_late": "the control loop comes late while the relay is closed: protections would open it late",
    "watchdog_resets": "three resets by the watchdog within 10 minutes: the relay stays open until the fault is reset",
    "newer_records": "newer firmware wrote what is kept: it is kept as it is, and the relay stays open until that runs",
    "engine_silent": "the engine does not answer health checks",
    "central_unreachable": "Central could not be reached for a while",
    "duplicate_id": "two boards have this charge point's id",
}
