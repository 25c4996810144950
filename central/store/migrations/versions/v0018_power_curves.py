"""A charge's power over its time, for its driver; charges of old have none."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "PowerCurves",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("spacing_ms", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_PowerCurves"),
    )
    op.create_index("ix_PowerCurves_at_ms", "PowerCurves", ["at_ms"])
