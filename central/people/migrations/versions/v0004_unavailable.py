"""Requests for a charge that were answered 503."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "Unavailable",
        sa.Column("hour_ms", sa.BigInteger(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour_ms", "cp_id", name="pk_Unavailable"),
    )
