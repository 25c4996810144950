"""The last things that happened on a board since it started, for whoever stands at it. What must last is journaled."""

KEPT = 32


class History:
    """`newest`: the number of the last event, 0 before the first. Nothing is allocated while nothing changes."""

    def __init__(self, clock, engine, monitor):
        """Engine or monitor is None where another board has that role."""
        self.newest = 0
        self._events = []  # (uptime_ms, text), oldest first
        self._clock = clock
        self._engine = engine
        self._monitor = monitor
        self._engine_state = self._monitor_state = None
        self._faults = []

    def look(self):
        engine, monitor = self._engine, self._monitor
        if engine is not None and engine.state != self._engine_state:
            self._engine_state = engine.state
            session_id = engine.session_id()
            self.note("engine " + engine.state + ("" if session_id is None else ", session " + session_id))
        if engine is not None and engine.faults != self._faults:
            self._faults = list(engine.faults)
            self.note("faults: " + (", ".join(self._faults) or "none"))
        if monitor is not None and monitor.state != self._monitor_state:
            self._monitor_state = monitor.state
            self.note("monitor " + monitor.state)

    def note(self, text):
        self.newest += 1
        self._events.append((self._clock.uptime_ms(), text))
        if len(self._events) > KEPT:
            self._events.pop(0)

    def after(self, n):
        """(n, uptime_ms, text) of the oldest event that is kept and newer than `n`; None where there is none."""
        first = self.newest - len(self._events) + 1
        n = max(n + 1, first)
        return None if n > self.newest else (n,) + self._events[n - first]
