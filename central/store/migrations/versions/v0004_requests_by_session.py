"""Requests are found by their session alone, which is one request's."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_index("ix_ChargeRequests_driver_id_session_id", "ChargeRequests")
    op.create_index("ix_ChargeRequests_session_id", "ChargeRequests", ["session_id"])
