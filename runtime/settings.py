"""Every setting of every program, in one table; `docs/settings.md` is written from it.

Values come from the environment, else from `.env` in the working directory, else from the table. An empty
value counts as unset. All are judged at start, whichever program it is, so that one `.env` is right or wrong
for all of them.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, cast

from dotenv.parser import parse_stream

from runtime import values

T = TypeVar("T")
SHOWN_CHARACTERS = 60  # of a bad value, so that the complaint stays one readable line
BAD_SETTING_EXIT = 2
_DAY_S = 86_400.0


class SettingError(ValueError):
    """A setting that cannot be used; its text is one line naming it, what was wrong, and an example."""


@dataclass(frozen=True, eq=False)
class Setting(Generic[T]):
    """One row: `parse` turns text into the value, or raises ValueError saying what would be right."""

    name: str
    parse: Callable[[str], T]
    default: str
    example: str
    help: str
    secret: bool = False  # its value may carry a password and is never shown


DEBUG_MODE = Setting("DEBUG_MODE", values.boolean, "false", "true", "Log at level DEBUG instead of INFO.")
BROKER_ADDRESS = Setting(
    "BROKER_ADDRESS", values.addresses, "", "127.0.0.1:9092",
    "Kafka's brokers, host:port with commas between. Empty: the log is embedded, a file (LOG_PATH).",
)
LOG_PATH = Setting(
    "LOG_PATH", values.path, "wattline-log.db", "/var/lib/wattline/log.db",
    "The embedded log's file, the same for Central and bridge. Unused with BROKER_ADDRESS.",
)
DB_PATH = Setting(
    "DB_PATH", values.path, "wattline.db", "/var/lib/wattline/wattline.db",
    "Central's SQLite file. Unused with DATABASE_URL.",
)
DATABASE_URL = Setting(
    "DATABASE_URL", values.database_url, "", "postgresql://wattline@127.0.0.1/wattline",
    "Central's database where it is not the SQLite file at DB_PATH.", secret=True,
)
# Boards are other machines: a loopback default would accept none. (PLAIN_PORT is loopback always.)
LISTEN_HOST = Setting(
    "LISTEN_HOST", values.host, "0.0.0.0", "192.168.1.10",
    "The bridge's address for boards. All addresses by default, since boards are other machines.",
)
LISTEN_PORT = Setting(
    "LISTEN_PORT", values.port_or_free, "7000", "7000",
    "The bridge's TCP port for boards. 0: a free one, named in the bridge's `ready` line.",
)
PLAIN_PORT = Setting(
    "PLAIN_PORT", values.port_or_off, "0", "7001",
    "The bridge's TCP port for untagged lines (typed by hand, with nc), on 127.0.0.1 only. 0: off.",
)
MAX_LINES = Setting(
    "MAX_LINES", values.whole(1, 100_000), "2000", "2000",
    "How many lines the bridge has open at a time; further connections are turned away.",
)
LINE_SILENT_AFTER_S = Setting(
    "LINE_SILENT_AFTER_S", values.seconds(0.02, _DAY_S), "150", "150",
    "Silence after which the bridge closes a line; more than a few heartbeats.",
)
API_ADDRESS = Setting(
    "API_ADDRESS", values.listen_address, "127.0.0.1:8080", "127.0.0.1:8080",
    "Where Central's HTTP API listens (port 0: any free one); `wattline` has WATTLINE_API.",
)
API_ALLOW_REMOTE = Setting(
    "API_ALLOW_REMOTE", values.boolean, "false", "true",
    "Let the API listen beyond loopback, though nobody needs a token yet: for a container whose port is published "
    "on loopback.",
)
MQTT_ADDRESS = Setting(
    "MQTT_ADDRESS", values.optional_address, "", "127.0.0.1:1883",
    "The MQTT broker that boards send telemetry to. Empty: the bridge reads no MQTT.",
)
SERIAL_PORTS = Setting(
    "SERIAL_PORTS", values.serial_ports, "", "/dev/ttyUSB0@115200,/dev/ttyACM0",
    "Serial ports with boards on them, device or device@baud with commas between (115200 baud by default).",
)
CURRENCY = Setting(
    "CURRENCY", values.currency, "EUR", "EUR", "Currency of prices and receipts; one with two decimals.",
)
HEALTH_INTERVAL_S = Setting(
    "HEALTH_INTERVAL_S", values.seconds(0.01, 3600), "30", "30",
    "How often a monitor asks its engine for its health; boards get it when they register.",
)
HEARTBEAT_INTERVAL_S = Setting(
    "HEARTBEAT_INTERVAL_S", values.seconds(0.01, 3600), "30", "30",
    "How often a monitor tells Central that it lives; boards get it when they register.",
)
SILENT_AFTER_S = Setting(
    "SILENT_AFTER_S", values.seconds(0.02, _DAY_S), "120", "120",
    "Silence after which an engine is a fault to its monitor and a board is DISCONNECTED to Central.",
)
COMMAND_TTL_S = Setting(
    "COMMAND_TTL_S", values.seconds(0.05, 3600), "30", "30",
    "How long a command to a board is worth carrying out.",
)
COMMAND_RESEND_S = Setting(
    "COMMAND_RESEND_S", values.seconds(0.01, 600), "5", "5",
    "Pause before an unanswered command is sent again.",
)
LOST_AFTER_S = Setting(
    "LOST_AFTER_S", values.seconds(0.1, 365 * _DAY_S), "86400", "86400",
    "Time without the engine's word after which a session is closed as lost.",
)
TICK_INTERVAL_MS = Setting(
    "TICK_INTERVAL_MS", values.seconds(1, 60_000), "500", "500",
    "How often Central looks for deadlines that have passed.",
)
OUTAGE_GRACE_S = Setting(
    "OUTAGE_GRACE_S", values.seconds(0, 3600), "10", "10",
    "How long Central lets journals arrive before deadlines pass, after its start and after an outage of the log.",
)
PLANT_SPEED = Setting(
    "PLANT_SPEED", values.whole(1, 10_000), "1", "20",
    "How much faster than the clock simulated plants run, so that Central believes their meters. 1 for real current.",
)
IP_PORT_EV_CP_E = Setting(
    "IP_PORT_EV_CP_E", values.optional_address, "", "192.168.1.21:7100",
    "Where a monitor finds its engine (the engine listens there). Empty: both are on one board.",
)
IP_PORT_EV_CP_CENTRAL = Setting(
    "IP_PORT_EV_CP_CENTRAL", values.address, "127.0.0.1:7000", "192.168.1.10:7000",
    "Where a monitor finds the bridge.",
)

SETTINGS: tuple[Setting[Any], ...] = (
    DEBUG_MODE, BROKER_ADDRESS, LOG_PATH, DB_PATH, DATABASE_URL,
    LISTEN_HOST, LISTEN_PORT, PLAIN_PORT, MAX_LINES, LINE_SILENT_AFTER_S,
    API_ADDRESS, API_ALLOW_REMOTE, MQTT_ADDRESS, SERIAL_PORTS, CURRENCY,
    HEALTH_INTERVAL_S, HEARTBEAT_INTERVAL_S, SILENT_AFTER_S, COMMAND_TTL_S, COMMAND_RESEND_S,
    LOST_AFTER_S, TICK_INTERVAL_MS, OUTAGE_GRACE_S, PLANT_SPEED, IP_PORT_EV_CP_E, IP_PORT_EV_CP_CENTRAL,
)

# Pairs of which the first must be the smaller, and what happens otherwise.
_RISING = (
    (HEARTBEAT_INTERVAL_S, SILENT_AFTER_S, "every board would count as silent"),
    (HEALTH_INTERVAL_S, SILENT_AFTER_S, "every engine would count as silent"),
    (HEARTBEAT_INTERVAL_S, LINE_SILENT_AFTER_S, "every line would be closed between heartbeats"),
    (COMMAND_RESEND_S, COMMAND_TTL_S, "no command would ever be sent again"),
)


class ConfigManager:
    """The settings of one process: `config[settings.LISTEN_PORT]` is an int, checked.

    Raises SettingError when made, if any setting is bad.
    """

    def __init__(self, environment: Mapping[str, str], env_file: Path | None = None) -> None:
        filed = read_env_file(env_file) if env_file else {}
        self._values = {each.name: _value(each, environment, filed, env_file) for each in SETTINGS}
        self._check_pairs()

    @classmethod
    def load(cls, options: Mapping[str, str] | None = None) -> Self:
        """From `options` (of the command line, by setting), this process's environment, and `.env` where it works."""
        return cls({**os.environ, **(options or {})}, Path(".env"))

    @classmethod
    def load_or_exit(cls, program: str, options: Mapping[str, str] | None = None) -> Self:
        """As `load`; a bad setting is printed on stderr in one line and ends the program with exit code 2."""
        try:
            return cls.load(options)
        except SettingError as error:
            sys.stderr.write(f"{program}: {error}\n")
            raise SystemExit(BAD_SETTING_EXIT) from None

    def __getitem__(self, setting: Setting[T]) -> T:
        return cast(T, self._values[setting.name])

    def database_url(self) -> str:
        """DATABASE_URL, or the SQLite file at DB_PATH, for SQLAlchemy."""
        return self[DATABASE_URL] or f"sqlite:///{self[DB_PATH]}"

    def _check_pairs(self) -> None:
        for low, high, otherwise in _RISING:
            if self[low] >= self[high]:
                raise SettingError(
                    f"{low.name}={self[low]:g} must be less than {high.name}={self[high]:g}, or {otherwise}; "
                    f"for example {low.name}={low.default} {high.name}={high.default}"
                )
        if self[LISTEN_PORT] == self[PLAIN_PORT] != 0:
            raise SettingError(
                f"PLAIN_PORT={self[PLAIN_PORT]} must differ from LISTEN_PORT={self[LISTEN_PORT]}; "
                f"for example PLAIN_PORT={PLAIN_PORT.example} LISTEN_PORT={LISTEN_PORT.example}"
            )


