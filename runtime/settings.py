"""The settings that several parts share."""

from dataclasses import dataclass, field

from runtime import values
from runtime.registry import Table, Values

DAY_S = 86_400.0

TABLE = Table("runtime", "Every program")

DEBUG_MODE = TABLE.row("DEBUG_MODE", values.boolean, "false", "true", "Log at level DEBUG instead of INFO.")
SILENT_AFTER_S = TABLE.row(
    "SILENT_AFTER_S", values.seconds(0.02, DAY_S), "120", "120",
    "Silence after which a charge point is DISCONNECTED to Central.",
)
COMMAND_TTL_S = TABLE.row(
    "COMMAND_TTL_S", values.seconds(0.05, 3600), "30", "30",
    "How long a command to a board is worth carrying out. The same for Central and bridge.",
)
MQTT_ADDRESS = TABLE.row(
    "MQTT_ADDRESS", values.optional_address, "", "127.0.0.1:1883",
    "The MQTT broker that boards send telemetry to, and by which homes see their posts. Empty: none.",
)
MQTT_USER = TABLE.row(
    "MQTT_USER", values.login_text, "", "wattline",
    "The user as whom bridge, homes and boards come to that broker. Empty: none.",
)
MQTT_PASSWORD = TABLE.row(
    "MQTT_PASSWORD", values.login_text, "", "a-long-secret",
    "That user's password. From the environment or `.env` alone, so that no list of processes shows it.",
    is_password=True,
)


@TABLE.rule
def _password_of_whom(config: Values) -> str | None:
    """MQTT has no password without a user."""
    if config[MQTT_ADDRESS] is not None and config[MQTT_PASSWORD] and not config[MQTT_USER]:
        return "MQTT_PASSWORD must have a MQTT_USER whose it is; for example MQTT_USER=wattline MQTT_PASSWORD=secret"
    return None


@dataclass(frozen=True)
class Login:
    """By what a program shows at the broker who it is."""

    user: str
    password: str = field(repr=False)


def mqtt_login(config: Values) -> Login | None:
    """None: as nobody."""
    user = config[MQTT_USER]
    return Login(user, config[MQTT_PASSWORD]) if user else None
