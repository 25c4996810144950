"""What the operator bounds the current of a charge point to; old ones have no bound."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("ChargingPoints", sa.Column("limit_ma", sa.BigInteger(), nullable=True))
