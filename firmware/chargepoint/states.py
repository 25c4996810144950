"""What engine and monitor have in common in their states: tables of (state, event) -> (state, action), which it walks.

A pair that is not in the table changes nothing. Each role has its own table; docs/states.md is written from them.
"""

SAFE = "safe"  # of an engine that waits for its monitor
NOTHING = "nothing"  # the action of an edge that has none


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
