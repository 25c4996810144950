"""Sites, which charge points are on them, and since when; charge points of old are on none."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "Sites",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("guests", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("added_at_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("removed_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_Sites")),
    )
    op.create_table(
        "SiteStays",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", "number", name=op.f("pk_SiteStays")),
    )
    op.add_column("ChargingPoints", sa.Column("site_id", sa.Text(), nullable=True))
