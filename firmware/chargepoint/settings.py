"""A board's settings: config.json, and the environment above it where there is one. One table, one-line complaints.

A board forgets this module once it has read them, since the table takes 8 kB of its heap. So what else it must know of
settings stands in board_kinds.py.
"""

import json
import sys

from wire.ids import BOARD_CHARACTERS, ID_CHARACTERS, ID_MAX, made_of
from wire.kinds.fields import PRICE_MAX

from chargepoint.board_kinds import BOTH, ENGINE, FIRMWARE, MONITOR, REAL, SIM, SettingError, is_numeric

_DAY_MS = 86400000


class Setting:
    """check(value) gives the value to use, or raises ValueError saying what would be right.

    default: as it would stand in config.json; REQUIRED, or None where there is none. env: the environment variable that
    names it, if any. What each does stands in docs/config.md, whose texts would take a board's heap here.
    """

    def __init__(self, name: str, check, default: object, example: object, env: "str | None" = None):
        self.name = name
        self.check = check
        self.default = default
        self.example = example
        self.env = env


class Settings:
    """Each setting of TABLE under its name, and `firmware`. Addresses are (ip, port); lines (host, port) or a text."""

    cp_id: str
    role: str
    platform: str
    board: "str | None"
    state_dir: str
    location: str
    price_per_kwh: float
    central: "tuple[str, int] | str | None"
    engine: "tuple[str, int] | str | None"
    mqtt: "tuple[str, int] | None"
    mqtt_user: str
    mqtt_password: str
    name_server: "tuple[str, int] | None"
    plant: "tuple[str, int] | None"
    plain_port: int
    presence: str
    rated_current_ma: int
    i_ua_per_count: int
    v_uv_per_count: int
    i_offset_counts: int
    v_offset_counts: int
    phase_us: int
    nominal_voltage_v: "int | None"
    quiet_end_ms: int
    connect_timeout_ms: int
    longest_charge_s: int
    largest_charge_wh: int
    keepalive_ms: int
    link_lost_ms: int
    health_interval_ms: int
    engine_silent_ms: int
    heartbeat_interval_ms: int
    checkpoint_interval_ms: int
    flash_interval_ms: int
    telemetry_interval_ms: int
    idle_telemetry_interval_ms: int
    retry_first_ms: int
    retry_slow_ms: int
    resend_ms: int
    answer_ms: int
    wifi_ssid: "str | None"
    wifi_password: str
    trip_pin: "int | None"
    feedback_pin: "int | None"
    contact_pin: "int | None"
    rcm_pin: "int | None"
    stop_pin: "int | None"
    i2c_sda_pin: "int | None"
    i2c_scl_pin: "int | None"
    uart_tx_pin: "int | None"
    uart_rx_pin: "int | None"
    uart_rts_pin: "int | None"
    uart_cts_pin: "int | None"
    firmware = FIRMWARE


# --- checks ---


def whole(low, high):
    def check(value):
        if isinstance(value, str) and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError("expected a whole number from %d to %d" % (low, high))
        return value

    return check


def price(value):
    try:
        value = float(value) if isinstance(value, str) else value
    except ValueError:
        value = None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= PRICE_MAX:
        raise ValueError("expected a number from 0 to %d, in currency per kWh" % PRICE_MAX)
    return value


def text(longest):
    def check(value):
        if not isinstance(value, str) or len(value) > longest or not all(c >= " " and c != "\x7f" for c in value):
            raise ValueError("expected a text of at most %d printable characters" % longest)
        if len(value.encode()) > longest:
            raise ValueError("expected a text of at most %d bytes in UTF-8" % longest)
        return value

    return check


def name_of(characters, longest):
    def check(value):
        if not isinstance(value, str) or not 1 <= len(value) <= longest or not made_of(value, characters):
            raise ValueError("expected 1 to %d of A-Z a-z 0-9 and %s" % (longest, characters[62:]))
        return value

    return check


def one_of(*choices):
    def check(value):
        if value not in choices:
            raise ValueError("expected one of " + ", ".join(choices))
        return value

    return check


def presence(value):
    if value == "pilot":
        raise ValueError("a control pilot is not supported yet; expected contact or none")
    return one_of("contact", "none")(value)


def address(value):
    """"ip:port" as (ip, port)."""
    return _split(value, is_numeric, "a numeric IPv4 address")


