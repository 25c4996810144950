"""The highest register that telemetry told of each charge, so that its live figure never falls."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "LiveCharges",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("register_wh", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_LiveCharges"),
    )
    op.create_index("ix_LiveCharges_at_ms", "LiveCharges", ["at_ms"])
