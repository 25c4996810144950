"""The rows that folds read and write."""

import sqlalchemy as sa
from alembic import op

from central.store.decimal_text import DecimalText

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ChargingPoints",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column("price_per_kwh", DecimalText(10, 4), nullable=True),
        sa.Column("status", sa.Text(), server_default="DISCONNECTED", nullable=False),
        sa.Column("last_connection_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("price_e4", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("board", sa.Text(), nullable=True),
        sa.Column("engine_board", sa.Text(), nullable=True),
        sa.Column("replaceable", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=True),
        sa.Column("silent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("service_seq", sa.BigInteger(), nullable=True),
        sa.Column("engine_state", sa.Text(), nullable=True),
        sa.Column("vehicle", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("meter_id", sa.Text(), nullable=True),
        sa.Column("register_wh", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("rated_current_ma", sa.BigInteger(), nullable=True),
        sa.Column("registered_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('ACTIVE', 'STOPPED', 'DISCONNECTED', 'FAULTY', 'CHARGING')",
            name=op.f("ck_ChargingPoints_status"),
        ),
        sa.PrimaryKeyConstraint("cp_id", name="pk_ChargingPoints"),
    )
    op.create_table(
        "Drivers",
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("claim_session_id", sa.Text(), nullable=True),
        sa.Column("claim_cp_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("driver_id", name="pk_Drivers"),
    )
    op.create_table(
        "ChargingSessions",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("energy_consumed_kwh", DecimalText(12, 2), nullable=True),
        sa.Column("total_cost", DecimalText(12, 2), nullable=True),
        sa.Column("status", sa.Text(), server_default="requested", nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("requested_at_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tariff_version", sa.BigInteger(), nullable=False),
        sa.Column("price_e4", sa.BigInteger(), nullable=False),
        sa.Column("max_energy_wh", sa.BigInteger(), nullable=True),
        sa.Column("max_duration_s", sa.BigInteger(), nullable=True),
        sa.Column("meter_id", sa.Text(), nullable=True),
        sa.Column("start_register_wh", sa.BigInteger(), nullable=True),
        sa.Column("last_register_wh", sa.BigInteger(), nullable=True),
        sa.Column("end_register_wh", sa.BigInteger(), nullable=True),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_checkpoint_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("energy_wh", sa.BigInteger(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=True),
        sa.Column("unbilled_wh", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held_wh", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("claim_released", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("flags", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "status IN ('requested', 'authorized', 'in_progress', 'completed', 'cancelled', 'failed')",
            name=op.f("ck_ChargingSessions_status"),
        ),
        sa.ForeignKeyConstraint(
            ["cp_id"], ["ChargingPoints.cp_id"], name="fk_ChargingSessions_cp_id", initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["driver_id"],
            ["Drivers.driver_id"],
            name="fk_ChargingSessions_driver_id",
            initially="DEFERRED",
            deferrable=True,
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("session_id", name="pk_ChargingSessions"),
    )
    op.create_index("ix_ChargingSessions_cp_id_status", "ChargingSessions", ["cp_id", "status"])
    op.create_index(
        "ix_ChargingSessions_driver_id_requested_at_ms", "ChargingSessions", ["driver_id", "requested_at_ms"]
    )
    op.create_table(
        "ChargeRequests",
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("driver_id", "message_id", name="pk_ChargeRequests"),
    )
    op.create_index("ix_ChargeRequests_driver_id_requested_at_ms", "ChargeRequests", ["driver_id", "requested_at_ms"])
    op.create_index("ix_ChargeRequests_driver_id_session_id", "ChargeRequests", ["driver_id", "session_id"])
    op.create_table(
        "Commands",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", "seq", name="pk_Commands"),
    )
    op.create_index("ix_Commands_cp_id_session_id", "Commands", ["cp_id", "session_id"])
    op.create_index("ix_Commands_cp_id_state", "Commands", ["cp_id", "state"])
    op.create_table(
        "Deadlines",
        sa.Column("deadline_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("live", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("deadline_id", name="pk_Deadlines"),
    )
    op.create_index("ix_Deadlines_key", "Deadlines", ["key"])
    op.create_index("ix_Deadlines_live_due_at_ms", "Deadlines", ["live", "due_at_ms"])
    op.create_table(
        "Faults",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("info", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", "fault", name="pk_Faults"),
    )
    op.create_table(
        "LastSeen",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cp_id", name="pk_LastSeen"),
    )
    op.create_table(
        "LiveFigures",
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("register_wh", sa.BigInteger(), nullable=False),
        sa.Column("session_energy_wh", sa.BigInteger(), nullable=False),
        sa.Column("power_w", sa.BigInteger(), nullable=False),
        sa.Column("current_ma", sa.BigInteger(), nullable=False),
        sa.Column("voltage_mv", sa.BigInteger(), nullable=False),
        sa.Column("limit_ma", sa.BigInteger(), nullable=False),
        sa.Column("temperature_mc", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("cp_id", name="pk_LiveFigures"),
    )
    op.create_table(
        "SeenIds",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", "message_id", name="pk_SeenIds"),
    )
    op.create_index("ix_SeenIds_at_ms", "SeenIds", ["at_ms"])
    op.create_table(
        "SeenWindows",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("board", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("high_n", sa.BigInteger(), nullable=False),
        sa.Column("bitmap", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "board", "epoch", name="pk_SeenWindows"),
    )
    op.create_table(
        "Tickets",
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("cp_id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("issued_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "number", name="pk_Tickets"),
    )
    op.create_index("ix_Tickets_cp_id", "Tickets", ["cp_id"])
