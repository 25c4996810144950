"""What drivers say went wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "ProblemReports",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "number", name="pk_ProblemReports"),
    )
    op.create_index("ix_ProblemReports_at_ms", "ProblemReports", ["at_ms"])
    op.create_index("ix_ProblemReports_cp_id_at_ms", "ProblemReports", ["cp_id", "at_ms"])
