"""`wattline-central insight`: reads the log into insight's tables, until SIGTERM."""

import logging
import threading
from functools import partial

from sqlalchemy import Connection, delete

from central import settings
from central.outbound.insight.ahead import judge_ahead
from central.outbound.insight.facts import TOPICS, forget, take
from central.outbound.insight.tables import metadata
from central.outbound.insight.version import MIGRATIONS
from central.outbound.reader import LogReader, Purpose
from central.reading.process import run_until_asked
from central.reading.recognition import WaysOut
from central.store.database import Database, lock_for_writing
from central.store.opening import bring_up_to_date, database_of, wait_for_log
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.settings import DEBUG_MODE

_REBUILD = "`wattline-central insight --rebuild` makes the figures anew from the log in reach"
WAYS_OUT = WaysOut(
    of_other=f"name the right one (BROKER_ADDRESS, LOG_PATH); or {_REBUILD}",
    of_differing=f"put back the log that belongs to this database; or {_REBUILD}",
    of_empty="figures are made from the whole log; put back the database of the figures (INSIGHT_DB_PATH, "
    "INSIGHT_DATABASE_URL), or the log, from a backup",
)

MS_PER_S = 1_000

logger = logging.getLogger(__name__)


def purpose_of(config: ConfigManager) -> Purpose:
    return purpose(config[settings.INSIGHT_QUARTERS_DAYS], round(config[settings.LOST_AFTER_S] * MS_PER_S))


def purpose(quarters_kept_days: int, lost_after_ms: int) -> Purpose:
    rest = partial(forget, quarters_kept_days=quarters_kept_days)
    make = partial(judge_ahead, lost_after_ms=lost_after_ms)
    return Purpose(TOPICS, take, rest, WAYS_OUT, begins_at_end=False, make=make)


def run_insight(config: ConfigManager, *, rebuild: bool = False) -> int:
    """Until SIGTERM; the exit code. `rebuild`: from empty tables. Raises BadPlace."""
    process_log.set_up("central-insight", debug=config[DEBUG_MODE])
    database = database_of(config, settings.INSIGHT, make_folder=True)
    way_out = "delete it: it is made again from the log"
    return run_until_asked("insight", database, way_out, lambda stop: _run(config, database, stop, rebuild=rebuild))


def _run(config: ConfigManager, database: Database, stop: threading.Event, *, rebuild: bool) -> int:
    bring_up_to_date(database, stop, MIGRATIONS)
    log = wait_for_log(config, "wattline-central-insight", stop)
    if log is None:
        return 0
    if rebuild:
        with database.writer.begin() as connection:
            lock_for_writing(connection)
            empty(connection)
        logger.info("the figures are made anew from the log's beginning")
    reader = LogReader(database, log, purpose_of(config), stop)
    try:
        reader.run()
    finally:
        log.close()
        database.dispose()
    logger.info("stopped: %s", dict(reader.counts))
    return 0


def empty(connection: Connection) -> None:
    """Every row goes, the place in the log too. A reader that runs beside it begins anew as well."""
    for table in metadata.sorted_tables:
        connection.execute(delete(table))
