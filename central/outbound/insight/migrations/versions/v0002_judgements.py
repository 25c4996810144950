"""Months are judged ahead; and the quarter-hours of a site's posts together."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "SiteQuarters",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("quarter_ms", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("site_id", "quarter_ms", name="pk_SiteQuarters"),
    )
    op.create_index("ix_SiteQuarters_quarter_ms", "SiteQuarters", ["quarter_ms"])
    op.create_table(
        "Judgements",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=True),
        sa.Column("lost_after_ms", sa.BigInteger(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "month", name="pk_Judgements"),
    )
    op.create_table(
        "Outdated",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_Outdated"),
    )
    op.execute(
        'INSERT INTO "SiteQuarters" (site_id, quarter_ms, energy_wh) '
        'SELECT site_id, quarter_ms, SUM(energy_wh) FROM "Quarters" GROUP BY site_id, quarter_ms'
    )
    op.execute('INSERT INTO "Outdated" (site_id, since_ms) SELECT DISTINCT site_id, 0 FROM "Stays"')
