"""Puts a board's parts together for the role its settings name. Lines and platform come from outside.

A role loads its own folder alone, where it is needed: the other's would take heap that a small board does not have.
"""

from wire.seal import CRC32

from chargepoint import board_kinds as roles
from chargepoint.clock import Clock
from chargepoint.delivery.journal import Journal
from chargepoint.delivery.link import LineLink, connect_memory
from chargepoint.delivery.maintenance import Maintenance
from chargepoint.delivery.outbox import Outbox
from chargepoint.delivery.retry import Opener, Redialler, Retry
from chargepoint.delivery.sender import Sender
from chargepoint.delivery.storage import Flash, Storage


class Board:
    """`step()` is one pass of the loop. `engine` and `monitor`: None where another board has that role."""

    def __init__(self, settings, platform, central=None, engine=None):
        """central: the byte line to the bridge; engine: the one between engine and monitor of a split board."""
        self.settings = settings
        self.platform = platform
        platform.relay(False)
        self._flash = Flash()
        self._storage = Storage(platform.state_dir, self._flash)
        self._journaled = Storage(platform.state_dir + "/journal", self._flash)
        self.journal = Journal(self._journaled, platform.board, settings.cp_id, platform.random_bytes)
        self.clock = Clock(platform, self.journal.boot)
        self.engine = self.monitor = self.telemetry = None
        self.parts = []  # stepped in their order
        outbox = Outbox(self.journal, settings.resend_ms)
        if settings.role == roles.BOTH:
            at_engine, at_monitor = connect_memory()
            self._add_engine(at_engine, Sender(self.journal, self.clock))
            self._add_monitor(Sender(self.journal, self.clock, outbox), central, at_monitor)
        else:
            link = LineLink(engine, CRC32, settings.keepalive_ms, settings.link_lost_ms)
            sender = Sender(self.journal, self.clock, outbox)
            if settings.role == roles.ENGINE:
                self.parts.append(Opener(engine, self._retry()))
                self._add_engine(link, sender)
            else:
                self._add_monitor(sender, central, link, Redialler(link, self._retry()))
        if self._flash.newer and self.engine is not None:
            self.engine.hold()
        self.maintenance = Maintenance(platform, self.journal, self.engine)

    def add_telemetry(self, publish=None):
        """`publish(payload)` by MQTT; None: on the engine's link, which passes it on."""
        from chargepoint.engine.telemetry import Telemetry

        send = self._engine_link.send if publish is None else publish
        sender = Sender(self.journal, self.clock)
        self.telemetry = Telemetry(self.settings, self.engine, self.platform, sender, send)
        self.parts.append(self.telemetry)

    def serve(self, line=None):
        """Answer `wattline-board` from now on: on the byte line, or (None) on the board's wire to others."""
        from chargepoint.service.answers import Service

        service = Service(self)
        self.parts.append(service)
        if line is not None:
            from chargepoint.service.console import Console

            self.parts.append(Console(LineLink(line), Sender(self.journal, self.clock), service))
        elif self.monitor is not None:
            self.monitor.forwarding.serve(service)
        elif self.engine is not None:
            self.engine.conversation.serve(service)

    def step(self):
        """The sensor is looked at first; then the parts go on until one of them has cost flash."""
        self.platform.step(self.platform.ticks_ms())
        now = self.clock.advance()
        self._flash.begin_pass()
        if self.engine is not None:
            self.engine.look(now)
        for part in self.parts:
            part.step(now)
        self.maintenance.step(now)
        self._journaled.tidy()
        if self.engine is None or self.engine.goes_on():
            self.platform.feed_watchdog()

    def _add_engine(self, link, sender):
        from chargepoint.engine.engine import Engine
        from chargepoint.engine.memory import Checkpoint, Memory
        from chargepoint.engine.meter import Meter
        from chargepoint.engine.restarts import Restarts

        checkpoint = Checkpoint(self._storage)
        settings, meter_id = self.settings, self.platform.board
        register_wh = checkpoint.register_wh if checkpoint.meter_id == meter_id else 0
        nominal_v = settings.nominal_voltage_v
        nominal_mv = None if nominal_v is None else nominal_v * 1000
        try:
            meter = Meter(meter_id, register_wh, settings.i_ua_per_count, settings.v_uv_per_count, nominal_mv)
        except ValueError as error:
            raise roles.SettingError(str(error)) from None
        self._engine_link = link
        memory, restarts = Memory(self._storage), Restarts(self._storage, self.platform.reset_cause)
        self.engine = Engine(settings, self.platform, sender, meter, memory, checkpoint, restarts, link)
        self.engine.boot()
        self.parts.append(self.engine)

    def _add_monitor(self, sender, line, link, redialler=None):
        """line: the byte line to the bridge; link: to the engine. redialler: None where that is on this board."""
        from chargepoint.monitor.central_side import CentralSide
        from chargepoint.monitor.engine_side import EngineSide
        from chargepoint.monitor.monitor import Monitor
        from chargepoint.monitor.reports import Reports

        reports = Reports(self._storage, sender)
        engine = EngineSide(self.settings, sender, link, reports, redialler)
        central = CentralSide(self.settings, sender, LineLink(line), self._retry(), engine, reports)
        self.monitor = Monitor(self.settings.cp_id, central, engine, reports, self._flash)
        self.parts.insert(0, self.monitor)  # before the engine: a command reaches it within one pass

    def _retry(self):
        settings = self.settings
        return Retry(self.platform.random_bytes, settings.retry_first_ms, settings.retry_slow_ms)
