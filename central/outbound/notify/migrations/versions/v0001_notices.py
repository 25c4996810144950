"""What waits to be told, to whom it was told, and where the reader stands in the log."""

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
        "WaitingCharges",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("register_wh", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_WaitingCharges"),
    )
    op.create_table(
        "Situations",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("turned_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", "subject", name="pk_Situations"),
    )
    op.create_index("ix_Situations_due_ms", "Situations", ["due_ms"])
    op.create_table(
        "Deliveries",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_try_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_Deliveries"),
        sa.CheckConstraint("state IN ('due', 'sent', 'failed', 'dropped')", name="ck_Deliveries_state"),
    )
    op.create_index("ix_Deliveries_state_lane_next_try_ms", "Deliveries", ["state", "lane", "next_try_ms"])
    op.create_index("ix_Deliveries_at_ms", "Deliveries", ["at_ms"])
