"""The tables of insight. All can be made again from the log; where the reader stands in it is beside them.

What is kept of a charge lies in two rows, since each is written from one partition of the log and nothing must depend
on which comes first: Requests (ev.driver) and Charges (ev.cp).

Times are ms since 1970 UTC, energy Wh, power W, money minor units (cents). A site_id of "" is no site.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from central.store.columns import count_column, new_metadata, number, text_column
from central.store.tables import LOG_IDENTITY, POSITIONS

metadata = new_metadata()
POSITIONS.to_metadata(metadata)
LOG_IDENTITY.to_metadata(metadata)

# --- what the log told ---

# outcome, reason: of the driver's claim, once it was released.
REQUESTS = Table(
    "Requests",
    metadata,
    text_column("session_id"),
    text_column("driver_id"),
    text_column("cp_id"),
    number("asked_at_ms"),
    Column("released_at_ms", BigInteger),
    Column("outcome", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("session_id"),
    Index(None, "asked_at_ms"),
)

# limit_ma: the most the post would give when it was claimed; None where its board never said. From started_at_ms on:
# of its receipts, all of them together; tickets is the number of the newest. plateau: metering.py.
CHARGES = Table(
    "Charges",
    metadata,
    text_column("session_id"),
    text_column("cp_id"),
    text_column("site_id"),
    number("claimed_at_ms"),
    Column("limit_ma", BigInteger),
    Column("started_at_ms", BigInteger),
    Column("ended_at_ms", BigInteger),
    Column("energy_wh", BigInteger),
    Column("cost_minor", BigInteger),
    Column("ended_by", Text),
    Column("tickets", Integer, nullable=False),
    Column("plateau_wh", BigInteger),
    Column("plateau_ms", BigInteger),
    PrimaryKeyConstraint("session_id"),
    Index(None, "site_id", "ended_at_ms"),
)

# The registers of a charge until its receipt comes.
READINGS = Table(
    "Readings",
    metadata,
    text_column("session_id"),
    number("at_ms"),
    number("register_wh"),
    PrimaryKeyConstraint("session_id", "at_ms"),
)

# rated_ma: as its board told; limit_ma: the operator's. is_there: not removed by the operator.
POSTS = Table(
    "Posts",
    metadata,
    text_column("cp_id"),
    text_column("site_id"),
    Column("is_there", Boolean, nullable=False),
    Column("rated_ma", BigInteger),
    Column("limit_ma", BigInteger),
    PrimaryKeyConstraint("cp_id"),
)

# When a post was on which site, "" included; from its first registration on.
STAYS = Table(
    "Stays",
    metadata,
    text_column("cp_id"),
    number("since_ms"),
    text_column("site_id"),
    Column("until_ms", BigInteger),
    PrimaryKeyConstraint("cp_id", "since_ms"),
    Index(None, "site_id"),
)

SITES = Table(
    "Sites",
    metadata,
    text_column("site_id"),
    text_column("name"),
    Column("removed_at_ms", BigInteger),
    PrimaryKeyConstraint("site_id"),
)

# A site's time zone, and from when on; the first holds before it, too.
ZONES = Table(
    "Zones",
    metadata,
    text_column("site_id"),
    number("since_ms"),
    text_column("zone"),
    PrimaryKeyConstraint("site_id", "since_ms"),
)

# --- roll-ups ---


def _roll_up(name: str, *moment: Column[int] | Column[str]) -> Table:
    """charges and cost_minor count where a charge ended."""
    return Table(
        name,
        metadata,
        text_column("site_id"),
        text_column("cp_id"),
        *moment,
        count_column("energy_wh"),
        count_column("in_use_ms"),
        count_column("charges"),
        count_column("cost_minor"),
        PrimaryKeyConstraint("site_id", "cp_id", moment[0].name),
        Index(None, moment[0].name),
    )


SUMS = ("energy_wh", "in_use_ms", "charges", "cost_minor")
QUARTERS = _roll_up("Quarters", number("quarter_ms"))
DAYS = _roll_up("Days", text_column("day"))
MONTHS = _roll_up("Months", text_column("month"))

# Of all posts of a site together.
SITE_QUARTERS = Table(
    "SiteQuarters",
    metadata,
    text_column("site_id"),
    number("quarter_ms"),
    count_column("energy_wh"),
    PrimaryKeyConstraint("site_id", "quarter_ms"),
    Index(None, "quarter_ms"),
)

# The highest quarter-hour of a site's month among those that are no longer kept.
PEAKS = Table(
    "Peaks",
    metadata,
    text_column("site_id"),
    text_column("month"),
    number("power_w"),
    number("quarter_ms"),
    PrimaryKeyConstraint("site_id", "month"),
)

# --- what takes long to tell, made ahead (judgement.py, ahead.py) ---

# at_ms: by which time it was judged, None where no time and no silence will change it any more. lost_after_ms: the
# setting that it was judged under.
JUDGEMENTS = Table(
    "Judgements",
    metadata,
    text_column("site_id"),
    text_column("month"),
    Column("at_ms", BigInteger),
    number("lost_after_ms"),
    text_column("judgement"),
    PrimaryKeyConstraint("site_id", "month"),
)

# From which moment on a site's months are still to be judged: what is told of an earlier one sets it back.
OUTDATED = Table(
    "Outdated",
    metadata,
    text_column("site_id"),
    number("since_ms"),
    PrimaryKeyConstraint("site_id"),
)
