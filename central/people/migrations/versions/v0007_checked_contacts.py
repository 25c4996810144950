"""Whether a contact is its person's, and of what each does not want to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for column in ("verified_at_ms", "asked_at_ms"):
        op.add_column("Contacts", sa.Column(column, sa.BigInteger(), nullable=True))
    op.add_column("Contacts", sa.Column("code_sha256", sa.Text(), nullable=True))
    op.add_column("Contacts", sa.Column("tries", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute('UPDATE "Contacts" SET verified_at_ms = set_at_ms')  # those that were told until now go on being told
    op.create_index("ix_Contacts_asked_at_ms", "Contacts", ["asked_at_ms"])
    op.create_table(
        "Unwanted",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["People.person_id"], name="fk_Unwanted_person_id"),
        sa.PrimaryKeyConstraint("person_id", "channel", name="pk_Unwanted"),
    )
    op.create_table(
        "CodesAsked",
        sa.Column("code_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("address_sha256", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code_id", name="pk_CodesAsked"),
    )
    op.create_index("ix_CodesAsked_at_ms", "CodesAsked", ["at_ms"])
