"""`wattline-central homes`: charge points in Home Assistant, by way of an MQTT broker, until SIGTERM."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from central import settings
from central.outbound.homes.asking import Asking
from central.outbound.homes.broker import Broker
from central.outbound.homes.discovery import messages
from central.outbound.homes.post import read_posts
from central.reading.process import run_until_asked
from central.store.database import Database, is_transient, reason_of
from central.store.opening import database_of, wait_for_log, wait_for_tables
from eventlog import LogError, LogUnavailable
from eventlog.clock import wall_ms
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.pauses import Pauses
from runtime.settings import DEBUG_MODE, MQTT_ADDRESS, mqtt_login

LOOK_S = 1.0  # how often the books are read: as long as a change may wait
CLIENT_ID = "wattline-central-homes"

logger = logging.getLogger(__name__)


def run_homes(config: ConfigManager) -> int:
    """Until SIGTERM; the exit code. Raises BadPlace."""
    process_log.set_up("central-homes", debug=config[DEBUG_MODE])
    books = database_of(config)
    way_out = "the worker makes it anew from the log (`wattline-central worker --rebuild`)"
    return run_until_asked("homes", books, way_out, lambda stop: _run(config, books, stop))


def _run(config: ConfigManager, books: Database, stop: threading.Event) -> int:
    address, prefix = config[MQTT_ADDRESS], config[settings.HOME_ASSISTANT_PREFIX]
    if address is None or not prefix:
        lacking = MQTT_ADDRESS if address is None else settings.HOME_ASSISTANT_PREFIX
        logger.info("ready and idle: nothing is announced, since %s is not set", lacking.name)
        stop.wait()
        return 0
    try:
        wait_for_tables(books, stop)
        driver_id, shown = config[settings.HOMES_DRIVER_ID], config[settings.HOMES_POSTS]
        asking = Asking(books, driver_id, shown, wall_ms) if driver_id else None
        wake = threading.Event()

        def hear(cp_id: str, payload: bytes, is_retained: bool) -> None:
            if asking is not None:
                asking.hear(cp_id, payload, is_retained=is_retained)

        broker = Broker(address, prefix, None if asking is None else hear, wake, mqtt_login(config))
        failures: list[Exception] = []
        thread = threading.Thread(target=_ask, args=(config, asking, stop, failures), name="homes asking", daemon=True)
        if asking is not None:
            thread.start()
        broker.start()
        try:
            _show(config, books, broker, wake, stop)
        finally:
            broker.stop()
        if failures:
            raise failures[0]
        return 0
    finally:
        books.dispose()


def _ask(config: ConfigManager, asking: Asking, stop: threading.Event, failures: list[Exception]) -> None:
    """Commands wait for the log, and are too old when it comes back late."""
    try:
        log = wait_for_log(config, CLIENT_ID, stop)
        if log is None:
            return
        pauses = Pauses(stop)
        try:
            while not stop.is_set():
                try:
                    log.create_topics()
                    pauses.over()
                    asking.run(log, stop)
                except (LogUnavailable, SQLAlchemyError) as error:
                    if isinstance(error, SQLAlchemyError) and not is_transient(error):
                        raise
                    pauses.wait(f"a command cannot be carried out now: {error}")
        finally:
            log.close()
    except (LogError, SQLAlchemyError) as error:
        failures.append(error)
        stop.set()


def _show(
    config: ConfigManager, books: Database, broker: Broker, wake: threading.Event, stop: threading.Event
) -> None:
    driver_id, prefix, currency = (
        config[settings.HOMES_DRIVER_ID], config[settings.HOME_ASSISTANT_PREFIX], config[settings.CURRENCY],
    )  # fmt: skip
    pauses = Pauses(stop)
    logger.info("ready database=%s prefix=%s switch=%s", books.place, prefix, "yes" if driver_id else "no")
    while not stop.is_set():
        wake.clear()
        try:
            with books.reader.connect() as connection:
                posts = read_posts(connection, config[settings.HOMES_POSTS], driver_id, currency, wall_ms())
        except SQLAlchemyError as error:
            if not is_transient(error):
                raise
            broker.offline()
            pauses.wait(f"the database cannot be used: {reason_of(error)}")
            continue
        pauses.over()
        broker.publish(messages(posts, prefix, currency, has_switch=bool(driver_id)))
        wake.wait(LOOK_S)
