"""Which sites somebody serves; operators and auditors of old serve all, as they did."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("People", sa.Column("all_sites", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "SitesServed",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["People.person_id"], name="fk_SitesServed_person_id"),
        sa.PrimaryKeyConstraint("person_id", "site_id", name="pk_SitesServed"),
    )
