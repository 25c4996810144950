"""The names of faults. What was seen then stands in words in wire/codes.py, since a board tells its faults by name.

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
