"""The settings of the bridge."""

from runtime import values
from runtime.registry import Table, Values
from runtime.settings import DAY_S, SILENT_AFTER_S

TABLE = Table("bridge", "The bridge")

_INTERVAL_S = values.seconds(0.1, 3600)  # what may be asked of a board: see BOARD_INTERVAL_MS

# Boards are other machines: a loopback default would accept none. (PLAIN_PORT is loopback always.)
LISTEN_HOST = TABLE.row(
    "LISTEN_HOST", values.host, "0.0.0.0", "192.168.1.10",
    "The bridge's address for boards. All addresses by default, since boards are other machines.",
)
LISTEN_PORT = TABLE.row(
    "LISTEN_PORT", values.port_or_free, "7000", "7000",
    "The bridge's TCP port for boards. 0: a free one, named in the bridge's `ready` line.",
)
PLAIN_PORT = TABLE.row(
    "PLAIN_PORT", values.port_or_off, "0", "7001",
    "The bridge's TCP port for untagged lines (typed by hand, with nc), on 127.0.0.1 only. 0: off.",
)
MAX_LINES = TABLE.row(
    "MAX_LINES", values.whole(1, 100_000), "12000", "12000",
    "How many lines of boards the bridge has open at a time, each a file to the system. More are turned away; lines on "
    "which no board has registered make room first.",
)
LINE_SILENT_AFTER_S = TABLE.row(
    "LINE_SILENT_AFTER_S", values.seconds(0.02, DAY_S), "150", "150",
    "Silence after which the bridge closes a line: several times HEARTBEAT_INTERVAL_S.",
)
SERIAL_PORTS = TABLE.row(
    "SERIAL_PORTS", values.serial_ports, "", "/dev/ttyUSB0@115200,/dev/ttyACM0",
    "Serial ports with boards on them, device or device@baud with commas between (115200 baud by default).",
)
HEALTH_INTERVAL_S = TABLE.row(
    "HEALTH_INTERVAL_S", _INTERVAL_S, "30", "30",
    "How often a monitor asks its engine for its health; boards get it when they register.",
)
HEARTBEAT_INTERVAL_S = TABLE.row(
    "HEARTBEAT_INTERVAL_S", _INTERVAL_S, "30", "30",
    "How often a monitor tells Central that it lives; boards get it when they register.",
)

# One that is lost on its way must cost nothing.
TABLE.at_least(SILENT_AFTER_S, 2, HEARTBEAT_INTERVAL_S, "one lost heartbeat would make a board silent")
TABLE.at_least(SILENT_AFTER_S, 2, HEALTH_INTERVAL_S, "one lost answer would make an engine silent")
TABLE.at_least(LINE_SILENT_AFTER_S, 2, HEARTBEAT_INTERVAL_S, "one lost heartbeat would close a line")


@TABLE.rule
def _ports_differ(values: Values) -> str | None:
    if not values[LISTEN_PORT] == values[PLAIN_PORT] != 0:
        return None
    return (
        f"PLAIN_PORT={values[PLAIN_PORT]} must differ from LISTEN_PORT={values[LISTEN_PORT]}; "
        f"for example PLAIN_PORT={PLAIN_PORT.example} LISTEN_PORT={LISTEN_PORT.example}"
    )
