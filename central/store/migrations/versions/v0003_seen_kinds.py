"""Ids are told apart by the kind of message too.

Those seen before are forgotten: what comes again across this upgrade finds its request, session or ticket there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.drop_table("SeenIds")
    op.create_table(
        "SeenIds",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", "kind", "message_id", name="pk_SeenIds"),
    )
    op.create_index("ix_SeenIds_at_ms", "SeenIds", ["at_ms"])
