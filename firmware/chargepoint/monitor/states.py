"""The states of a monitor: (state, event) -> (state, action), walked by chargepoint.states."""

from chargepoint.states import NOTHING

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
