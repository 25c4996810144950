"""The alarm that the log's clock and the worker's are apart."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("LogIdentity", sa.Column("clock_ahead_ms", sa.BigInteger(), nullable=True))
