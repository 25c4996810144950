"""A process that reads the log: its orderly end, and the exit code of one that cannot go on."""

import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from central.store.database import Database, is_damaged, reason_of
from central.store.version import OtherVersion
from eventlog import LogError
from runtime.exit_codes import STOPPED_EXIT
from runtime.shutdown import Shutdown

END_WITHIN_S = 1.5  # after SIGTERM; then the process ends whatever it waits for: it survives kill -9 as well

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """The reader cannot go on without a person; the text says why and what to do."""


def run_until_asked(name: str, database: Database, way_out: str, work: Callable[[threading.Event], int]) -> int:
    """Runs `work` until SIGTERM and returns the exit code. It has its own thread: waiting for a broker can take long.

    `way_out`: what to do where the database is damaged.
    """
    shutdown = Shutdown()
    shutdown.install()
    with ThreadPoolExecutor(1, name) as threads:
        running = threads.submit(work, shutdown.requested)
        running.add_done_callback(lambda _: shutdown.request())
        shutdown.requested.wait()
        try:
            return running.result(END_WITHIN_S)
        except (Stopped, OtherVersion, LogError) as error:
            logger.error("the %s stops: %s", name, error)
            return STOPPED_EXIT
        except SQLAlchemyError as error:
            if not is_damaged(error):
                raise
            place, reason = database.place, reason_of(error)
            logger.error("the %s stops: the database %s is damaged (%s); %s", name, place, reason, way_out)
            return STOPPED_EXIT
        except TimeoutError:
            logger.warning("ending without waiting any longer for the log or the database")
            logging.shutdown()
            os._exit(0)
