"""The terms in force lie beside the offset; what is parked remembers its stamp, and the word that failed to free it.

Positions of old have no terms: the worker gives them those of the first `terms` record that it reads.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("Positions", sa.Column("terms", sa.Text(), nullable=True))
    op.add_column("Parked", sa.Column("stamp_ms", sa.BigInteger(), nullable=True))
    op.add_column("ParkedKeys", sa.Column("tried", sa.Text(), nullable=True))
