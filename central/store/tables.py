"""The tables: the rows of `central/model/rows.py` under the specification's names, and the worker's own.

Columns come from the row classes. Beside their exact integers stand the specification's classic columns (decimals and
datetimes), which are named here and filled by `classic.py`. `username` is written where a driver is
registered (API, operator; names.py), everything else by the worker alone.

Foreign keys are declared as the specification asks and checked by `wattline-central verify`: a fold sees one key,
and may meet a session before the other key's row is there (in a rebuild). SQLite leaves declared keys unenforced
unless told otherwise; PostgreSQL knows no such declaration, so there only the key to the charge point is declared,
whose row the same fold writes.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    literal_column,
)

from central.model import driver_rows, rows, site_rows
from central.model.states import OPEN, SESSION_STATES, STATUS_ORDER
from central.store.columns import columns_of, count_column, moment, new_metadata, number, one_of, text_column
from central.store.decimal_text import DecimalText

metadata = new_metadata()


def _table(name: str, *items: Any, **dialect_options: Any) -> Table:
    return Table(name, metadata, *items, **dialect_options)


CHARGING_POINTS = _table(
    "ChargingPoints",
    *columns_of(rows.ChargingPoint, Column("location", String(255))),
    # the specification's classic columns
    Column("price_per_kwh", DecimalText(10, 4)),
    moment("last_connection_time"),
    one_of("status", tuple(status for status, _ in STATUS_ORDER)),
)

DRIVERS = _table(
    "Drivers",
    *columns_of(rows.Driver),
    Column("username", String(255)),
    moment("created_at"),
)

# Added to a table that had rows, which SQLite allows with a default only.
_TARIFF = Column("tariff", Text, nullable=False, server_default="{}")

CHARGING_SESSIONS = _table(
    "ChargingSessions",
    *columns_of(rows.Session, _TARIFF),
    moment("start_time"),
    moment("end_time"),
    Column("energy_consumed_kwh", DecimalText(12, 2)),
    Column("total_cost", DecimalText(12, 2)),
    one_of("status", SESSION_STATES),
    ForeignKeyConstraint(["cp_id"], ["ChargingPoints.cp_id"], deferrable=True, initially="DEFERRED"),
    ForeignKeyConstraint(["driver_id"], ["Drivers.driver_id"], deferrable=True, initially="DEFERRED").ddl_if(
        dialect="sqlite"
    ),
    Index(None, "cp_id", "status"),
    Index(None, "driver_id", "requested_at_ms"),
    Index(None, "requested_at_ms"),
    Index(None, "cp_id", "requested_at_ms"),
    Index(None, "ended_at_ms"),
)
# Of all sessions these are few, and looked for at each look at the charge points. An index of them alone is used where
# a query has its condition word for word.
IS_OPEN = CHARGING_SESSIONS.c.status.in_(bindparam("open_states", OPEN, expanding=True, literal_execute=True))
IS_HELD = CHARGING_SESSIONS.c.held_wh > literal_column("0")
_IN_TIME = (CHARGING_SESSIONS.c.requested_at_ms, CHARGING_SESSIONS.c.session_id)
for _name, _few, _by in (
    ("open", IS_OPEN, _IN_TIME), ("held", IS_HELD, _IN_TIME), ("held_by_point", IS_HELD, (CHARGING_SESSIONS.c.cp_id,)),
):  # fmt: skip
    Index(f"ix_ChargingSessions_{_name}", *_by, sqlite_where=_few, postgresql_where=_few)

CHARGE_REQUESTS = _table(
    "ChargeRequests",
    *columns_of(rows.ChargeRequest),
    Index(None, "driver_id", "requested_at_ms"),
    Index(None, "session_id"),
)

FAULTS = _table("Faults", *columns_of(rows.Fault))
SITES = _table("Sites", *columns_of(site_rows.Site))
SITE_STAYS = _table("SiteStays", *columns_of(site_rows.SiteStay))
METERS = _table("Meters", *columns_of(rows.Meter))
ALARMS = _table("Alarms", *columns_of(rows.Alarm))
TICKETS = _table("Tickets", *columns_of(rows.Ticket), Index(None, "cp_id"))

COMMANDS = _table(
    "Commands",
    *columns_of(rows.Command),
    Index(None, "cp_id", "state"),
    Index(None, "cp_id", "session_id"),
)

DEADLINES = _table("Deadlines", *columns_of(rows.Deadline), Index(None, "live", "due_at_ms"), Index(None, "key"))
SEEN_WINDOWS = _table("SeenWindows", *columns_of(rows.SeenWindow))
SEEN_IDS = _table("SeenIds", *columns_of(rows.SeenId), Index(None, "at_ms"))
OPERATOR_WORDS = _table(
    "OperatorWords",
    *columns_of(rows.OperatorWord),
    Index(None, "cp_id", "at_ms"),
    Index(None, "request_id"),
)
LIVE_FIGURES = _table("LiveFigures", *columns_of(rows.LiveFigures))
LIVE_CHARGES = _table("LiveCharges", *columns_of(rows.LiveCharge), Index(None, "at_ms"))
POWER_CURVES = _table("PowerCurves", *columns_of(driver_rows.PowerCurve), Index(None, "at_ms"))
PROBLEM_REPORTS = _table(
    "ProblemReports", *columns_of(driver_rows.ProblemReport), Index(None, "at_ms"), Index(None, "cp_id", "at_ms")
)
LAST_SEEN = _table("LastSeen", *columns_of(rows.LastSeen))

# --- the worker's own ---

# `next` is the offset of the record to fold next; mark_ms, before_ms and count are the
# partition's Mark (model/record_time.py), checksum and stamp_ms the fingerprint of the last record folded; terms are
# those in force, as JSON (model/terms.py).
POSITIONS = _table(
    "Positions",
    text_column("topic", primary_key=True),
    Column("partition", Integer, primary_key=True),
    number("next"),
    count_column("mark_ms"),
    count_column("before_ms"),
    count_column("count"),
    Column("topic_id", Text),
    Column("checksum", BigInteger),
    Column("stamp_ms", BigInteger),
    Column("terms", Text),
)

# `clock_ahead_ms`: of the log's clock before the worker's host, while that is an alarm.
LOG_IDENTITY = _table(
    "LogIdentity", text_column("cluster_id", primary_key=True), Column("clock_ahead_ms", BigInteger)
)

# Ids are never used again (AUTOINCREMENT): the publisher remembers how far it has read.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

OUTBOX = _table(
    "Outbox",
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    text_column("topic"),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    text_column("headers"),  # JSON, texts by name
    sqlite_autoincrement=True,
)

PARKED = _table(
    "Parked",
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    text_column("topic"),
    text_column("key"),
    Column("partition", Integer, nullable=False),
    number("offset"),
    Column("value", LargeBinary, nullable=False),
    text_column("headers"),  # JSON, texts by name
    number("at_ms"),  # the record's time as the fold will see it
    Column("stamp_ms", BigInteger),  # the log's; none of a version that did not keep it
    Index(None, "key", "id"),
    sqlite_autoincrement=True,
)

PARKED_KEYS = _table(
    "ParkedKeys",
    text_column("key", primary_key=True),
    text_column("topic", primary_key=True),
    text_column("error"),
    number("since_ms"),
    Column("tried", Text),  # the message_id of the newest `key_unparked` that failed
)

TABLES: dict[type, Table] = {
    rows.ChargingPoint: CHARGING_POINTS,
    site_rows.Site: SITES,
    site_rows.SiteStay: SITE_STAYS,
    rows.Fault: FAULTS,
    rows.Meter: METERS,
    rows.Alarm: ALARMS,
    rows.Driver: DRIVERS,
    rows.Session: CHARGING_SESSIONS,
    rows.ChargeRequest: CHARGE_REQUESTS,
    rows.Ticket: TICKETS,
    rows.Command: COMMANDS,
    rows.Deadline: DEADLINES,
    rows.SeenWindow: SEEN_WINDOWS,
    rows.SeenId: SEEN_IDS,
    rows.OperatorWord: OPERATOR_WORDS,
    rows.LiveFigures: LIVE_FIGURES,
    rows.LiveCharge: LIVE_CHARGES,
    driver_rows.PowerCurve: POWER_CURVES,
    driver_rows.ProblemReport: PROBLEM_REPORTS,
    rows.LastSeen: LAST_SEEN,
}
