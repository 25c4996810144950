"""Open sessions, sessions with something held, and those that ended lately are found without reading a year of them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

OPEN = sa.text("status IN ('authorized', 'in_progress')")
HELD = sa.text("held_wh > 0")


def upgrade() -> None:
    table, by = "ChargingSessions", ["requested_at_ms", "session_id"]  # the order in which they are shown
    op.create_index("ix_ChargingSessions_open", table, by, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_ChargingSessions_held", table, by, sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("ix_ChargingSessions_held_by_point", table, ["cp_id"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("ix_ChargingSessions_ended_at_ms", table, ["ended_at_ms"])
