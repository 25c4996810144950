"""What is kept of charges, the roll-ups, and where the reader stands in the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "Positions",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("mark_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("before_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("count", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("topic_id", sa.Text(), nullable=True),
        sa.Column("checksum", sa.BigInteger(), nullable=True),
        sa.Column("stamp_ms", sa.BigInteger(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("topic", "partition", name="pk_Positions"),
    )
    op.create_table(
        "LogIdentity",
        sa.Column("cluster_id", sa.Text(), nullable=False),
        sa.Column("clock_ahead_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cluster_id", name="pk_LogIdentity"),
    )
    op.create_table(
        "Requests",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("released_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name="pk_Requests"),
    )
    op.create_index("ix_Requests_asked_at_ms", "Requests", ["asked_at_ms"])
    op.create_table(
        "Charges",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("claimed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("limit_ma", sa.BigInteger(), nullable=True),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("energy_wh", sa.BigInteger(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("plateau_wh", sa.BigInteger(), nullable=True),
        sa.Column("plateau_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name="pk_Charges"),
    )
    op.create_index("ix_Charges_site_id_ended_at_ms", "Charges", ["site_id", "ended_at_ms"])
    op.create_table(
        "Readings",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("register_wh", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "at_ms", name="pk_Readings"),
    )
    op.create_table(
        "Posts",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.Column("rated_ma", sa.BigInteger(), nullable=True),
        sa.Column("limit_ma", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", name="pk_Posts"),
    )
    op.create_table(
        "Stays",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", "since_ms", name="pk_Stays"),
    )
    op.create_index("ix_Stays_site_id", "Stays", ["site_id"])
    op.create_table(
        "Sites",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("removed_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", name="pk_Sites"),
    )
    op.create_table(
        "Zones",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "since_ms", name="pk_Zones"),
    )
    op.create_table(
        "Quarters",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("quarter_ms", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("in_use_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("charges", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("site_id", "cp_id", "quarter_ms", name="pk_Quarters"),
    )
    op.create_index("ix_Quarters_quarter_ms", "Quarters", ["quarter_ms"])
    op.create_table(
        "Days",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("in_use_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("charges", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("site_id", "cp_id", "day", name="pk_Days"),
    )
    op.create_index("ix_Days_day", "Days", ["day"])
    op.create_table(
        "Months",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("in_use_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("charges", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("site_id", "cp_id", "month", name="pk_Months"),
    )
    op.create_index("ix_Months_month", "Months", ["month"])
    op.create_table(
        "Peaks",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("power_w", sa.BigInteger(), nullable=False),
        sa.Column("quarter_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "month", name="pk_Peaks"),
    )
