"""The states of an engine: (state, event) -> (state, action), walked by chargepoint.states."""

from chargepoint.states import NOTHING, SAFE

BOOTING = "booting"
IDLE = "idle"
AUTHORIZED = "authorized"
CHARGING = "charging"
FINISHING = "finishing"
FAULTED = "faulted"
RELAY_CLOSED = (CHARGING, FINISHING)

# Actions, methods of the engine. The relay is moved by close, open_and_complete and nothing else.
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
