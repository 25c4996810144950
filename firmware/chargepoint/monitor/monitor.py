"""The monitor: registers the charge point, watches the engine's health, reports, and reconnects for ever.

Its parts: `central_side` faces Central, `engine_side` faces the engine, `forwarding` passes messages between them, and
`reports` tells Central what was found.
"""

from chargepoint.monitor.forwarding import Forwarding


class Monitor:
    def __init__(self, cp_id, central, engine, reports, flash):
        """central, engine: a CentralSide and an EngineSide, which share `reports`; flash: a storage.Flash."""
        self._flash = flash
        self._reports = reports
        self.forwarding = Forwarding(cp_id, central, engine)
        self._central = central
        self._engine = engine

    @property
    def state(self):
        """One of those in states.py."""
        return self._central.state

    def step(self, now):
        self._reports.keep()
        self._central.link.step(now)
        self._engine.link.step(now)
        flash = self._flash
        self.forwarding.step(flash)
        if not flash.used:
            self._engine.check_engine_health(now)
        if not flash.used:
            self._central.take_engine_health(self._engine.health)
        if not flash.used:
            self.reconnect_services(now)
        self._central.send(now)

    def reconnect_services(self, now):
        self._engine.reconnect(now)
        self._central.reconnect(now)
