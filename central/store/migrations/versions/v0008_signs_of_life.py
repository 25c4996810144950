"""A sign of life for each topic."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for name in ("logged_at_ms", "heartbeat_at_ms"):
        op.add_column("LastSeen", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    seen = sa.table("LastSeen", sa.column("at_ms"), sa.column("heartbeat_at_ms"))
    op.execute(seen.update().values(heartbeat_at_ms=seen.c.at_ms))
    op.drop_column("LastSeen", "at_ms")
