"""The time of a partition is a mark that heals; the highest stamp so far becomes its first one, confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

EARLIEST_MS = 1_577_836_800_000  # 2020-01-01, where a mark begins


def upgrade() -> None:
    op.execute('ALTER TABLE "Positions" RENAME COLUMN newest_ms TO mark_ms')
    op.add_column("Positions", sa.Column("before_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("Positions", sa.Column("count", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    positions = sa.table("Positions", sa.column("mark_ms"), sa.column("before_ms"))
    op.execute(positions.update().where(positions.c.mark_ms < EARLIEST_MS).values(mark_ms=EARLIEST_MS))
    op.execute(positions.update().values(before_ms=positions.c.mark_ms))
