"""Puts a board's parts together for the role its settings name. Lines and platform come from outside."""

from wire.seal import CRC32

from chargepoint import settings as roles
from chargepoint.clock import Clock
from chargepoint.delivery.journal import Journal
from chargepoint.delivery.link import LineLink, connect_memory
from chargepoint.delivery.outbox import Outbox
from chargepoint.delivery.retry import Retry
from chargepoint.delivery.storage import Storage
from chargepoint.engine.engine import Engine
from chargepoint.engine.memory import Checkpoint, Memory
from chargepoint.engine.meter import Meter
from chargepoint.engine.telemetry import Telemetry
from chargepoint.monitor.monitor import Monitor
from chargepoint.monitor.watch import Reports


class Board:
    """`step()` is one pass of the loop. `engine` and `monitor`: None where another board has that role."""

    def __init__(self, settings, platform, central=None, engine=None):
        """central: the byte line to the bridge; engine: the one between engine and monitor of a split board."""
        self.settings = settings
        self.platform = platform
        platform.relay(False)
        self._storage = Storage(platform.state_dir)
        self.journal = Journal(
            Storage(platform.state_dir + "/journal"), platform.board, settings.cp_id, platform.random_bytes
        )
        self.clock = Clock(platform, self.journal.boot)
        self.outbox = Outbox(self.journal, settings.resend_ms)
        self.engine = self.monitor = self.telemetry = None
        self.parts = []  # stepped in their order
        if settings.role == roles.BOTH:
            at_engine, at_monitor = connect_memory()
            self._add_engine(at_engine, None)
            self._add_monitor(central, at_monitor, None)
        else:
            link = LineLink(engine, CRC32, settings.keepalive_ms, settings.link_lost_ms)
            if settings.role == roles.ENGINE:
                self._add_engine(link, self.outbox)
            else:
                self._add_monitor(central, link, self._retry())

    def add_telemetry(self, publish=None):
        """`publish(payload)` by MQTT; None: on the engine's link, which passes it on."""
        send = self._engine_link.send if publish is None else publish
        self.telemetry = Telemetry(
            self.settings, self.engine, self.platform, self.clock, self.journal, send
        )
        self.parts.append(self.telemetry)

    def step(self):
        self.platform.step(self.platform.ticks_ms())
        now = self.clock.advance()
        for part in self.parts:
            part.step(now)
        self.platform.feed_watchdog()

    def _add_engine(self, link, outbox):
        checkpoint = Checkpoint(self._storage)
        settings, meter_id = self.settings, self.platform.board
        register_wh = checkpoint.register_wh if checkpoint.meter_id == meter_id else 0
        meter = Meter(meter_id, register_wh, settings.i_ua_per_count, settings.v_uv_per_count)
        self._engine_link = link
        self.engine = Engine(
            settings, self.platform, self.clock, meter, self.journal, Memory(self._storage), checkpoint, link, outbox
        )
        self.engine.boot()
        self.parts.append(self.engine)

    def _add_monitor(self, central, link, engine_retry):
        self.monitor = Monitor(
            self.settings, self.clock, self.journal, self.outbox, Reports(self._storage, self.journal),
            LineLink(central), link, self._retry(), engine_retry, self.engine is not None,
        )
        self.parts.insert(0, self.monitor)  # before the engine: a command reaches it within one pass

    def _retry(self):
        settings = self.settings
        return Retry(self.platform.random_bytes, settings.retry_first_ms, settings.retry_slow_ms)
