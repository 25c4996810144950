"""The tables of notices: what waits to be told, to whom it was told, and where the reader stands in the log.

Times are ms since 1970 UTC, energy Wh. They can be deleted: then notices begin at the log's end again.
"""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, Text

from central.store.columns import count_column, new_metadata, number, one_of, text_column
from central.store.tables import LOG_IDENTITY, POSITIONS

metadata = new_metadata()
POSITIONS.to_metadata(metadata)
LOG_IDENTITY.to_metadata(metadata)

# Charges whose relay has closed and of which no energy was told yet. register_wh: when it closed.
WAITING_CHARGES = Table(
    "WaitingCharges",
    metadata,
    text_column("session_id"),
    number("register_wh"),
    number("at_ms"),
    PrimaryKeyConstraint("session_id"),
)

# What a charge point is in, by its subject (rules.py): a fault by its name, or silence. cause_id: of the record that
# began it. due_ms: when it is looked at next; None: not before something turns.
SITUATIONS = Table(
    "Situations",
    metadata,
    text_column("cp_id"),
    text_column("subject"),
    text_column("cause_id"),
    number("since_ms"),
    number("turned_ms"),
    text_column("state"),
    text_column("told"),
    number("times"),
    Column("due_ms", BigInteger),
    PrimaryKeyConstraint("cp_id", "subject"),
    Index(None, "due_ms"),
)

# person_id: "" for a webhook, which is told as itself. lane: what fails or is slow together. details: what the words
# need, as JSON. why: of one that was dropped.
DUE, SENT, FAILED, DROPPED = "due", "sent", "failed", "dropped"
STATES = (DUE, SENT, FAILED, DROPPED)
DELIVERIES = Table(
    "Deliveries",
    metadata,
    text_column("delivery_id"),
    text_column("event"),
    text_column("cp_id"),
    text_column("person_id"),
    text_column("channel"),
    text_column("lane"),
    number("at_ms"),
    text_column("details"),
    text_column("state"),
    Column("why", Text),
    count_column("tries"),
    number("next_try_ms"),
    Column("last_error", Text),
    Column("done_at_ms", BigInteger),
    PrimaryKeyConstraint("delivery_id"),
    one_of("state", STATES),
    Index(None, "state", "lane", "next_try_ms"),
    Index(None, "at_ms"),
)
