"""All that a real board says or hears; what a board loads of the table."""

from wire.ids import WINDOW
from wire.kinds import BOARD_CLI, BOARDS, BRIDGE, COMMANDS, CP, ENGINE, FOLD, MONITOR, NOT_LOGGED, TELEMETRY, Kind, add
from wire.kinds.fields import (
    PRICE_MAX,
    STAMP,
    TIME_MAX_MS,
    choice,
    may,
    may_count,
    may_id,
    may_time,
    must,
    must_count,
    must_id,
    must_time,
)

ENGINE_STATES = ("booting", "safe", "idle", "authorized", "charging", "finishing", "faulted")
VEHICLE = ("present", "absent", "unknown")
END_REASONS = ("driver", "vehicle", "limit", "operator", "fault", "safe_mode", "power_loss", "lost")

# What many kinds have: one object each, since a field takes about as much heap as its kind.
_CP_ID, _ID = must_id("cp_id"), must_id("id")
_SESSION_ID, _MAY_SESSION_ID = must_id("session_id"), may_id("session_id")
_METER_ID, _REGISTER_WH = must_id("meter_id"), must_count("register_wh")
_ESTIMATED = may("estimated", "bool")  # of current alone, at a nominal voltage
_STATE, _VEHICLE = choice("state", ENGINE_STATES), choice("vehicle", VEHICLE)
_RELAY_OPERATIONS = may_count("relay_operations")  # how often it has closed in the board's life
# How a weld is found, and the inputs and outputs that a board has not: what they would protect is not protected.
_COVERAGE = (may("weld_check", "choice", 0, 0, ("feedback", "current_only")), may("lacks", "ids", 0, 8))

_MAY_LIMIT_MA = may_count("limit_ma", 1000, 125000)  # absent: none below the provisioned one

BOARD_INTERVAL_MS = (100, 3600000)  # what a server may ask of a board: lowest, highest
# A command to a board: seq rises per charge point; expires_at_ms in the log, ttl_ms on the line.
COMMAND = (_CP_ID, must_count("seq", 1), may_time("expires_at_ms"), may_count("ttl_ms"))

