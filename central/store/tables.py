"""The tables: the classes of `central/model/rows.py` under the specification's names, and the worker's own.

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
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    true,
)

from central.model import rows
from central.model.states import SESSION_STATES, STATUS_ORDER
from central.store.columns import count_column, flag, moment, number, one_of, text_column
from central.store.decimal_text import DecimalText

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Any, **dialect_options: Any) -> Table:
    return Table(name, metadata, *items, **dialect_options)


CHARGING_POINTS = _table(
    "ChargingPoints",
    text_column("cp_id", primary_key=True),
    Column("location", String(255)),
    Column("price_per_kwh", DecimalText(10, 4)),
    Column("status", Text, nullable=False, server_default="DISCONNECTED"),
    moment("last_connection_time"),
    count_column("price_e4"),
    text_column("board", nullable=True),
    text_column("engine_board", nullable=True),
    flag("replaceable"),
    text_column("link_id", nullable=True),
    flag("silent"),
    flag("stopped"),
    text_column("session_id", nullable=True),
    count_column("seq"),
    number("service_seq", nullable=True),
    text_column("engine_state", nullable=True),
    Column("vehicle", Text, nullable=False, server_default="unknown"),
    text_column("meter_id", nullable=True),
    count_column("register_wh"),
    number("rated_current_ma", nullable=True),
    number("registered_at_ms", nullable=True),
    one_of("status", tuple(status for status, _ in STATUS_ORDER)),
)

DRIVERS = _table(
    "Drivers",
    text_column("driver_id", primary_key=True),
    Column("username", String(255)),
    moment("created_at"),
    number("created_at_ms", nullable=True),
    text_column("claim_session_id", nullable=True),
    text_column("claim_cp_id", nullable=True),
)

CHARGING_SESSIONS = _table(
    "ChargingSessions",
    text_column("session_id", primary_key=True),
    text_column("cp_id"),
    text_column("driver_id"),
    moment("start_time"),
    moment("end_time"),
    Column("energy_consumed_kwh", DecimalText(12, 2)),
    Column("total_cost", DecimalText(12, 2)),
    Column("status", Text, nullable=False, server_default="requested"),
    text_column("request_id"),
    count_column("requested_at_ms"),
    text_column("currency"),
    number("tariff_version"),
    number("price_e4"),
    number("max_energy_wh", nullable=True),
    number("max_duration_s", nullable=True),
    text_column("meter_id", nullable=True),
    number("start_register_wh", nullable=True),
    number("last_register_wh", nullable=True),
    number("end_register_wh", nullable=True),
    number("started_at_ms", nullable=True),
    number("last_checkpoint_at_ms", nullable=True),
    number("ended_at_ms", nullable=True),
    text_column("reason", nullable=True),
    number("energy_wh", nullable=True),
    number("cost_minor", nullable=True),
    count_column("unbilled_wh"),
    count_column("held_wh"),
    flag("claim_released"),
    flag("stop_requested"),
    Column("flags", Text, nullable=False, server_default=""),
    one_of("status", SESSION_STATES),
    ForeignKeyConstraint(["cp_id"], ["ChargingPoints.cp_id"], deferrable=True, initially="DEFERRED"),
    ForeignKeyConstraint(["driver_id"], ["Drivers.driver_id"], deferrable=True, initially="DEFERRED").ddl_if(
        dialect="sqlite"
    ),
    Index(None, "cp_id", "status"),
    Index(None, "driver_id", "requested_at_ms"),
)

CHARGE_REQUESTS = _table(
    "ChargeRequests",
    text_column("driver_id", primary_key=True),
    text_column("message_id", primary_key=True),
    text_column("cp_id"),
    text_column("session_id"),
    text_column("state"),
    text_column("reason", nullable=True),
    number("requested_at_ms"),
    Index(None, "driver_id", "requested_at_ms"),
    Index(None, "session_id"),
)

FAULTS = _table(
    "Faults",
    text_column("cp_id", primary_key=True),
    text_column("fault", primary_key=True),
    text_column("info"),
    number("since_ms"),
    number("cleared_at_ms", nullable=True),
)

TICKETS = _table(
    "Tickets",
    text_column("session_id", primary_key=True),
    number("number", primary_key=True),
    text_column("cp_id"),
    text_column("driver_id"),
    number("issued_at_ms"),
    text_column("body"),
    Index(None, "cp_id"),
)

COMMANDS = _table(
    "Commands",
    text_column("cp_id", primary_key=True),
    number("seq", primary_key=True),
    text_column("kind"),
    text_column("session_id", nullable=True),
    text_column("body"),
    number("expires_at_ms"),
    text_column("state"),
    text_column("reason", nullable=True),
    Index(None, "cp_id", "state"),
    Index(None, "cp_id", "session_id"),
)

DEADLINES = _table(
    "Deadlines",
    text_column("deadline_id", primary_key=True),
    text_column("topic"),
    text_column("key"),
    number("generation"),
    number("due_at_ms"),
    Column("live", Boolean, nullable=False, server_default=true()),
    Index(None, "live", "due_at_ms"),
    Index(None, "key"),
)

SEEN_WINDOWS = _table(
    "SeenWindows",
    text_column("key", primary_key=True),
    text_column("board", primary_key=True),
    text_column("epoch", primary_key=True),
    number("high_n"),
    text_column("bitmap"),
)

SEEN_IDS = _table(
    "SeenIds",
    text_column("topic", primary_key=True),
    text_column("key", primary_key=True),
    text_column("kind", primary_key=True),
    text_column("message_id", primary_key=True),
    number("at_ms"),
    Index(None, "at_ms"),
)

LIVE_FIGURES = _table(
    "LiveFigures",
    text_column("cp_id", primary_key=True),
    number("at_ms"),
    text_column("session_id", nullable=True),
    text_column("state"),
    number("register_wh"),
    number("session_energy_wh"),
    number("power_w"),
    number("current_ma"),
    number("voltage_mv"),
    number("limit_ma"),
    number("temperature_mc", nullable=True),
)

LAST_SEEN = _table("LastSeen", text_column("cp_id", primary_key=True), number("at_ms"))

# --- the worker's own ---

# `next` is the offset of the record to fold next; the others are its partition's Mark (model/record_time.py).
POSITIONS = _table(
    "Positions",
    text_column("topic", primary_key=True),
    Column("partition", Integer, primary_key=True),
    number("next"),
    count_column("mark_ms"),
    count_column("before_ms"),
    count_column("count"),
)

LOG_IDENTITY = _table("LogIdentity", text_column("cluster_id", primary_key=True))

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
    Index(None, "key", "id"),
    sqlite_autoincrement=True,
)

PARKED_KEYS = _table(
    "ParkedKeys",
    text_column("key", primary_key=True),
    text_column("topic", primary_key=True),
    text_column("error"),
    number("since_ms"),
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
