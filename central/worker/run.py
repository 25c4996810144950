"""`wattline-central worker`: from the settings to a running worker, and its orderly end."""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from central import settings
from central.fold.apply import apply
from central.store.database import Database, is_damaged, reason_of
from central.store.migrate import OtherVersion
from central.store.opening import bring_up_to_date, database_of, terms_of, wait_for_log
from central.worker.loop import Stopped, Worker
from central.worker.ticker import Rhythm, Ticker
from eventlog import LogError
from eventlog.clock import LogClock
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.exit_codes import STOPPED_EXIT
from runtime.settings import DEBUG_MODE, SILENT_AFTER_S
from runtime.shutdown import Shutdown

END_WITHIN_S = 1.5  # after SIGTERM; then the process ends whatever it waits for: it survives kill -9 as well

logger = logging.getLogger(__name__)


def run_worker(config: ConfigManager) -> int:
    """Runs until SIGTERM and returns the exit code. The work has its own thread: waiting for a broker can take long.

    Raises BadPlace.
    """
    process_log.set_up("central-worker", debug=config[DEBUG_MODE])
    database = database_of(config, make_folder=True)
    shutdown = Shutdown()
    shutdown.install()
    with ThreadPoolExecutor(1, "worker") as threads:
        work = threads.submit(_run, config, database, shutdown.requested)
        work.add_done_callback(lambda _: shutdown.request())
        shutdown.requested.wait()
        try:
            return work.result(END_WITHIN_S)
        except (Stopped, OtherVersion, LogError) as error:
            logger.error("the worker stops: %s", error)
            return STOPPED_EXIT
        except SQLAlchemyError as error:
            if not is_damaged(error):
                raise
            logger.error(
                "the worker stops: the database %s is damaged (%s); put back a backup (docs/operating.md)",
                database.place, reason_of(error),
            )
            return STOPPED_EXIT
        except TimeoutError:
            logger.warning("ending without waiting any longer for the log or the database")
            logging.shutdown()
            os._exit(0)


def _run(config: ConfigManager, database: Database, stop: threading.Event) -> int:
    bring_up_to_date(database, stop)
    log = wait_for_log(config, "wattline-central-worker", stop)
    if log is None:
        return 0
    rhythm = Rhythm(
        interval_s=config[settings.TICK_INTERVAL_MS] / 1_000,
        silent_after_s=config[SILENT_AFTER_S],
        grace_s=config[settings.OUTAGE_GRACE_S],
    )
    clock = LogClock()
    ticker = Ticker(log, rhythm, clock)
    worker = Worker(database, log, clock, terms_of(config), apply, ticker, stop)
    try:
        worker.run()
    finally:
        log.close()
        database.dispose()
    logger.info("stopped: %s", dict(worker.counts))
    return 0
