"""The states of engine and monitor: (state, event) -> (state, action).

The code walks these tables, and a pair that is not in them changes nothing. docs/states.md is written from them.
"""

# --- engine ---
BOOTING = "booting"
SAFE = "safe"
IDLE = "idle"
AUTHORIZED = "authorized"
CHARGING = "charging"
FINISHING = "finishing"
FAULTED = "faulted"
RELAY_CLOSED = (CHARGING, FINISHING)

# Actions, methods of the engine. The relay is moved by close, open_and_complete and nothing else.
NOTHING = "nothing"
BEGIN = "begin"  # remember the session, before anything can flow
CLOSE = "close"
WIND_DOWN = "wind_down"  # let the current fall before the contacts part; a pilot asks the car for it
OPEN_AND_COMPLETE = "open_and_complete"
COMPLETE_UNCLOSED = "complete_unclosed"  # the session ends without ever having been fed

ENGINE = {
    (BOOTING, "ready"): (SAFE, NOTHING),
    (SAFE, "released"): (IDLE, NOTHING),
    (SAFE, "released_faulty"): (FAULTED, NOTHING),
    (SAFE, "link_lost"): (SAFE, NOTHING),
    (SAFE, "fault"): (SAFE, NOTHING),  # reported, but only a monitor leads out of safe mode
    (SAFE, "recovered"): (SAFE, NOTHING),
    (IDLE, "start"): (AUTHORIZED, BEGIN),
    (IDLE, "link_lost"): (SAFE, NOTHING),
    (IDLE, "fault"): (FAULTED, NOTHING),
    (AUTHORIZED, "connected"): (CHARGING, CLOSE),
    (AUTHORIZED, "no_car"): (IDLE, COMPLETE_UNCLOSED),  # or the next car would be fed on this driver's account
    (AUTHORIZED, "stop"): (IDLE, COMPLETE_UNCLOSED),
    (AUTHORIZED, "stop_at_once"): (IDLE, COMPLETE_UNCLOSED),
    (AUTHORIZED, "link_lost"): (SAFE, COMPLETE_UNCLOSED),
    (AUTHORIZED, "fault"): (FAULTED, COMPLETE_UNCLOSED),
    (CHARGING, "stop"): (FINISHING, WIND_DOWN),
    (CHARGING, "stop_at_once"): (IDLE, OPEN_AND_COMPLETE),  # nothing can ask the car, so nobody would hear it
    (CHARGING, "link_lost"): (SAFE, OPEN_AND_COMPLETE),
    (CHARGING, "fault"): (FAULTED, OPEN_AND_COMPLETE),
    (FINISHING, "stop"): (FINISHING, NOTHING),
    (FINISHING, "ended"): (IDLE, OPEN_AND_COMPLETE),
    (FINISHING, "link_lost"): (SAFE, OPEN_AND_COMPLETE),
    (FINISHING, "fault"): (FAULTED, OPEN_AND_COMPLETE),
    (FAULTED, "fault"): (FAULTED, NOTHING),  # a second one
    (FAULTED, "recovered"): (IDLE, NOTHING),
    (FAULTED, "link_lost"): (SAFE, NOTHING),
    (SAFE, "maintenance"): (SAFE, NOTHING),  # the board then starts anew, and nothing leads out of safe mode before
    (IDLE, "maintenance"): (SAFE, NOTHING),
    (AUTHORIZED, "maintenance"): (SAFE, COMPLETE_UNCLOSED),
    (CHARGING, "maintenance"): (SAFE, OPEN_AND_COMPLETE),
    (FINISHING, "maintenance"): (SAFE, OPEN_AND_COMPLETE),
    (FAULTED, "maintenance"): (SAFE, NOTHING),
}
ENGINE_EVENTS = (
    "ready", "released", "released_faulty", "start", "connected", "no_car", "stop", "stop_at_once", "ended", "fault",
    "recovered", "link_lost", "maintenance",
)
ENGINE_STATES = (BOOTING, SAFE, IDLE, AUTHORIZED, CHARGING, FINISHING, FAULTED)

# --- monitor ---
CONNECTING = "connecting"
REGISTERED = "registered"
WATCHING = "watching"
REPORTING = "reporting"
RECONNECTING = "reconnecting"

# Actions, methods of the monitor.
DIAL = "dial"
REGISTER = "register"
ADOPT = "adopt"  # take over what Central's answer says
PAUSE = "pause"  # close the line, and wait before the next try
PAUSE_LONG = "pause_long"

MONITOR = {
    (CONNECTING, "line_up"): (CONNECTING, REGISTER),
    (CONNECTING, "line_lost"): (RECONNECTING, PAUSE),
    (CONNECTING, "unanswered"): (RECONNECTING, PAUSE),
    (CONNECTING, "accepted"): (REGISTERED, ADOPT),
    (CONNECTING, "refused"): (RECONNECTING, PAUSE_LONG),
    (CONNECTING, "engine_well"): (CONNECTING, NOTHING),
    (CONNECTING, "engine_ill"): (CONNECTING, NOTHING),
    (CONNECTING, "renew"): (CONNECTING, REGISTER),
    (RECONNECTING, "pause_over"): (CONNECTING, DIAL),
    (RECONNECTING, "line_lost"): (RECONNECTING, NOTHING),
    (RECONNECTING, "engine_well"): (RECONNECTING, NOTHING),
    (RECONNECTING, "engine_ill"): (RECONNECTING, NOTHING),
}
for _state in (REGISTERED, WATCHING, REPORTING):
    MONITOR[(_state, "line_lost")] = (RECONNECTING, PAUSE)
    MONITOR[(_state, "unanswered")] = (RECONNECTING, PAUSE)
    MONITOR[(_state, "refused")] = (RECONNECTING, PAUSE_LONG)
    MONITOR[(_state, "accepted")] = (_state, ADOPT)  # answered twice
    MONITOR[(_state, "renew")] = (CONNECTING, REGISTER)  # the bridge is another, or the engine's board is
    MONITOR[(_state, "engine_well")] = (WATCHING, NOTHING)
    MONITOR[(_state, "engine_ill")] = (REPORTING, NOTHING)
MONITOR_EVENTS = (
    "line_up", "line_lost", "unanswered", "accepted", "refused", "renew", "pause_over", "engine_well", "engine_ill",
)
MONITOR_STATES = (CONNECTING, REGISTERED, WATCHING, REPORTING, RECONNECTING)


class Walker:
    """Walks one of the tables: `state` is where it is, `refused` counts the events that the table does not admit."""

    def __init__(self, table, state, actor):
        """`actor` has the actions as methods, each called with what the event carries, before the state changes."""
        self.state = state
        self.refused = 0
        self._table = table
        self._actor = actor

    def fire(self, event, detail=None):
        """Whether the table admits the event here; then its action has run and the state is the table's."""
        edge = self._table.get((self.state, event))
        if edge is None:
            self.refused += 1
            return False
        state, action = edge
        if action != NOTHING:
            getattr(self._actor, action)(detail)
        self.state = state
        return True
