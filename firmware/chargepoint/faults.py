"""The names of faults, each with its `failure_info`: what was seen, in words. A new fault is one new row.

Who finds a fault is told elsewhere: `engine/protection.py` has a row for each that opens the relay.
"""

# Found by the engine.
OVER_CURRENT = "over_current"
OVER_CURRENT_FAST = "over_current_fast"
CLIPPED = "clipped"
OVER_TEMPERATURE = "over_temperature"
WELD = "weld"
FEEDBACK_MISSING = "feedback_missing"
VOLTAGE_DEAD = "voltage_dead"
CLAMP_BACKWARDS = "clamp_backwards"
CLAMP_OFF = "clamp_off"
DRIVER_STUCK_ON = "driver_stuck_on"
DRIVER_STUCK_OFF = "driver_stuck_off"
RCM_TRIP = "rcm_trip"
EMERGENCY_STOP = "emergency_stop"
SENSOR_STALL = "sensor_stall"
LOOP_LATE = "loop_late"
WATCHDOG_RESETS = "watchdog_resets"
NEWER_RECORDS = "newer_records"
# Found by the monitor.
ENGINE_SILENT = "engine_silent"
CENTRAL_UNREACHABLE = "central_unreachable"
# Found by the bridge, which may be started anew before it is over: then a board that was refused for it tells the end.
DUPLICATE_ID = "duplicate_id"
NOT_OF_ENGINES = (ENGINE_SILENT, CENTRAL_UNREACHABLE, DUPLICATE_ID)

TEXTS = {
    OVER_CURRENT: "current above the limit by more than a tenth for 7 s",
    OVER_CURRENT_FAST: "current above one and a half times the limit",
    CLIPPED: "the current or voltage sensor reads its end of range: cannot meter",
    OVER_TEMPERATURE: "71 degrees Celsius or more at the relay",
    WELD: "the relay is open, yet the load is fed: its contacts are welded",
    FEEDBACK_MISSING: "the relay is closed, yet the load is not fed",
    VOLTAGE_DEAD: "no mains voltage, or a dead voltage channel: cannot meter",
    CLAMP_BACKWARDS: "current flows without power: the current clamp is on backwards, and nothing is metered",
    CLAMP_OFF: "the current sensor has fallen silent: its clamp is off, so that it cannot meter or protect",
    DRIVER_STUCK_ON: "the relay's pin is high though it was set low: its driver is broken",
    DRIVER_STUCK_OFF: "the relay's pin is low though it was set high: its driver is broken",
    RCM_TRIP: "the residual current monitor has tripped",
    EMERGENCY_STOP: "the emergency stop is pressed",
    SENSOR_STALL: "no samples arrive while the relay is closed: cannot meter or protect",
    LOOP_LATE: "the control loop comes late while the relay is closed: protections would open it late",
    WATCHDOG_RESETS: "three resets by the watchdog within 10 minutes: the relay stays open until the fault is reset",
    NEWER_RECORDS: "newer firmware wrote what is kept: it stays as it is, and the relay open, until that firmware runs",
    ENGINE_SILENT: "the engine does not answer health checks",
    CENTRAL_UNREACHABLE: "Central could not be reached for a while",
    DUPLICATE_ID: "two boards have this charge point's id",
}


def text_of(fault):
    """A fault of an engine with newer firmware is told by its name."""
    return TEXTS.get(fault, fault)
