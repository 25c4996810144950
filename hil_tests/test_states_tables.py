"""Every pair of (state, event) of both tables does what is written, or is refused and changes nothing."""

import pytest
from chargepoint.engine import states
from chargepoint.monitor.states import MONITOR
from chargepoint.states import NOTHING, Walker

from tools.machines import ENGINE_EVENTS, ENGINE_STATES, MONITOR_EVENTS, MONITOR_STATES

ENGINE_PAIRS = [(state, event) for state in ENGINE_STATES for event in ENGINE_EVENTS]
MONITOR_PAIRS = [(state, event) for state in MONITOR_STATES for event in MONITOR_EVENTS]
TABLES = {
    "engine": (states.ENGINE, ENGINE_STATES, ENGINE_EVENTS),
    "monitor": (MONITOR, MONITOR_STATES, MONITOR_EVENTS),
}


class Actor:
    """Writes down which actions run, in which state of the walker."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, object, str]] = []
        self.walker: Walker | None = None

    def __getattr__(self, action: str):
        assert self.walker is not None
        walker = self.walker
        return lambda detail: self.ran.append((action, detail, walker.state))


@pytest.mark.parametrize(
    ("table", "state", "event"),
    [(states.ENGINE, *pair) for pair in ENGINE_PAIRS] + [(MONITOR, *pair) for pair in MONITOR_PAIRS],
)
def test_pair_is_walked_or_refused(table: dict[tuple[str, str], tuple[str, str]], state: str, event: str):
    actor = Actor()
    walker = actor.walker = Walker(table, state, actor)
    admitted = walker.fire(event, "detail")
    edge = table.get((state, event))
    if edge is None:
        assert (admitted, walker.state, walker.refused, actor.ran) == (False, state, 1, [])
    else:
        after, action = edge
        # An action runs before the state changes: the relay moves first, then the board says so.
        expected = [] if action == NOTHING else [(action, "detail", state)]
        assert (admitted, walker.state, walker.refused, actor.ran) == (True, after, 0, expected)


@pytest.mark.parametrize("name", TABLES)
def test_tables_use_what_is_declared_and_nothing_else(name: str):
    table, known_states, events = TABLES[name]
    assert {state for state, _ in table} | {after for after, _ in table.values()} == set(known_states)
    assert {event for _, event in table} == set(events)


def test_relay_is_closed_in_charging_and_finishing_only():
    """Entering these states closes the relay, leaving them opens it, and nothing else moves it."""
    for (state, event), (after, action) in states.ENGINE.items():
        before_closed, after_closed = state in states.RELAY_CLOSED, after in states.RELAY_CLOSED
        assert (action == states.CLOSE) == (after_closed and not before_closed), (state, event)
        assert (action == states.OPEN_AND_COMPLETE) == (before_closed and not after_closed), (state, event)


def test_every_session_that_began_ends_in_one_completion():
    alive = {states.AUTHORIZED, *states.RELAY_CLOSED}
    ends = {states.OPEN_AND_COMPLETE, states.COMPLETE_UNCLOSED}
    for (state, event), (after, action) in states.ENGINE.items():
        assert (action == states.BEGIN) == (state not in alive and after in alive), (state, event)
        assert (action in ends) == (state in alive and after not in alive), (state, event)


@pytest.mark.parametrize("state", [each for each in ENGINE_STATES if each != states.BOOTING])
def test_fault_and_lost_link_are_taken_in_every_state(state: str):
    assert states.ENGINE[(state, "fault")][0] in (states.FAULTED, states.SAFE)
    assert states.ENGINE[(state, "link_lost")][0] == states.SAFE
