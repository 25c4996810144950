"""Who asked what of a charge point, when and why; of older requests the log alone tells."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "OperatorWords",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", "request_id", name="pk_OperatorWords"),
    )
    op.create_index("ix_OperatorWords_cp_id_at_ms", "OperatorWords", ["cp_id", "at_ms"])
    op.create_index("ix_OperatorWords_request_id", "OperatorWords", ["request_id"])
