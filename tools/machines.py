"""The states and events that the tables of boards may have. A board needs no list of them, and has no heap to spare."""

ENGINE_STATES = ("booting", "safe", "idle", "authorized", "charging", "finishing", "faulted")
ENGINE_EVENTS = (
    "ready", "released", "released_faulty", "start", "connected", "no_car", "stop", "stop_at_once", "ended", "fault",
    "recovered", "link_lost", "maintenance",
)
MONITOR_STATES = ("connecting", "registered", "watching", "reporting", "reconnecting")
MONITOR_EVENTS = (
    "line_up", "line_lost", "unanswered", "accepted", "refused", "renew", "pause_over", "engine_well", "engine_ill",
)
