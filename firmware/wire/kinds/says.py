"""What each kind of message says, in words: docs are written from it. A board loads none of this: the sentences would
cost it flash and heap. A test finds a kind that has no row here.
"""

SAYS = {
    # --- what a real board says or hears: boards.py ---
    "register_request": "first on every connection: a charge point, its place and the price it starts with",
    "status_notification":
        "the engine's state changed, or the car came or went; session_id is the session that it runs",
    "fault_notification": "a fault began; without `fault` it is the fault `unspecified`",
    "recovery_notification": "a fault ended; without `fault` it is `unspecified`",
    "command_response": "a command was taken, or why not; said again to a command said again",
    "charge_started": "the relay closed for this session, at this register",
    "meter_checkpoint": "the register in mid-charge; a newer one replaces an unsent older one",
    "charge_completion":
        "every accepted start ends in one; relay_closed says whether current could ever flow; `estimated`: no "
        "voltage was measured",
    "gap": "numbers of messages that a full journal had to drop",
    "heartbeat": "the monitor is alive; the bridge answers heartbeat_response",
    "charging_data": "live figures; registers are cumulative, so a lost one costs nothing",
    "health_check_request": "answered by the engine; no keepalive",
    "health_check_response": "answers under the request's message_id; unasked after every change of state",
    "keepalive": "the other side of the link is there",
    "safe_release": "a health check passed: the engine may leave safe mode",
    "ack": "exactly what this bridge saw logged: n of a board's epoch, or message_ids",
    "error_response": "what was wrong with the message of that message_id; nothing else happened",
    "heartbeat_response": "answers heartbeat; a boot_id that changed asks for a new registration",
    "register_response":
        "answers link_up; as it sends, the bridge adds server_time_ms, its boot_id and the intervals that boards "
        "keep",
    "start_charge": "close the relay for this session",
    "stop_charge": "end this session",
    "stop_service": "end a running charge and refuse starts",
    "resume_service": "take starts again",
    "reset_fault": "clear latched faults",
    "set_limit": "bound the current below the provisioned limit; without limit_ma, no longer",
    "maintenance":
        "end a running charge and start anew at the prompt, without rules and watchdog, so that files may change",
    "status_request": "answered by status_response, on the board's wire",
    "log_request": "asks for the first entry behind `after`: an event since the start, or a message that is not acked",
    "maintenance_request": "as `maintenance`, by whoever stands at the board; answered by status_response",
    # --- what only servers say: log.py ---
    "link_up": "a charge point registered on this line",
    "link_down": "that line closed",
    "silent": "nothing was heard for limit_ms (SILENT_AFTER_S) since last_at_ms; at_ms is the ticker's time",
    "heard": "it is heard again",
    "deadline_passed": "a deadline's time came, at_ms by the ticker; logged to the topic of its key",
    "driver_register": "a driver exists; the name lies in a table beside the log",
    "charge_request": "asks for a charge; price_per_kwh is what the driver was shown",
    "charge_stop_request": "asks to end the driver's own session",
    "problem_report": "what a driver says went wrong with a charge of his; read by whoever operates the charge point",
    "charge_claimed": "the driver may have this one charge; requested_at_ms is when the driver's fold let it pass",
    "claim_released": "the charge point is done with this claim",
    "charge_stop": "the driver's stop, forwarded to the charge point of the driver's own session",
    "ticket": "an immutable receipt; one without `tariff`, the terms as JSON, is old and has the three after it",
    "operator_request":
        "what the operator wants: `keep` takes `replace` back, end_session, accept_held and drop_held name a "
        "session, clear_fault a fault; `site` puts it on a site, or without site_id on none",
    "site_request":
        "makes a site, changes what it names, or removes it; time_zone is an IANA name, guests whether people without "
        "an account may charge there",
    "terms":
        "the terms for all records behind it in its partition of ev.cp, ev.driver or ev.site; the first holds before "
        "it, too",
    "key_parked":
        "folding the record under `offset` failed: it and what follows of its key waits; logged to its topic. "
        "`untold`: that was a key_parked, so nothing more is said of it",
    "key_unparked": "the fold was mended: what waits of this key is folded here; logged to the topic of the key",
    # --- a simulated board and its plant: plant.py ---
    "plant_hello": "first on every connection to a plant; the pins start floating, the relay open",
    "pins": "the levels of the relay's pin and of the trip output; without `trip` that is low",
    "meter_report": "the board's register, which the plant only records",
    "sample_window": "the sums of one window of samples in counts around mid-rail, with what the other inputs read",
    # --- what a board answers whoever stands at it: service.py ---
    "status_response": "how the board is; an input that is absent is not fitted",
    "log_response": "the entry that was asked for; nothing where there is none",
}
