"""People and their tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "People",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("erased_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role IN ('driver', 'operator', 'auditor', 'admin')", name=op.f("ck_People_role")),
        sa.PrimaryKeyConstraint("person_id", name="pk_People"),
    )
    op.create_table(
        "Tokens",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("scope IN ('all', 'read')", name=op.f("ck_Tokens_scope")),
        sa.ForeignKeyConstraint(["person_id"], ["People.person_id"], name="fk_Tokens_person_id"),
        sa.PrimaryKeyConstraint("token_id", name="pk_Tokens"),
    )
    op.create_index("ix_Tokens_sha256", "Tokens", ["sha256"], unique=True)
    op.create_index("ix_Tokens_person_id", "Tokens", ["person_id"])
