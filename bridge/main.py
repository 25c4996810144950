"""`wattline-bridge`: forwards what boards say into the log, and what Central says to the boards."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from bridge import settings
from bridge.counters import Counters
from bridge.detached import detached
from bridge.service import Options, Service
from bridge.switchboard import Limits
from eventlog.port import Log, LogError, LogUnavailable
from eventlog.settings import BROKER_ADDRESS, LOG_PATH, log_of, place_of
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.exit_codes import NOT_DONE_EXIT
from runtime.open_files import allow_files
from runtime.program import add_settings, parser_of, settings_given
from runtime.settings import COMMAND_TTL_S, DEBUG_MODE, MQTT_ADDRESS, mqtt_login
from runtime.shutdown import Shutdown
from runtime.values import Address

PROGRAM = "wattline-bridge"
DESCRIPTION = """\
Forwards what boards say (TCP, serial, MQTT) into the log, and what Central says to the boards.
Runs until it gets SIGTERM or Ctrl-C; waits for a log that is not there yet. Its own log goes to stderr;
SIGUSR1 writes all counters there."""
EXAMPLES = (
    (PROGRAM, "boards connect to port 7000; the log is a file, wattline-log.db"),
    (f"{PROGRAM} --broker-address 127.0.0.1:9092", "the log is Kafka"),
    (f"{PROGRAM} --serial-ports /dev/ttyUSB0", "boards on a serial port as well"),
    (f"{PROGRAM} --plain-port 7001", "then: nc -N 127.0.0.1 7001 < messages (docs/protocol.md)"),
)
SETTINGS = (
    settings.LISTEN_HOST, settings.LISTEN_PORT, settings.PLAIN_PORT, settings.SERIAL_PORTS, MQTT_ADDRESS,
    BROKER_ADDRESS, LOG_PATH, settings.MAX_LINES, settings.LINE_SILENT_AFTER_S,
    settings.HEARTBEAT_INTERVAL_S, settings.HEALTH_INTERVAL_S, COMMAND_TTL_S, DEBUG_MODE,
)  # fmt: skip
LOG_RETRY_S = 1.0
LOG_CLOSE_WITHIN_S = 0.4
SPARE_FILES = 320  # beside one per line of a board: plain lines, the log's files, serial ports

logger = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    config = config_of(argv)
    process_log.set_up("bridge", debug=config[DEBUG_MODE])
    shutdown = Shutdown()
    shutdown.install()
    note_files(config[settings.MAX_LINES])
    return asyncio.run(_run(config, shutdown))


def command_line() -> argparse.ArgumentParser:
    parser = parser_of(PROGRAM, DESCRIPTION, EXAMPLES)
    add_settings(parser, SETTINGS)
    return parser


def config_of(argv: Sequence[str] | None) -> ConfigManager:
    return ConfigManager.load_or_exit(PROGRAM, settings_given(command_line().parse_args(argv), SETTINGS))


def options_of(config: ConfigManager) -> Options:
    return Options(
        listen=Address(config[settings.LISTEN_HOST], config[settings.LISTEN_PORT]),
        plain_port=config[settings.PLAIN_PORT] or None,
        serial_ports=config[settings.SERIAL_PORTS],
        mqtt=config[MQTT_ADDRESS],
        mqtt_login=mqtt_login(config),
        limits=Limits(
            max_lines=config[settings.MAX_LINES],
            silent_after_s=config[settings.LINE_SILENT_AFTER_S],
            heartbeat_interval_s=config[settings.HEARTBEAT_INTERVAL_S],
            health_interval_s=config[settings.HEALTH_INTERVAL_S],
        ),
        command_ttl_s=config[COMMAND_TTL_S],
    )


def note_files(max_lines: int) -> None:
    """Says so where the system lets this process open fewer files than its lines may need."""
    wanted = max_lines + SPARE_FILES
    allowed = allow_files(wanted)
    if allowed < wanted:
        logger.warning(
            "the system lets this process open %d files; MAX_LINES=%d needs %d: raise the limit "
            "(ulimit -Hn %d, or LimitNOFILE=%d in the systemd unit), or set MAX_LINES=%d",
            allowed, max_lines, wanted, wanted, wanted, max(1, allowed - SPARE_FILES),
        )  # fmt: skip


async def _run(config: ConfigManager, shutdown: Shutdown) -> int:
    ending = asyncio.ensure_future(shutdown.wait())
    try:
        log = await _open_log(config, ending)
    except LogError as error:
        logger.error("the log cannot be used: %s", error)
        return NOT_DONE_EXIT
    if log is None:
        return 0
    try:
        return await _serve(log, options_of(config), ending)
    finally:
        await asyncio.wait([asyncio.ensure_future(detached(log.close))], timeout=LOG_CLOSE_WITHIN_S)


async def _open_log(config: ConfigManager, ending: asyncio.Future[None]) -> Log | None:
    """Waits for the log as long as it takes; None when asked to end before. Raises LogError for a wrong one."""
    logger.info("opening the log at %s", place_of(config))
    said = ""
    while not ending.done():
        opening = asyncio.ensure_future(detached(lambda: _open_once(config)))
        await asyncio.wait([opening, ending], return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            opening.cancel()
            break
        try:
            return opening.result()
        except LogUnavailable as error:
            # Once for each reason: the log may be away for days.
            logger.log(logging.DEBUG if str(error) == said else logging.WARNING, "waiting for the log: %s", error)
            said = str(error)
        await asyncio.wait([ending], timeout=LOG_RETRY_S)
    return None


def _open_once(config: ConfigManager) -> Log:
    log = log_of(config, PROGRAM)
    try:
        log.create_topics()
        logger.info("log %s opened", log.cluster_id())
    except LogError:
        log.close()
        raise
    return log


async def _serve(log: Log, options: Options, ending: asyncio.Future[None]) -> int:
    counters = Counters()
    service = Service(log, options, counters)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: counters.log(even_unchanged=True))
    try:
        await service.start()
    except OSError as error:
        logger.error("cannot listen: %s", error)
        return NOT_DONE_EXIT
    logger.info("ready %s", service.addresses())
    await ending
    await service.stop()
    counters.log()
    logger.info("ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
