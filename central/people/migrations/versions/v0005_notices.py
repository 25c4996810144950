"""Where other programs want to be told; in which language and at which hours people do."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "Webhooks",
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_Webhooks"),
    )
    op.create_table(
        "Wishes",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("quiet_from_min", sa.BigInteger(), nullable=True),
        sa.Column("quiet_to_min", sa.BigInteger(), nullable=True),
        sa.Column("urgent_anyway", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.ForeignKeyConstraint(["person_id"], ["People.person_id"], name="fk_Wishes_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_Wishes"),
    )
