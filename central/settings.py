"""The settings of Central."""

from pathlib import Path

from eventlog.settings import BROKER_ADDRESS, LOG_PATH
from runtime import values
from runtime.registry import Table, Values
from runtime.settings import COMMAND_TTL_S, DAY_S

TABLE = Table("central", "Central")

DB_PATH = TABLE.row(
    "DB_PATH", values.path, "wattline.db", "/var/lib/wattline/wattline.db",
    "Central's SQLite file. Unused with DATABASE_URL.",
)
DATABASE_URL = TABLE.row(
    "DATABASE_URL", values.database_url, "", "postgresql://wattline@127.0.0.1/wattline",
    "Central's database where it is not the SQLite file at DB_PATH.", secret=True,
)
API_ADDRESS = TABLE.row(
    "API_ADDRESS", values.listen_address, "127.0.0.1:8080", "127.0.0.1:8080",
    "Where Central's HTTP API listens (port 0: any free one); `wattline` has WATTLINE_API.",
)
API_ALLOW_REMOTE = TABLE.row(
    "API_ALLOW_REMOTE", values.boolean, "false", "true",
    "Let the API listen beyond loopback, though nobody needs a token yet: for a container whose port is published "
    "on loopback.",
)
CURRENCY = TABLE.row(
    "CURRENCY", values.currency, "EUR", "EUR", "Currency of prices and receipts; one with two decimals.",
)
COMMAND_RESEND_S = TABLE.row(
    "COMMAND_RESEND_S", values.seconds(0.01, 600), "5", "5",
    "Pause before an unanswered command is sent again.",
)
LOST_AFTER_S = TABLE.row(
    "LOST_AFTER_S", values.seconds(0.1, 365 * DAY_S), "86400", "86400",
    "Time without the engine's word after which a session is closed as lost.",
)
REQUEST_TTL_S = TABLE.row(
    "REQUEST_TTL_S", values.seconds(0.1, 3600), "60", "60",
    "Age at which a request for a charge is refused as expired: nobody stands at the car any more.",
)
CLAIM_HOLD_S = TABLE.row(
    "CLAIM_HOLD_S", values.seconds(0.1, 7 * DAY_S), "600", "600",
    "Time of a charge point's being DISCONNECTED after which its driver may charge elsewhere.",
)
UNNAMED_AFTER_S = TABLE.row(
    "UNNAMED_AFTER_S", values.seconds(0.1, 3600), "60", "60",
    "Time after which a session is closed as lost where its engine says that it runs none.",
)
REPLACE_FOR_S = TABLE.row(
    "REPLACE_FOR_S", values.seconds(1, 30 * DAY_S), "86400", "86400",
    "Time for which `wattline-central replace` lets another board in.",
)
TICK_INTERVAL_MS = TABLE.row(
    "TICK_INTERVAL_MS", values.seconds(1, 60_000), "500", "500",
    "How often Central looks for deadlines that have passed.",
)
OUTAGE_GRACE_S = TABLE.row(
    "OUTAGE_GRACE_S", values.seconds(0, 3600), "10", "10",
    "How long Central lets journals arrive before deadlines pass, after its start and after an outage of the log.",
)
PLANT_SPEED = TABLE.row(
    "PLANT_SPEED", values.whole(1, 10_000), "1", "20",
    "How much faster than the clock simulated plants run, so that Central believes their meters. 1 for real current.",
)

_SQLITE = "sqlite:///"

TABLE.rising(COMMAND_RESEND_S, COMMAND_TTL_S, "no command would ever be sent again")


@TABLE.rule
def _files_differ(values: Values) -> str | None:
    file = database_file(values)
    if file is None or values[BROKER_ADDRESS] or file != Path(values[LOG_PATH]).absolute():
        return None
    return (
        f"LOG_PATH={values[LOG_PATH]} must not be the database's file; "
        f"for example {LOG_PATH.name}={LOG_PATH.default} {DB_PATH.name}={DB_PATH.default}"
    )


def database_url(values: Values) -> str:
    """DATABASE_URL, or the SQLite file at DB_PATH, for SQLAlchemy."""
    return values[DATABASE_URL] or f"{_SQLITE}{values[DB_PATH]}"


def database_file(values: Values) -> Path | None:
    """The full path of SQLite's file; None where the database is no SQLite file."""
    url = database_url(values)
    return Path(url.removeprefix(_SQLITE).partition("?")[0]).absolute() if url.startswith(_SQLITE) else None
