"""What a board answers whoever stands at it with `wattline-board`. No board loads it: it only says these."""

from wire.kinds import BOARDS, NOT_LOGGED, Kind, add
from wire.kinds.boards import ENGINE_STATES, VEHICLE
from wire.kinds.fields import may, may_count, may_id, must, must_count, must_id

KINDS = add((
    Kind("status_response", BOARDS, NOT_LOGGED, "", False, (
        must_id("cp_id"), must("role", "text", 1, 16), must_id("board"), must_id("epoch"), must_count("unacked"),
        may("firmware", "text", 1, 40), may("micropython", "text", 1, 60), may_count("boot"),
        may("reset_cause", "text", 1, 16), may_count("uptime_ms", 0, 1 << 50), may_count("free_bytes"),
        may("monitor_state", "text", 1, 16), may("state", "choice", 0, 0, ENGINE_STATES), may("relay_closed", "bool"),
        may("faults", "ids", 0, 16), may_id("meter_id"), may_count("register_wh"),
        may("vehicle", "choice", 0, 0, VEHICLE), may_id("session_id"), may_count("current_ma"),
        may_count("voltage_mv"), may("power_w", "int", -100000, 100000), may("temperature_mc", "int", -60000, 200000),
        may("feedback", "bool"), may("rcm_tripped", "bool"), may("stop_pressed", "bool"),
    )),
    Kind("log_response", BOARDS, NOT_LOGGED, "", False, (
        may_count("n"), may("text", "text", 0, 255), may_count("uptime_ms", 0, 1 << 50),
    )),
))
