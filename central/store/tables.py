"""The tables: the classes of `central/rows.py` under the specification's names, and the worker's own.

Beside the exact integers stand the specification's classic columns (decimals and datetimes); `classic.py` derives
them. `username` is written by the API, everything else by the worker alone.

Foreign keys are declared as the specification asks and checked by `wattline-central verify`: a fold sees one key,
and may meet a session before the other key's row is there (in a rebuild). SQLite leaves declared keys unenforced
unless told otherwise; PostgreSQL knows no such declaration, so there only the key to the charge point is declared,
whose row the same fold writes.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
    true,
)

from central import rows
from central.store.decimal_text import DecimalText

POINT_STATUSES = ("ACTIVE", "STOPPED", "DISCONNECTED", "FAULTY", "CHARGING")
SESSION_STATUSES = ("requested", "authorized", "in_progress", "completed", "cancelled", "failed")

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable, primary_key=primary_key)


def _number(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable, primary_key=primary_key)


def _zero(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


def _no(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=false())


def _time(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True))


def _one_of(column: str, allowed: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{each}'" for each in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _table(name: str, *items: Any, **dialect_options: Any) -> Table:
    return Table(name, metadata, *items, **dialect_options)


CHARGING_POINTS = _table(
    "ChargingPoints",
    _words("cp_id", primary_key=True),
    Column("location", String(255)),
    Column("price_per_kwh", DecimalText(10, 4)),
    Column("status", Text, nullable=False, server_default="DISCONNECTED"),
    _time("last_connection_time"),
    _zero("price_e4"),
    _words("board", nullable=True),
    _words("engine_board", nullable=True),
    _no("replaceable"),
    _words("link_id", nullable=True),
    _no("silent"),
    _no("stopped"),
    _words("session_id", nullable=True),
    _zero("seq"),
    _number("service_seq", nullable=True),
    _words("engine_state", nullable=True),
    Column("vehicle", Text, nullable=False, server_default="unknown"),
    _words("meter_id", nullable=True),
    _zero("register_wh"),
    _number("rated_current_ma", nullable=True),
    _number("registered_at_ms", nullable=True),
    _one_of("status", POINT_STATUSES),
)

DRIVERS = _table(
    "Drivers",
    _words("driver_id", primary_key=True),
    Column("username", String(255)),
    _time("created_at"),
    _number("created_at_ms", nullable=True),
    _words("claim_session_id", nullable=True),
    _words("claim_cp_id", nullable=True),
)

CHARGING_SESSIONS = _table(
    "ChargingSessions",
    _words("session_id", primary_key=True),
    _words("cp_id"),
    _words("driver_id"),
    _time("start_time"),
    _time("end_time"),
    Column("energy_consumed_kwh", DecimalText(12, 2)),
    Column("total_cost", DecimalText(12, 2)),
    Column("status", Text, nullable=False, server_default="requested"),
    _words("request_id"),
    _zero("requested_at_ms"),
    _words("currency"),
    _number("tariff_version"),
    _number("price_e4"),
    _number("max_energy_wh", nullable=True),
    _number("max_duration_s", nullable=True),
    _words("meter_id", nullable=True),
    _number("start_register_wh", nullable=True),
    _number("last_register_wh", nullable=True),
    _number("end_register_wh", nullable=True),
    _number("started_at_ms", nullable=True),
    _number("last_checkpoint_at_ms", nullable=True),
    _number("ended_at_ms", nullable=True),
    _words("reason", nullable=True),
    _number("energy_wh", nullable=True),
    _number("cost_minor", nullable=True),
    _zero("unbilled_wh"),
    _zero("held_wh"),
    _no("claim_released"),
    _no("stop_requested"),
    Column("flags", Text, nullable=False, server_default=""),
    _one_of("status", SESSION_STATUSES),
    ForeignKeyConstraint(["cp_id"], ["ChargingPoints.cp_id"], deferrable=True, initially="DEFERRED"),
    ForeignKeyConstraint(["driver_id"], ["Drivers.driver_id"], deferrable=True, initially="DEFERRED").ddl_if(
        dialect="sqlite"
    ),
    Index(None, "cp_id", "status"),
    Index(None, "driver_id", "requested_at_ms"),
)

CHARGE_REQUESTS = _table(
    "ChargeRequests",
    _words("driver_id", primary_key=True),
    _words("message_id", primary_key=True),
    _words("cp_id"),
    _words("session_id"),
    _words("state"),
    _words("reason", nullable=True),
    _number("requested_at_ms"),
    Index(None, "driver_id", "requested_at_ms"),
    Index(None, "driver_id", "session_id"),
)

FAULTS = _table(
    "Faults",
    _words("cp_id", primary_key=True),
    _words("fault", primary_key=True),
    _words("info"),
    _number("since_ms"),
    _number("cleared_at_ms", nullable=True),
)

TICKETS = _table(
    "Tickets",
    _words("session_id", primary_key=True),
    _number("number", primary_key=True),
    _words("cp_id"),
    _words("driver_id"),
    _number("issued_at_ms"),
    _words("body"),
    Index(None, "cp_id"),
)

COMMANDS = _table(
    "Commands",
    _words("cp_id", primary_key=True),
    _number("seq", primary_key=True),
    _words("kind"),
    _words("session_id", nullable=True),
    _words("body"),
    _number("expires_at_ms"),
    _words("state"),
    _words("reason", nullable=True),
    Index(None, "cp_id", "state"),
    Index(None, "cp_id", "session_id"),
)

DEADLINES = _table(
    "Deadlines",
    _words("deadline_id", primary_key=True),
    _words("topic"),
    _words("key"),
    _number("generation"),
    _number("due_at_ms"),
    Column("live", Boolean, nullable=False, server_default=true()),
    Index(None, "live", "due_at_ms"),
    Index(None, "key"),
)

SEEN_WINDOWS = _table(
    "SeenWindows",
    _words("key", primary_key=True),
    _words("board", primary_key=True),
    _words("epoch", primary_key=True),
    _number("high_n"),
    _words("bitmap"),
)

SEEN_IDS = _table(
    "SeenIds",
    _words("topic", primary_key=True),
    _words("key", primary_key=True),
    _words("kind", primary_key=True),
    _words("message_id", primary_key=True),
    _number("at_ms"),
    Index(None, "at_ms"),
)

LIVE_FIGURES = _table(
    "LiveFigures",
    _words("cp_id", primary_key=True),
    _number("at_ms"),
    _words("session_id", nullable=True),
    _words("state"),
    _number("register_wh"),
    _number("session_energy_wh"),
    _number("power_w"),
    _number("current_ma"),
    _number("voltage_mv"),
    _number("limit_ma"),
    _number("temperature_mc", nullable=True),
)

LAST_SEEN = _table("LastSeen", _words("cp_id", primary_key=True), _number("at_ms"))

# --- the worker's own ---

# `next` is the offset of the record to fold next; `newest_ms` the highest LogAppendTime folded.
POSITIONS = _table(
    "Positions",
    _words("topic", primary_key=True),
    Column("partition", Integer, primary_key=True),
    _number("next"),
    _zero("newest_ms"),
)

LOG_IDENTITY = _table("LogIdentity", _words("cluster_id", primary_key=True))

# Ids are never used again (AUTOINCREMENT): the publisher remembers how far it has read.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

OUTBOX = _table(
    "Outbox",
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    _words("topic"),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    _words("headers"),  # JSON, texts by name
    sqlite_autoincrement=True,
)

PARKED = _table(
    "Parked",
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    _words("topic"),
    _words("key"),
    Column("partition", Integer, nullable=False),
    _number("offset"),
    Column("value", LargeBinary, nullable=False),
    _words("headers"),  # JSON, texts by name
    _number("at_ms"),  # the record's time as the fold will see it
    Index(None, "key", "id"),
    sqlite_autoincrement=True,
)

PARKED_KEYS = _table(
    "ParkedKeys",
    _words("key", primary_key=True),
    _words("topic", primary_key=True),
    _words("error"),
    _number("since_ms"),
)

TABLES: dict[type, Table] = {
    rows.ChargingPoint: CHARGING_POINTS,
    rows.Fault: FAULTS,
    rows.Driver: DRIVERS,
    rows.Session: CHARGING_SESSIONS,
    rows.ChargeRequest: CHARGE_REQUESTS,
    rows.Ticket: TICKETS,
    rows.Command: COMMANDS,
    rows.Deadline: DEADLINES,
    rows.SeenWindow: SEEN_WINDOWS,
    rows.SeenId: SEEN_IDS,
    rows.LiveFigures: LIVE_FIGURES,
    rows.LastSeen: LAST_SEEN,
}