KINDS = add((
    # --- boards to Central, reliable ---
    Kind("register_request", (MONITOR,), CP, "id", True, (
        _ID, must("location", "text", 0, 255), must("price_per_kwh", "price", 0, PRICE_MAX),
        may_id("engine_board"), may_id("meter_id"), may_count("register_wh"), may("firmware", "text", 1, 40),
        may_count("rated_current_ma", 1000, 125000), may("presence", "choice", 0, 0, ("pilot", "contact", "none")),
        may_count("last_seq"), may_id("engine_epoch"),
    ) + _COVERAGE + STAMP),
    Kind("status_notification", (MONITOR,), CP, "cp_id", True, (
        _CP_ID, _STATE, _VEHICLE, _MAY_SESSION_ID,
    ) + STAMP),
    Kind("fault_notification", BOARDS, CP, "id", True, (
        _ID, must("failure_info", "text", 1, 255), may_id("fault"),
    ) + STAMP),
    Kind("recovery_notification", BOARDS, CP, "id", True, (
        _ID, may_id("fault"),
    ) + STAMP),
    Kind("command_response", (ENGINE,), CP, "cp_id", True, (
        _CP_ID, must_count("seq", 1), must("accepted", "bool"), may_id("reason"), _MAY_SESSION_ID,
    ) + STAMP),
    Kind("charge_started", (ENGINE,), CP, "cp_id", True, (
        _CP_ID, _SESSION_ID, _METER_ID, _REGISTER_WH, _ESTIMATED,
    ) + STAMP),
    Kind("meter_checkpoint", (ENGINE,), CP, "cp_id", True, (
        _CP_ID, _SESSION_ID, _METER_ID, _REGISTER_WH, _ESTIMATED,
    ) + STAMP),
    Kind("charge_completion", (ENGINE,), CP, "cp_id", True, (
        _CP_ID, _SESSION_ID, _METER_ID, must_count("start_register_wh"),
        must_count("end_register_wh"),
        must_time("started_at_ms"), must_time("ended_at_ms"),
        choice("reason", END_REASONS), must("relay_closed", "bool"), may_id("fault"), _ESTIMATED,
        _RELAY_OPERATIONS,
    ) + STAMP),
    Kind("gap", BOARDS, CP, "cp_id", True, (
        _CP_ID, must_count("from", 1), must_count("to", 1),
    ) + STAMP),
    # --- boards to Central, lossy ---
    Kind("heartbeat", (MONITOR,), TELEMETRY, "cp_id", False, (
        _CP_ID, _STATE,
    ) + STAMP),
    Kind("charging_data", (ENGINE,), TELEMETRY, "cp_id", False, (
        _CP_ID, _STATE, _METER_ID, _REGISTER_WH,
        _MAY_SESSION_ID, must_count("session_energy_wh"), must_count("power_w", -100000, 100000),
        must_count("current_ma", 0, 200000), must_count("voltage_mv", 0, 1000000), must_count("limit_ma", 0, 125000),
        choice("limit_reason", ("rated", "central")),
        may("temperature_mc", "int", -60000, 200000),
    ) + STAMP),
    # --- monitor and engine ---
    Kind("health_check_request", (MONITOR,), NOT_LOGGED, "id", False, (
        _ID, must("timestamp", "decimal", 0, TIME_MAX_MS),
    )),
    Kind("health_check_response", (ENGINE,), NOT_LOGGED, "id", False, (
        _ID, _STATE, must("relay_closed", "bool"),
        must("faults", "ids", 0, 16), _METER_ID, _REGISTER_WH, _VEHICLE,
        _MAY_SESSION_ID, may_count("uptime_ms", 0, 1 << 50), may_count("last_seq"), may_id("engine_epoch"),
        may("registered", "bool"), _RELAY_OPERATIONS,
    ) + _COVERAGE),
    Kind("keepalive", BOARDS, NOT_LOGGED, "", False, ()),
    Kind("safe_release", (MONITOR,), NOT_LOGGED, "cp_id", False, (
        _CP_ID,
    )),
    # --- bridge to boards ---
    Kind("ack", (BRIDGE,), NOT_LOGGED, "", False, (
        may_id("board"), may_id("epoch"), may("n", "ints", 1, WINDOW), may("message_id", "ids", 1, 8),
    )),
    Kind("error_response", BOARDS + (BRIDGE,), NOT_LOGGED, "", False, (
        must_id("code"), may("field", "text", 0, 64), must("text", "text", 0, 255),
    )),
    Kind("heartbeat_response", (BRIDGE,), NOT_LOGGED, "", False, (
        must_time("server_time_ms"), must_id("boot_id"),
    )),
    # --- Central to boards ---
    Kind("register_response", (FOLD,), COMMANDS, "cp_id", False, (
        _CP_ID, must_id("link_id"), must("accepted", "bool"), may_id("reason"), must("in_service", "bool"),
        may_id("meter_id"), may_count("register_wh"), may_count("seq"), may_time("expires_at_ms"),
        may_time("server_time_ms"), may_id("boot_id"), may_count("ttl_ms"),
        may_count("heartbeat_interval_ms", *BOARD_INTERVAL_MS), may_count("health_interval_ms", *BOARD_INTERVAL_MS),
        _MAY_LIMIT_MA,
    )),
    Kind("start_charge", (FOLD,), COMMANDS, "cp_id", False, COMMAND + (
        _SESSION_ID, may_count("max_energy_wh", 1), may_count("max_duration_s", 1),
    )),
    Kind("stop_charge", (FOLD,), COMMANDS, "cp_id", False, COMMAND + (
        _SESSION_ID, choice("reason", ("driver", "operator")),
    )),
    Kind("stop_service", (FOLD,), COMMANDS, "cp_id", False, COMMAND),
    Kind("resume_service", (FOLD,), COMMANDS, "cp_id", False, COMMAND),
    Kind("reset_fault", (FOLD,), COMMANDS, "cp_id", False, COMMAND),
    Kind("set_limit", (FOLD,), COMMANDS, "cp_id", False, COMMAND + (_MAY_LIMIT_MA,)),
    Kind("maintenance", (FOLD,), COMMANDS, "cp_id", False, COMMAND),
    # --- whoever stands at a board; its answers are in service.py, since a board needs no row for what it only says ---
    Kind("status_request", (BOARD_CLI,), NOT_LOGGED, "", False, ()),
    Kind("log_request", (BOARD_CLI,), NOT_LOGGED, "", False, (
        choice("of", ("events", "unacked")), may_count("after"),
    )),
    Kind("maintenance_request", (BOARD_CLI,), NOT_LOGGED, "", False, ()),
))
