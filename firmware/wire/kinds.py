"""The table of messages: every kind, who may say it, where it is logged, its fields with their bounds.

A new kind of message is one new row here; `check.py` holds messages against it and docs/protocol.md is written from
it. Numbers are integers with their unit in the name, the specification's original fields apart.
"""

from wire.ids import MAX_N, WINDOW


class Field:
    """One field: `sort` is a key of check.SORTS; low, high: bounds of a number, of a text's or a list's length."""

    def __init__(self, name: str, sort: str, required: bool, low: int, high: int, choices: "tuple[str, ...]"):
        self.name = name
        self.sort = sort
        self.required = required
        self.low = low
        self.high = high
        self.choices = choices


class Kind:
    """One kind of message.

    speakers: who may say it. topic, key: where it is logged, under the value of which field (topic "" = never).
    reliable: kept by its speaker until acked.
    """

    def __init__(
        self,
        name: str,
        speakers: "tuple[str, ...]",
        topic: str,
        key: str,
        reliable: bool,
        fields: "tuple[Field, ...]",
        says: str,
    ):
        self.name = name
        self.speakers = speakers
        self.topic = topic
        self.key = key
        self.reliable = reliable
        self.fields = fields
        self.says = says


# Topics of the log.
CP = "ev.cp"
DRIVER = "ev.driver"
TELEMETRY = "ev.telemetry"
COMMANDS = "ev.commands"
DEAD = "ev.dead"
NOT_LOGGED = ""

# Speakers.
ENGINE = "engine"
MONITOR = "monitor"
BRIDGE = "bridge"
DRIVER_SIDE = "driver"
OPERATOR = "operator"
FOLD = "fold"
TICKER = "ticker"
SIM_BOARD = "simulated board"
PLANT = "plant"
BOARDS = (ENGINE, MONITOR)

ENGINE_STATES = ("booting", "safe", "idle", "authorized", "charging", "finishing", "faulted")
VEHICLE = ("present", "absent", "unknown")
END_REASONS = ("driver", "vehicle", "limit", "operator", "fault", "safe_mode", "power_loss", "lost")
ACTIONS = ("stop", "resume", "price_change", "reset", "replace")
PRICE_MAX = 1000  # currency units per kWh: a typing error, not a tariff, lies beyond
ENERGY_MAX_WH = MAX_N
TIME_MIN_MS = 1577836800000  # 2020-01-01: before it lies no charge of ours, and every clock that was never set
TIME_MAX_MS = 4102444800000  # 2100-01-01


def _must(name: str, sort: str, low: int = 0, high: int = 0, choices: "tuple[str, ...]" = ()) -> Field:
    return Field(name, sort, True, low, high, choices)


def _may(name: str, sort: str, low: int = 0, high: int = 0, choices: "tuple[str, ...]" = ()) -> Field:
    return Field(name, sort, False, low, high, choices)


def _choice(name: str, choices: "tuple[str, ...]") -> Field:
    return _must(name, "choice", 0, 0, choices)


def _id(name: str) -> Field:
    return _must(name, "id", 1, 64)


def _may_id(name: str) -> Field:
    return _may(name, "id", 1, 64)


def _count(name: str, low: int = 0, high: int = MAX_N) -> Field:
    return _must(name, "int", low, high)


def _may_count(name: str, low: int = 0, high: int = MAX_N) -> Field:
    return _may(name, "int", low, high)


_TYPE = _must("type", "text", 1, 40)
_VERSION = _may_count("v", 1, 1000)  # absent = 1