def _value(
    setting: Setting[Any], environment: Mapping[str, str], filed: Mapping[str, str], file: Path | None
) -> object:
    for source, where in ((environment, ""), (filed, f" (in {file})")):
        # Compose files and shells pass "not set" on as an empty string.
        text = source.get(setting.name, "").strip()
        if text:
            return _parsed(setting, text, where)
    return setting.parse(setting.default)


def _parsed(setting: Setting[Any], text: str, where: str) -> object:
    try:
        if len(text) > values.MAX_TEXT:
            raise ValueError(f"must have at most {values.MAX_TEXT} characters, not {len(text)}")
        if not text.isprintable():
            raise ValueError("must have no control characters")
        return setting.parse(text)
    except ValueError as error:
        shown = "" if setting.secret else f", not {_shown(text)}"
        raise SettingError(
            f"{setting.name}{where} {error}{shown}; for example {setting.name}={setting.example}"
        ) from None


def _shown(text: str) -> str:
    # ascii(): whatever the terminal's encoding, the complaint about a value must not fail on the value.
    shown = ascii(text[: values.MAX_TEXT])
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "..."


def read_env_file(file: Path) -> dict[str, str]:
    """The file's assignments; none where there is no file.

    Raises SettingError where it cannot be read, or a line is no assignment (python-dotenv would skip it).
    """
    example = "each line must be NAME=value, for example LISTEN_PORT=7000"
    try:
        with file.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SettingError(f"{file} is not UTF-8 text; {example}") from None
    except OSError as error:
        raise SettingError(f"{file} cannot be read ({error.strerror}); {example}") from None
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            raise SettingError(f"{file} line {binding.original.line} is no setting; {example}")
    return {each.key: each.value for each in bindings if each.key is not None and each.value is not None}
