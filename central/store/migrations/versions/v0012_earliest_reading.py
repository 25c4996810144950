"""When a meter's register can have been reached at the earliest, and whether the log's clock stood still at it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "Meters", sa.Column("earliest_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("Meters", sa.Column("clock_stood", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.get_bind().exec_driver_sql('UPDATE "Meters" SET earliest_ms = read_at_ms')
