"""What only servers say: bridge, ticker, folds, and people through them. No board loads it."""

from wire.kinds import BRIDGE, CP, DRIVER, DRIVER_SIDE, FOLD, OPERATOR, SITE, TICKER, Kind, add
from wire.kinds.fields import (
    PRICE_MAX,
    choice,
    may,
    may_count,
    may_id,
    may_time,
    must,
    must_count,
    must_id,
    must_time,
)

_LONG_MS = (0, 1 << 40)  # 34 years
# Central's worker about its own work, of which no fold says anything. A speaker beside those of `wire.kinds`.
WORKER = "worker"

ACTIONS = (
    "stop", "resume", "price_change", "limit", "reset", "maintenance", "replace", "keep", "remove",
    "clear_fault", "end_session", "accept_held", "drop_held", "site",
)  # fmt: skip
SITE_ACTIONS = ("add", "set", "remove")
LIMITS = (may_count("max_energy_wh", 1), may_count("max_duration_s", 1), may_count("max_cost_minor", 1))

KINDS = add((
    # --- bridge and ticker to the log ---
    Kind("link_up", (BRIDGE,), CP, "cp_id", True, (
        must_id("cp_id"), must_id("link_id"), may_id("board"), may_id("registration"),
    )),
    Kind("link_down", (BRIDGE,), CP, "cp_id", True, (
        must_id("cp_id"), must_id("link_id"), may("reason", "text", 0, 120),
    )),
    Kind("silent", (TICKER,), CP, "cp_id", True, (
        must_id("cp_id"), may_time("last_at_ms"), may_count("limit_ms"), may_time("at_ms"),
    )),
    Kind("heard", (TICKER,), CP, "cp_id", True, (must_id("cp_id"), may_time("at_ms"))),
    Kind("deadline_passed", (TICKER,), CP, "key", True, (
        must_id("key"), must("deadline_id", "text", 1, 120), must_count("generation"), may_time("at_ms"),
    )),
    # --- drivers ---
    Kind("driver_register", (DRIVER_SIDE, OPERATOR), DRIVER, "driver_id", True, (
        must_id("driver_id"),
    )),
    Kind("charge_request", (DRIVER_SIDE,), DRIVER, "driver_id", True, (
        must_id("cp_id"), must_id("driver_id"), may("price_per_kwh", "price", 0, PRICE_MAX),
    ) + LIMITS),
    Kind("charge_stop_request", (DRIVER_SIDE,), DRIVER, "driver_id", True, (
        must_id("driver_id"), must_id("session_id"),
    )),
    Kind("problem_report", (DRIVER_SIDE,), CP, "cp_id", True, (
        must_id("cp_id"), must_id("driver_id"), must_id("session_id"), must("text", "text", 1, 500),
    )),
    # --- folds among themselves ---
    Kind("charge_claimed", (FOLD,), CP, "cp_id", True, (
        must_id("cp_id"), must_id("driver_id"), must_id("session_id"), must_id("request_id"),
        may("price_per_kwh", "price", 0, PRICE_MAX), may_time("requested_at_ms"),
    ) + LIMITS),
    Kind("claim_released", (FOLD,), DRIVER, "driver_id", True, (
        must_id("driver_id"), must_id("session_id"), must_id("cp_id"), must_id("outcome"), may_id("reason"),
    )),
    Kind("charge_stop", (FOLD,), CP, "cp_id", True, (
        must_id("cp_id"), must_id("driver_id"), must_id("session_id"),
    )),
    Kind("ticket", (FOLD,), CP, "cp_id", True, (
        must_id("cp_id"), must_id("session_id"), must_id("driver_id"), must_count("number", 1), must_id("meter_id"),
        must_count("start_register_wh"), must_count("end_register_wh"), must_count("energy_wh"),
        must_count("cost_minor"),
        must_time("started_at_ms"), must_time("ended_at_ms"),
        must_id("reason"), may("tariff", "text", 1, 4000), may("location", "text", 0, 255), may_id("fault"),
        may("estimated", "bool"),
        may("currency", "text", 3, 3), may_count("tariff_version", 1), may_count("price_e4_per_kwh"),
    ) + LIMITS),
    # --- operator ---
    Kind("operator_request", (OPERATOR,), CP, "cp_id", True, (
        must_id("cp_id"), choice("action", ACTIONS), may("price_per_kwh", "price", 0, PRICE_MAX),
        may_id("session_id"), may_id("fault"), may_count("limit_ma", 1000, 125000), may_id("site_id"),
        may("reason", "text", 1, 255), may_id("by"),
    )),
    Kind("site_request", (OPERATOR,), SITE, "site_id", True, (
        must_id("site_id"), choice("action", SITE_ACTIONS), may("name", "text", 1, 80), may("address", "text", 0, 255),
        may("time_zone", "text", 1, 64), may("guests", "bool"), may("reason", "text", 1, 255), may_id("by"),
    )),
    # --- the worker: what else its rows come from ---
    Kind("terms", (WORKER,), CP, "key", True, (
        must_id("key"), must("currency", "text", 3, 3), must_count("command_ttl_ms", *_LONG_MS),
        must_count("command_resend_ms", *_LONG_MS), must_count("lost_after_ms", *_LONG_MS),
        must_count("request_ttl_ms", *_LONG_MS), must_count("claim_hold_ms", *_LONG_MS),
        must_count("unnamed_for_ms", *_LONG_MS), must_count("replace_for_ms", *_LONG_MS), must_count("plant_speed", 1),
    )),
    Kind("key_parked", (WORKER,), CP, "key", True, (
        must_id("key"), must_count("offset", 0, 1 << 60), may("error", "text", 0, 255), may("untold", "bool"),
    )),
    Kind("key_unparked", (OPERATOR,), CP, "key", True, (must_id("key"),)),
))