def place(value):
    """"host:port" as (host, port): the host numeric or by name."""
    return _split(value, _is_host, "a name or a numeric IPv4 address")


def _split(value, takes, expected):
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not (colon and takes(host) and port.isdigit() and 1 <= int(port) <= 65535):
        raise ValueError("expected %s and a port" % expected)
    return host, int(port)


def _is_host(host):
    """Numeric, or a name as RFC 1123 has it. What ends in a number is meant as an address."""
    labels = host.split(".")
    sound = all(0 < len(label) < 64 and made_of(label, BOARD_CHARACTERS) for label in labels)
    return is_numeric(host) or (sound and len(host) < 254 and not labels[-1].isdigit())


def line(value):
    """A TCP address, `serial:PATH`, `uart:N`, or `usb`."""
    if isinstance(value, str):
        kind, _, rest = value.partition(":")
        if (kind == "serial" and rest) or (kind == "uart" and rest in ("0", "1", "2")) or value == "usb":
            return value
    try:
        return place(value)
    except ValueError as error:
        raise ValueError(str(error) + ", serial:PATH, uart:0 to uart:2, or usb") from None


_ID = name_of(ID_CHARACTERS, ID_MAX)
_INTERVAL = whole(10, _DAY_MS)
_PIN = whole(0, 48)
REQUIRED = object()

# The order is that of docs and complaints.
TABLE: "tuple[Setting, ...]" = (
    Setting("cp_id", _ID, REQUIRED, "cp_001", "CP_ID"),
    Setting("role", one_of(BOTH, ENGINE, MONITOR), BOTH, "both", "CP_ROLE"),
    Setting("platform", one_of(SIM, *REAL), sys.platform if sys.platform in REAL else SIM, "rp2"),
    Setting("board", name_of(BOARD_CHARACTERS, 24), None, "sim-001", "BOARD_ID"),
    Setting("state_dir", text(255), ".", "state", "STATE_DIR"),
    Setting("location", text(255), "", "Car park 1", "CP_LOCATION"),
    Setting("price_per_kwh", price, 0, 0.20, "CP_PRICE_PER_KWH"),
    # Where things are.
    Setting("central", line, None, "192.168.1.10:7000", "IP_PORT_EV_CP_CENTRAL"),
    Setting("engine", line, None, "192.168.1.11:7100", "IP_PORT_EV_CP_E"),
    Setting("mqtt", place, None, "192.168.1.10:1883", "MQTT_ADDRESS"),
    Setting("mqtt_user", text(128), "", "wattline", "MQTT_USER"),
    Setting("mqtt_password", text(128), "", "a-long-secret", "MQTT_PASSWORD"),
    Setting("name_server", address, None, "192.168.1.1:53", "NAME_SERVER"),
    Setting("plant", address, "127.0.0.1:7200", "127.0.0.1:7200", "PLANT_ADDRESS"),
    Setting("plain_port", whole(0, 65535), 0, 7101, "CP_PLAIN_PORT"),
    # The charge point itself.
    Setting("presence", presence, "none", "contact", "CP_PRESENCE"),
    Setting("rated_current_ma", whole(1000, 125000), 16000, 16000, "CP_RATED_CURRENT_MA"),
    Setting("i_ua_per_count", whole(1, 97656), 29297, 29297),
    Setting("v_uv_per_count", whole(1, 488281), 195313, 195313),
    Setting("i_offset_counts", whole(-400, 400), 0, -12),
    Setting("v_offset_counts", whole(-400, 400), 0, 20),
    Setting("phase_us", whole(-200, 200), 0, -60),
    Setting("nominal_voltage_v", whole(100, 260), None, 230, "CP_NOMINAL_VOLTAGE_V"),
    Setting("quiet_end_ms", whole(1000, _DAY_MS), 600000, 600000, "CP_QUIET_END_MS"),
    Setting("connect_timeout_ms", _INTERVAL, 180000, 180000, "CP_CONNECT_TIMEOUT_MS"),
    Setting("longest_charge_s", whole(60, 1000000), 172800, 172800, "CP_LONGEST_CHARGE_S"),
    Setting("largest_charge_wh", whole(100, 10000000), 250000, 250000, "CP_LARGEST_CHARGE_WH"),
    # Intervals.
    Setting("keepalive_ms", _INTERVAL, 2000, 2000),
    Setting("link_lost_ms", _INTERVAL, 6000, 6000),
    Setting("health_interval_ms", _INTERVAL, 30000, 30000),
    Setting("engine_silent_ms", _INTERVAL, 120000, 120000),
    Setting("heartbeat_interval_ms", _INTERVAL, 30000, 30000),
    Setting("checkpoint_interval_ms", _INTERVAL, 60000, 60000),
    Setting("flash_interval_ms", _INTERVAL, 10000, 10000),
    Setting("telemetry_interval_ms", _INTERVAL, 1000, 1000),
    Setting("idle_telemetry_interval_ms", _INTERVAL, 10000, 10000),
    Setting("retry_first_ms", _INTERVAL, 200, 200),
    Setting("retry_slow_ms", _INTERVAL, 30000, 30000),
    Setting("resend_ms", _INTERVAL, 5000, 5000),
    Setting("answer_ms", _INTERVAL, 10000, 10000),
    # Real boards.
    Setting("wifi_ssid", text(32), None, "Car park"),
    Setting("wifi_password", text(63), "", "correct horse"),
    Setting("trip_pin", _PIN, None, 19),
    Setting("feedback_pin", _PIN, None, 20),
    Setting("contact_pin", _PIN, None, 21),
    Setting("rcm_pin", _PIN, None, 22),
    Setting("stop_pin", _PIN, None, 17),
    Setting("i2c_sda_pin", _PIN, None, 4),
    Setting("i2c_scl_pin", _PIN, None, 5),
    Setting("uart_tx_pin", _PIN, None, 8),
    Setting("uart_rx_pin", _PIN, None, 9),
    Setting("uart_rts_pin", _PIN, None, 11),
    Setting("uart_cts_pin", _PIN, None, 10),
)
_NAMES = tuple(setting.name for setting in TABLE)
# (limit of silence, interval): one message that is lost must not count as silence.
OUTLASTS = (("link_lost_ms", "keepalive_ms"), ("engine_silent_ms", "health_interval_ms"))
# Corrected where a board has the samples themselves: a simulated one gets sums, an ESP32 is indicative anyway.
ONLY_RP2 = ("i_offset_counts", "v_offset_counts", "phase_us")
_NEEDED = {BOTH: ("central",), ENGINE: ("engine",), MONITOR: ("central", "engine")}


