"""The settings of the log, and the log that they name."""

from pathlib import Path

from eventlog.opening import open_log
from eventlog.port import CONNECT_TIMEOUT_S, STREAM_LINGER_MS, Log, LogError
from runtime import values
from runtime.config import ConfigManager
from runtime.places import BadPlace, checked_place
from runtime.registry import Table

TABLE = Table("eventlog", "The log")

BROKER_ADDRESS = TABLE.row(
    "BROKER_ADDRESS", values.addresses, "", "127.0.0.1:9092",
    "Kafka's brokers, host:port with commas between. Empty: the log is embedded, a file (LOG_PATH).",
)
LOG_PATH = TABLE.row(
    "LOG_PATH", values.path, "wattline-log.db", "/var/lib/wattline/log.db",
    "The embedded log's file, the same for Central and bridge. Unused with BROKER_ADDRESS.",
)


def brokers_of(config: ConfigManager) -> str:
    """Kafka's brokers with commas between; "" where the log is embedded."""
    return ",".join(str(address) for address in config[BROKER_ADDRESS])


def place_of(config: ConfigManager) -> str:
    """Where the log is, in words for people: Kafka's brokers, or the full path of the embedded log's file."""
    return brokers_of(config) or str(Path(config[LOG_PATH]).absolute())


def log_of(
    config: ConfigManager,
    client_id: str,
    linger_ms: int = STREAM_LINGER_MS,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
) -> Log:
    """The log that the settings name; for what comes after `config` see `open_log`.

    Raises LogUnavailable, and LogError where no waiting makes LOG_PATH a log.
    """
    file = Path(config[LOG_PATH]).absolute()
    if not config[BROKER_ADDRESS]:
        from eventlog.embedded.file import APPLICATION_ID  # here: who reads its settings needs no SQLite

        try:
            checked_place(LOG_PATH, file, APPLICATION_ID, make_folder=True)
        except BadPlace as error:
            raise LogError(str(error)) from error
    return open_log(brokers_of(config), file, client_id, linger_ms=linger_ms, connect_timeout_s=connect_timeout_s)
