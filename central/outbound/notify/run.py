"""`wattline-central notify`: reads the log, and tells people what happened, until SIGTERM."""

import logging
import threading

from sqlalchemy import Connection, delete

from central import settings
from central.outbound.notify.contact_checks import add_checks
from central.outbound.notify.posting import Reach
from central.outbound.notify.push import new_push_key
from central.outbound.notify.queue import count_states
from central.outbound.notify.rules import Holds
from central.outbound.notify.sender import Sender, Voice
from central.outbound.notify.taking import TOPICS, Taking
from central.outbound.notify.version import MIGRATIONS
from central.outbound.notify.ways import ways_of
from central.outbound.reader import LogReader, Purpose
from central.people.opening import wait_for_people
from central.people.push_key import push_key_of
from central.reading.process import run_until_asked
from central.reading.recognition import WaysOut
from central.store.database import Database, lock_for_writing
from central.store.notice_tables import metadata
from central.store.opening import bring_up_to_date, database_of, wait_for_log, wait_for_tables
from eventlog import Log
from eventlog.clock import wall_ms
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.settings import DEBUG_MODE

FAILED_EXIT = 1
_ANEW = "`wattline-central notify --rebuild` begins at the end of the log in reach, and tells nothing of what is older"
WAYS_OUT = WaysOut(
    of_other=f"name the right one (BROKER_ADDRESS, LOG_PATH); or {_ANEW}",
    of_differing=f"put back the log that belongs to this database; or {_ANEW}",
    of_empty=_ANEW,
)

_Databases = tuple[Database, Database, Database]  # notices, books, people

logger = logging.getLogger(__name__)


def run_notify(config: ConfigManager, *, rebuild: bool = False) -> int:
    """Until SIGTERM; the exit code. `rebuild`: from empty tables, at the log's end. Raises BadPlace."""
    process_log.set_up("central-notify", debug=config[DEBUG_MODE])
    notices = database_of(config, settings.NOTICES, make_folder=True)
    way_out = "delete it: notices begin at the log's end again"
    return run_until_asked("notifier", notices, way_out, lambda stop: _run(config, notices, stop, rebuild=rebuild))


def _run(config: ConfigManager, notices: Database, stop: threading.Event, *, rebuild: bool) -> int:
    bring_up_to_date(notices, stop, MIGRATIONS)
    log = wait_for_log(config, "wattline-central-notify", stop)
    if log is None:
        return 0
    books = database_of(config)
    try:
        wait_for_tables(books, stop)
        people = wait_for_people(config, stop)
        if people is None:
            return 0
        if rebuild:
            with notices.writer.begin() as connection:
                lock_for_writing(connection)
                empty(connection)
        try:
            return _work(config, log, (notices, books, people), stop)
        finally:
            people.dispose()
    finally:
        log.close()
        books.dispose()
        notices.dispose()


def _work(config: ConfigManager, log: Log, databases: _Databases, stop: threading.Event) -> int:
    notices, books, people = databases
    holds = Holds(config[settings.NOTICES_FAULT_HOLD_S], config[settings.NOTICES_SILENCE_S])
    taking = Taking(books, people, holds, wall_ms)
    purpose = Purpose(TOPICS, taking.take, taking.rest, WAYS_OUT, begins_at_end=True, take_dead=taking.take_dead)
    public_url = config[settings.PUBLIC_URL]
    reach = Reach(config[settings.NOTICES_PRIVATE_ADDRESSES])
    key = push_key_of(people, new_push_key, wall_ms())
    voice = Voice("" if public_url is None else str(public_url), config[settings.CURRENCY], key, reach)
    ways = ways_of(config)
    sender = Sender(notices, people, ways, voice, wall_ms)
    failures: list[Exception] = []

    def send() -> None:
        try:
            sender.run(stop, lambda: (taking.ripen(notices), add_checks(people, notices, wall_ms())))
        except Exception as error:
            logger.exception("the sender ends")
            failures.append(error)
            stop.set()

    reader = LogReader(notices, log, purpose, stop)
    logger.info("channels: %s", ", ".join(ways) or "none; NOTICES_MAIL and others name the servers")
    sending = threading.Thread(target=send, name="notify sender", daemon=True)
    sending.start()
    try:
        reader.run()
    finally:
        stop.set()
        sending.join()
    with notices.reader.connect() as connection:
        counts = count_states(connection)
    logger.info("stopped: %s deliveries: %s", dict(reader.counts), counts)
    return FAILED_EXIT if failures else 0


def empty(connection: Connection) -> None:
    """Every row goes, the place in the log too."""
    for table in metadata.sorted_tables:
        connection.execute(delete(table))