def read(config: "str | bytes | None", environment=None) -> Settings:
    """Settings of a config.json's text (b"" or None: there is none). `environment(name)`: a value or None; only a
    simulated board reads it. Raises SettingError.
    """
    given = _parse(config) if config else {}
    environment = environment if given.get("platform", SIM) == SIM else None
    for name in given:
        if name not in _NAMES:
            raise SettingError("%s: unknown; expected one of %s" % (name, ", ".join(_NAMES)))
    settings = Settings()
    for setting in TABLE:
        setattr(settings, setting.name, _value(setting, given, environment))
    for name in _NEEDED[settings.role]:
        if getattr(settings, name) is None:
            _complain(name, "it is missing, and role %s needs it" % settings.role)
    for name in ONLY_RP2:
        if getattr(settings, name) and settings.platform != "rp2":
            raise SettingError("%s: expected 0 on platform %s: only rp2 corrects it" % (name, settings.platform))
    for limit, interval in OUTLASTS:
        if getattr(settings, limit) < 2 * getattr(settings, interval):
            raise SettingError("%s: expected at least twice %s (%d)" % (limit, interval, getattr(settings, interval)))
    return settings


def _parse(config):
    try:
        given = json.loads(config)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise SettingError('config.json: is no JSON object; expected such as {"cp_id": "cp_001"}')
    return given


def _value(setting, given, environment):
    value = environment(setting.env) if environment is not None and setting.env else None
    if not value:
        value = given.get(setting.name)
    if value is None:
        value = setting.default
    if value is REQUIRED:
        _complain(setting.name, "it is missing")
    if value is None:
        return None
    try:
        return setting.check(value)
    except ValueError as error:
        _complain(setting.name, "%s is not right: %s" % (_shown(value), error))


def _complain(name, wrong):
    for setting in TABLE:
        if setting.name == name:
            called = name if setting.env is None else "%s (%s)" % (name, setting.env)
            raise SettingError("%s: %s. For example: %s" % (called, wrong, setting.example))


def _shown(value):
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
