"""A session's terms are one document; beside it stand the readings that are priced, and all that was ordered."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# As central/money writes them. `version` is the document's; there was only one.
_TARIFF = """
UPDATE "ChargingSessions" SET tariff =
'{"version":1,"currency":"' || currency || '","price_e4_per_kwh":' || CAST(price_e4 AS TEXT) || '}'
"""
_START = """'[' || CAST(started_at_ms AS TEXT) || ',' || CAST(start_register_wh AS TEXT) || ']'"""
_LAST = """'[' || CAST(last_checkpoint_at_ms AS TEXT) || ',' || CAST(last_register_wh AS TEXT) || ']'"""
_END = """'[' || CAST(ended_at_ms AS TEXT) || ',' || CAST(end_register_wh AS TEXT) || ']'"""
_READINGS = f"""
UPDATE "ChargingSessions" SET readings = CASE
WHEN end_register_wh IS NOT NULL THEN '[' || {_START} || ',' || {_END} || ']'
WHEN start_register_wh IS NOT NULL AND last_register_wh IS NOT NULL THEN '[' || {_START} || ',' || {_LAST} || ']'
WHEN start_register_wh IS NOT NULL THEN '[' || {_START} || ']'
WHEN last_register_wh IS NOT NULL THEN '[' || {_LAST} || ']'
ELSE '[]' END
"""  # noqa: S608 -- made of the constants above


def upgrade() -> None:
    table = "ChargingSessions"
    # SQLite takes a column that may not be null with a default only; none is left empty.
    op.add_column(table, sa.Column("tariff", sa.Text(), server_default="{}", nullable=False))
    op.add_column(table, sa.Column("readings", sa.Text(), server_default="[]", nullable=False))
    op.add_column(table, sa.Column("max_cost_minor", sa.BigInteger(), nullable=True))
    op.add_column(table, sa.Column("fault", sa.Text(), nullable=True))
    for statement in (_TARIFF, _READINGS):
        op.get_bind().exec_driver_sql(statement)  # as it is: a colon in it names no parameter
    if op.get_bind().dialect.name == "postgresql":  # which changes no table whose deferred keys it has yet to check
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in ("currency", "tariff_version", "price_e4"):
        op.drop_column(table, name)
