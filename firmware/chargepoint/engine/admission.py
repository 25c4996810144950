"""Whether a charge may start: the reasons why not, the first that holds."""

from chargepoint.engine import states

PAUSE_MS = 10000  # window time between opening and closing: capacitors discharge, and a relay is spared


def refusal(session_id, state, busy, relay_ms, memory, clock, journal):
    """None, or the reason of the command_response. relay_ms: window time since the relay opened."""
    reasons = (
        ("already_ran", session_id in memory.sessions),
        ("out_of_service", memory.out_of_service),
        ("safe", state in (states.BOOTING, states.SAFE)),
        ("faulted", state == states.FAULTED),
        ("busy", busy or state != states.IDLE),
        ("pause", relay_ms < PAUSE_MS),
        ("no_clock", clock.time_ms() is None),  # a charge without a time could not be billed
        ("journal_full", not journal.room_for_a_charge()),
    )
    for reason, holds in reasons:
        if holds:
            return reason
    return None
