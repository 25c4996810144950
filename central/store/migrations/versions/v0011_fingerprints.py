"""Which log a position stands in: the topic's own id, and a fingerprint of the last record folded."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("Positions", sa.Column("topic_id", sa.Text(), nullable=True))
    op.add_column("Positions", sa.Column("checksum", sa.BigInteger(), nullable=True))
    op.add_column("Positions", sa.Column("stamp_ms", sa.BigInteger(), nullable=True))