# When a board says something happened: its clock where Central set it, else its uptime and which boot it was.
_STAMP = (
    _may("occurred_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS),
    _may_count("uptime_ms", 0, 1 << 50),
    _may_count("boot"),
)
_LIMITS = (_may_count("max_energy_wh", 1), _may_count("max_duration_s", 1), _may_count("max_cost_minor", 1))
# A command to a board: seq rises per charge point; expires_at_ms in the log, ttl_ms on the line.
_COMMAND = (
    _id("cp_id"),
    _count("seq", 1),
    _may("expires_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS),
    _may_count("ttl_ms"),
)

_TABLE = (
    # --- boards to Central, reliable ---
    Kind("register_request", (MONITOR,), CP, "id", True, (
        _id("id"), _must("location", "text", 0, 255), _must("price_per_kwh", "decimal", 0, PRICE_MAX),
        _may_id("engine_board"), _may_id("meter_id"), _may_count("register_wh"), _may("firmware", "text", 1, 40),
        _may_count("rated_current_ma", 1000, 125000), _may("presence", "choice", 0, 0, ("pilot", "contact", "none")),
    ) + _STAMP, "first on every connection: a charge point, its place and the price it starts with"),
    Kind("status_notification", (MONITOR,), CP, "cp_id", True, (
        _id("cp_id"), _choice("state", ENGINE_STATES), _choice("vehicle", VEHICLE),
    ) + _STAMP, "the engine's state changed, or the car came or went"),
    Kind("fault_notification", BOARDS, CP, "id", True, (
        _id("id"), _must("failure_info", "text", 1, 255), _may_id("fault"),
    ) + _STAMP, "a fault began; without `fault` it is the fault `unspecified`"),
    Kind("recovery_notification", BOARDS, CP, "id", True, (
        _id("id"), _may_id("fault"),
    ) + _STAMP, "a fault ended; without `fault` it is `unspecified`"),
    Kind("command_response", (ENGINE,), CP, "cp_id", True, (
        _id("cp_id"), _count("seq", 1), _must("accepted", "bool"), _may_id("reason"), _may_id("session_id"),
    ) + _STAMP, "a command was taken, or why not; said again to a command said again"),
    Kind("charge_started", (ENGINE,), CP, "cp_id", True, (
        _id("cp_id"), _id("session_id"), _id("meter_id"), _count("register_wh"),
    ) + _STAMP, "the relay closed for this session, at this register"),
    Kind("meter_checkpoint", (ENGINE,), CP, "cp_id", True, (
        _id("cp_id"), _id("session_id"), _id("meter_id"), _count("register_wh"),
    ) + _STAMP, "the register in mid-charge; a newer one replaces an unsent older one"),
    Kind("charge_completion", (ENGINE,), CP, "cp_id", True, (
        _id("cp_id"), _id("session_id"), _id("meter_id"), _count("start_register_wh"), _count("end_register_wh"),
        _must("started_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS), _must("ended_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS),
        _choice("reason", END_REASONS), _must("relay_closed", "bool"), _may_id("fault"),
    ) + _STAMP, "every accepted start ends in one; relay_closed says whether current could ever flow"),
    Kind("gap", BOARDS, CP, "cp_id", True, (
        _id("cp_id"), _count("from", 1), _count("to", 1),
    ) + _STAMP, "numbers of messages that a full journal had to drop"),
    # --- boards to Central, lossy ---
    Kind("heartbeat", (MONITOR,), TELEMETRY, "cp_id", False, (
        _id("cp_id"), _choice("state", ENGINE_STATES),
    ) + _STAMP, "the monitor is alive; the bridge answers heartbeat_response"),
    Kind("charging_data", (ENGINE,), TELEMETRY, "cp_id", False, (
        _id("cp_id"), _choice("state", ENGINE_STATES), _id("meter_id"), _count("register_wh"),
        _may_id("session_id"), _count("session_energy_wh"), _count("power_w", -100000, 100000),
        _count("current_ma", 0, 200000), _count("voltage_mv", 0, 1000000), _count("limit_ma", 0, 125000),
        _choice("limit_reason", ("rated", "central")),
        _may("temperature_mc", "int", -60000, 200000),
    ) + _STAMP, "live figures; registers are cumulative, so a lost one costs nothing"),
    # --- monitor and engine ---
    Kind("health_check_request", (MONITOR,), NOT_LOGGED, "id", False, (
        _id("id"), _must("timestamp", "decimal", 0, TIME_MAX_MS),
    ), "answered by the engine; no keepalive"),
    Kind("health_check_response", (ENGINE,), NOT_LOGGED, "id", False, (
        _id("id"), _choice("state", ENGINE_STATES), _must("relay_closed", "bool"),
        _must("faults", "ids", 0, 16), _id("meter_id"), _count("register_wh"), _choice("vehicle", VEHICLE),
        _may_id("session_id"), _may_count("uptime_ms", 0, 1 << 50),
    ), "answers under the request's message_id; unasked after every change of state"),
    Kind("keepalive", BOARDS, NOT_LOGGED, "", False, (), "the other side of the link is there"),
    Kind("safe_release", (MONITOR,), NOT_LOGGED, "cp_id", False, (
        _id("cp_id"),
    ), "a health check passed: the engine may leave safe mode"),
    # --- bridge to boards ---
    Kind("ack", (BRIDGE,), NOT_LOGGED, "", False, (
        _may_id("board"), _may_id("epoch"), _may("n", "ints", 1, WINDOW), _may("message_id", "ids", 1, 8),
    ), "exactly what this bridge saw logged: n of a board's epoch, or message_ids"),
    Kind("error_response", BOARDS + (BRIDGE,), NOT_LOGGED, "", False, (
        _id("code"), _may("field", "text", 0, 64), _must("text", "text", 0, 255),
    ), "what was wrong with the message of that message_id; nothing else happened"),
    Kind("heartbeat_response", (BRIDGE,), NOT_LOGGED, "", False, (
        _must("server_time_ms", "int", TIME_MIN_MS, TIME_MAX_MS), _id("boot_id"),
    ), "answers heartbeat; a boot_id that changed asks for a new registration"),
    # --- Central to boards ---
    Kind("register_response", (FOLD,), COMMANDS, "cp_id", False, (
        _id("cp_id"), _id("link_id"), _must("accepted", "bool"), _may_id("reason"), _must("in_service", "bool"),
        _may_id("meter_id"), _may_count("register_wh"), _may("expires_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS),
        _may("server_time_ms", "int", TIME_MIN_MS, TIME_MAX_MS), _may_id("boot_id"), _may_count("ttl_ms"),
    ), "answers link_up; the bridge adds server_time_ms and its boot_id as it sends"),
    Kind("start_charge", (FOLD,), COMMANDS, "cp_id", False, _COMMAND + (
        _id("session_id"), _may_count("max_energy_wh", 1), _may_count("max_duration_s", 1),
    ), "close the relay for this session"),
    Kind("stop_charge", (FOLD,), COMMANDS, "cp_id", False, _COMMAND + (
        _id("session_id"), _choice("reason", ("driver", "operator")),
    ), "end this session"),
    Kind("stop_service", (FOLD,), COMMANDS, "cp_id", False, _COMMAND, "end a running charge and refuse starts"),
    Kind("resume_service", (FOLD,), COMMANDS, "cp_id", False, _COMMAND, "take starts again"),
    Kind("reset_fault", (FOLD,), COMMANDS, "cp_id", False, _COMMAND, "clear latched faults"),
    # --- bridge and ticker to the log ---
    Kind("link_up", (BRIDGE,), CP, "cp_id", True, (
        _id("cp_id"), _id("link_id"), _may_id("board"), _may_id("registration"),
    ), "a charge point registered on this line"),
    Kind("link_down", (BRIDGE,), CP, "cp_id", True, (
        _id("cp_id"), _id("link_id"), _may("reason", "text", 0, 120),
    ), "that line closed"),
    Kind("silent", (TICKER,), CP, "cp_id", True, (_id("cp_id"),), "nothing was heard for SILENT_AFTER_S"),
    Kind("heard", (TICKER,), CP, "cp_id", True, (_id("cp_id"),), "it is heard again"),
    Kind("deadline_passed", (TICKER,), CP, "key", True, (
        _id("key"), _must("deadline_id", "text", 1, 120), _count("generation"),
    ), "a deadline's time came; logged to the topic of its key"),
    # --- drivers ---
    Kind("driver_register", (DRIVER_SIDE,), DRIVER, "driver_id", True, (
        _id("driver_id"),
    ), "a driver exists; the name lies in a table beside the log"),
    Kind("charge_request", (DRIVER_SIDE,), DRIVER, "driver_id", True, (
        _id("cp_id"), _id("driver_id"), _may("price_per_kwh", "decimal", 0, PRICE_MAX),
    ) + _LIMITS, "asks for a charge; price_per_kwh is what the driver was shown"),
    Kind("charge_stop_request", (DRIVER_SIDE,), DRIVER, "driver_id", True, (
        _id("driver_id"), _id("session_id"),
    ), "asks to end the driver's own session"),
    # --- folds among themselves ---
    Kind("charge_claimed", (FOLD,), CP, "cp_id", True, (
        _id("cp_id"), _id("driver_id"), _id("session_id"), _id("request_id"),
        _may("price_per_kwh", "decimal", 0, PRICE_MAX),
    ) + _LIMITS, "the driver may have this one charge"),
    Kind("claim_released", (FOLD,), DRIVER, "driver_id", True, (
        _id("driver_id"), _id("session_id"), _id("cp_id"), _id("outcome"), _may_id("reason"),
    ), "the charge point is done with this claim"),
    Kind("charge_stop", (FOLD,), CP, "cp_id", True, (
        _id("cp_id"), _id("driver_id"), _id("session_id"),
    ), "the driver's stop, forwarded to the charge point of the driver's own session"),
    Kind("ticket", (FOLD,), CP, "cp_id", True, (
        _id("cp_id"), _id("session_id"), _id("driver_id"), _count("number", 1), _id("meter_id"),
        _count("start_register_wh"), _count("end_register_wh"), _count("energy_wh"), _count("cost_minor"),
        _must("started_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS), _must("ended_at_ms", "int", TIME_MIN_MS, TIME_MAX_MS),
        _must("currency", "text", 3, 3), _count("tariff_version", 1), _count("price_e4_per_kwh"), _id("reason"),
    ), "an immutable receipt"),
    # --- operator ---
    Kind("operator_request", (OPERATOR,), CP, "cp_id", True, (
        _id("cp_id"), _choice("action", ACTIONS), _may("price_per_kwh", "decimal", 0, PRICE_MAX),
    ), "stop, resume, reset, replace, or a new price"),
    # --- a simulated board and its plant ---
    Kind("plant_hello", (SIM_BOARD,), NOT_LOGGED, "cp_id", False, (
        _id("cp_id"), _id("board"),
    ), "first on every connection to a plant; the pins start floating, the relay open"),
    Kind("pins", (SIM_BOARD,), NOT_LOGGED, "", False, (_must("relay", "bool"),), "the level of the relay's pin"),
    Kind("meter_report", (SIM_BOARD,), NOT_LOGGED, "", False, (
        _id("meter_id"), _count("register_wh"), _may_id("session_id"),
    ), "the board's register, which the plant only records"),
    Kind("sample_window", (PLANT,), NOT_LOGGED, "", False, (
        _count("n", 1, 250), _count("duration_ms", 1, 3600000), _count("sum_i", -MAX_N, MAX_N), _count("sum_ii"),
        _count("sum_v", -MAX_N, MAX_N), _count("sum_vv"), _count("sum_vi", -MAX_N, MAX_N), _count("clipped", 0, 250),
        _choice("vehicle", VEHICLE), _may("temperature_mc", "int", -60000, 200000), _may("feedback", "bool"),
        _may("relay", "bool"),
    ), "the sums of one window of samples in counts around mid-rail, with what the other inputs read"),
)



def _with_envelope(kind: Kind) -> Kind:
    """The kind with `type`, `message_id` and `v` before its own fields; a reliable one must have its id."""
    own = [field for field in kind.fields if field.name == "message_id"]
    envelope = (_TYPE, own[0] if own else Field("message_id", "id", kind.reliable, 1, 64, ()), _VERSION)
    fields = envelope + tuple(field for field in kind.fields if field.name != "message_id")
    return Kind(kind.name, kind.speakers, kind.topic, kind.key, kind.reliable, fields, kind.says)


KIND_ORDER = tuple(kind.name for kind in _TABLE)
KINDS = {kind.name: _with_envelope(kind) for kind in _TABLE}
