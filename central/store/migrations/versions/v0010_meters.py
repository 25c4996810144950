"""Every Wh a meter told has a place: an account for each meter; what sets a state keeps who set it; alarms.

The accounts are made of what the sessions say. Where older sessions of a meter leave gaps or overlap, the account
counts what they took, and what is left of its path is unassigned.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ZERO = sa.text("0")
_CLAIMED = "COALESCE(energy_wh, 0) + held_wh + unbilled_wh"
_STARTS = "COALESCE(start_register_wh, last_register_wh)"

# What was told of a meter: by its sessions, and by the registration of the one that is fitted.
_METERS = f"""
INSERT INTO "Meters" (cp_id, meter_id, first_wh, register_wh, sound_wh, claimed_to_wh, unassigned_wh, earlier_wh, life,
                      read_at_ms, heard_at_ms, told_at_ms)
SELECT cp_id, meter_id, MIN(low), MAX(high), MAX(sound), MAX(claimed_to), 0, 0, 1,
       MAX(read_at), MAX(read_at), MAX(read_at)
FROM (
    SELECT cp_id, meter_id, {_STARTS} AS low,
           {_STARTS} + {_CLAIMED} AS high,
           COALESCE(end_register_wh, last_register_wh, start_register_wh) AS sound,
           CASE WHEN end_register_wh IS NULL THEN {_STARTS} ELSE {_STARTS} + {_CLAIMED} END AS claimed_to,
           COALESCE(ended_at_ms, last_checkpoint_at_ms, started_at_ms, requested_at_ms) AS read_at
    FROM "ChargingSessions" WHERE meter_id IS NOT NULL AND {_STARTS} IS NOT NULL
    UNION ALL
    SELECT cp_id, meter_id, register_wh, register_wh, register_wh, register_wh, COALESCE(registered_at_ms, 0)
    FROM "ChargingPoints" WHERE meter_id IS NOT NULL
) AS told GROUP BY cp_id, meter_id
"""  # noqa: S608 -- made of the constants above
# An account whose sessions took more than its path (overlaps of old) had that much in an earlier life.
_TAKEN = f"""
(SELECT COALESCE(SUM({_CLAIMED}), 0) FROM "ChargingSessions" AS s
 WHERE s.cp_id = "Meters".cp_id AND s.meter_id = "Meters".meter_id)
"""  # noqa: S608 -- made of the constants above
_PATH = "register_wh - first_wh"
_EARLIER = f"""
UPDATE "Meters" SET earlier_wh = CASE WHEN {_TAKEN} > {_PATH} THEN {_TAKEN} - ({_PATH}) ELSE 0 END
"""  # noqa: S608 -- made of the constants above
_UNASSIGNED = f"""UPDATE "Meters" SET unassigned_wh = earlier_wh + {_PATH} - {_TAKEN}"""  # noqa: S608 -- likewise
_RANKS = """
UPDATE "SeenWindows" SET rank = 1 + (SELECT COUNT(*) FROM "SeenWindows" AS other WHERE other.key = "SeenWindows".key
AND other.board = "SeenWindows".board AND other.epoch < "SeenWindows".epoch)
"""
_TICKETS = """
UPDATE "ChargingSessions" SET tickets =
(SELECT COUNT(*) FROM "Tickets" AS t WHERE t.session_id = "ChargingSessions".session_id)
"""


def upgrade() -> None:
    _add("ChargingPoints", "registered_by", "state_set_by", "engine_epoch")
    op.add_column("ChargingPoints", sa.Column("removed_at_ms", sa.BigInteger(), nullable=True))
    _add("Faults", "set_by")
    _add("ChargingSessions", "engine_board")
    op.add_column("ChargingSessions", sa.Column("told_started_at_ms", sa.BigInteger(), nullable=True))
    for name, default in (("meter_life", "1"), ("tickets", "0")):
        column = sa.Column(name, sa.BigInteger(), server_default=sa.text(default), nullable=False)
        op.add_column("ChargingSessions", column)
    op.add_column("SeenWindows", sa.Column("rank", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    for name in ("digests", "other_contents"):
        op.add_column("SeenWindows", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.create_table(
        "Meters",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("meter_id", sa.Text(), nullable=False),
        *(_count(name) for name in ("first_wh", "register_wh", "sound_wh", "claimed_to_wh", "unassigned_wh")),
        _count("earlier_wh"),
        sa.Column("life", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        *(_count(name) for name in ("read_at_ms", "heard_at_ms", "told_at_ms")),
        sa.PrimaryKeyConstraint("cp_id", "meter_id", name=op.f("pk_Meters")),
    )
    op.create_table(
        "Alarms",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("cp_id", "alarm", "subject", "text")),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cp_id", "alarm", "subject", name=op.f("pk_Alarms")),
    )
    for statement in (_METERS, _EARLIER, _UNASSIGNED, _RANKS, _TICKETS):
        op.get_bind().exec_driver_sql(statement)


def _add(table: str, *names: str) -> None:
    for name in names:
        op.add_column(table, sa.Column(name, sa.Text(), nullable=True))


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=_ZERO, nullable=False)
