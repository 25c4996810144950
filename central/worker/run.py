"""`wattline-central worker`: from the settings to a running worker."""

import logging
import threading

from central import settings
from central.fold.apply import apply
from central.reading.process import run_until_asked
from central.store.database import Database
from central.store.opening import bring_up_to_date, database_of, terms_of, wait_for_log
from central.worker.loop import Worker
from central.worker.ticker import Rhythm, Ticker
from eventlog.clock import LogClock
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.settings import DEBUG_MODE, SILENT_AFTER_S

logger = logging.getLogger(__name__)


def run_worker(config: ConfigManager) -> int:
    """Until SIGTERM; the exit code. Raises BadPlace."""
    process_log.set_up("central-worker", debug=config[DEBUG_MODE])
    database = database_of(config, make_folder=True)
    way_out = "put back a backup (docs/operating.md)"
    return run_until_asked("worker", database, way_out, lambda stop: _run(config, database, stop))


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
