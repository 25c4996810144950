"""The settings that several parts share."""

from runtime import values
from runtime.registry import Table

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
