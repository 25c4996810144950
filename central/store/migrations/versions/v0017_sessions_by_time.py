"""The newest sessions of all charge points, or of one, are found by an index."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index("ix_ChargingSessions_requested_at_ms", "ChargingSessions", ["requested_at_ms"])
    op.create_index("ix_ChargingSessions_cp_id_requested_at_ms", "ChargingSessions", ["cp_id", "requested_at_ms"])
