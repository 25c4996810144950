"""One running bridge: its lines, its commands, its clockwork, from start to an orderly end."""

import asyncio
import logging
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass

from bridge.counters import Counters
from bridge.detached import detached
from bridge.lines import tcp
from bridge.lines.mqtt import MqttTelemetry
from bridge.lines.serial import SerialLines
from bridge.switchboard import Limits, Switchboard
from bridge.tail import CommandTail
from eventlog.clock import LogClock
from eventlog.port import Log, Record
from runtime.settings import Login
from runtime.values import Address, SerialPort

LOOPBACK = "127.0.0.1"
SWEEPS_PER_LIMIT = 4
SWEEP_MAX_S = 1.0
COUNTERS_INTERVAL_S = 60.0
# Together less than the two seconds that a process may take to end.
ACKS_WITHIN_S = 0.7
NOTICES_WITHIN_S = 0.5
MQTT_WITHIN_S = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """`listen`: port 0 takes a free one. `plain_port`: None for off, else on loopback, 0 for a free one."""

    listen: Address
    plain_port: int | None
    serial_ports: Sequence[SerialPort]
    mqtt: Address | None
    limits: Limits
    command_ttl_s: float
    mqtt_login: Login | None = None


class Service:
    """Starts once, and stops once. The log is the caller's to open and close."""

    def __init__(self, log: Log, options: Options, counters: Counters, clock: LogClock | None = None) -> None:
        self._counters = counters
        self._options = options
        self._loop = asyncio.get_running_loop()
        self._switchboard = Switchboard(log, counters, options.limits, clock or LogClock())
        self._tail = CommandTail(log, options.command_ttl_s, self._deliver, counters)
        self._stopping = threading.Event()
        self._servers: list[asyncio.Server] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._mqtt: MqttTelemetry | None = None
        self.tcp_port = 0
        self.plain_port: int | None = None

    async def start(self) -> None:
        """Raises OSError where a port to listen on cannot be had."""
        options = self._options
        self.tcp_port = await self._serve(tcp.BOARDS, options.listen)
        if options.plain_port is not None:
            self.plain_port = await self._serve(tcp.PLAIN, Address(LOOPBACK, options.plain_port))
        if options.mqtt is not None:
            self._mqtt = MqttTelemetry(
                options.mqtt, self._switchboard.telemetry, self._counters, options.mqtt_login
            )
            self._mqtt.start()
        for device, baud in options.serial_ports:
            self._run(SerialLines(self._switchboard, self._counters, device, baud).run())
        self._run(self._sweep())
        self._run(self._log_counters())
        self._tail.start()

    async def _serve(self, door: tcp.Door, at: Address) -> int:
        """The port, which `at` may have left open. Raises OSError."""
        server = await tcp.serve(door, self._switchboard, self._counters, at.host, at.port)
        self._servers.append(server)
        return tcp.port_of(server)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        task.add_done_callback(_note_death)
        self._tasks.append(task)

    def addresses(self) -> str:
        """What the ready line says: `tcp=host:port …`."""
        options = self._options
        words = [f"tcp={Address(options.listen.host, self.tcp_port)}"]
        words += [] if self.plain_port is None else [f"plain={LOOPBACK}:{self.plain_port}"]
        words += [] if options.mqtt is None else [f"mqtt={options.mqtt}"]
        words += [f"serial={port.device}@{port.baud}" for port in options.serial_ports]
        return " ".join(words)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(min(SWEEP_MAX_S, self._options.limits.silent_after_s / SWEEPS_PER_LIMIT))
            self._switchboard.sweep()

    async def _log_counters(self) -> None:
        while True:
            await asyncio.sleep(COUNTERS_INTERVAL_S)
            self._counters.log()

    def _deliver(self, records: Sequence[Record]) -> None:
        """On the commands' thread: waits until the loop has carried the batch out, so that one is out at a time."""
        if self._stopping.is_set():
            return
        delivered = threading.Event()

        def deliver() -> None:
            try:
                self._switchboard.deliver(records)
            finally:
                delivered.set()

        self._loop.call_soon_threadsafe(deliver)
        while not delivered.wait(0.5) and not self._stopping.is_set():
            logger.warning("the event loop is busy: %d commands wait", len(records))

    async def stop(self) -> None:
        """Takes no more connections, lets acks go out, says link_down for every line."""
        self._stopping.set()
        self._tail.stop()
        for server in self._servers:
            server.close()
        await self._switchboard.finish(ACKS_WITHIN_S, NOTICES_WITHIN_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._mqtt is not None:
            try:
                await asyncio.wait_for(detached(self._mqtt.stop), MQTT_WITHIN_S)
            except TimeoutError:
                logger.debug("the MQTT client did not end in time")
        self._tail.join(0.1)


def _note_death(task: asyncio.Task[None]) -> None:
    """None of a service's tasks ends by itself: a mistake in one must not go unnoticed."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("a part of the bridge has failed", exc_info=error)
