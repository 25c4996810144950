"""What a command works on: the settings, the database once it has its tables, the log."""

from collections.abc import Generator
from contextlib import contextmanager

from central.operate.failures import NotDone
from central.operate.options import PROGRAM
from central.store.database import Database
from central.store.opening import database_of, log_of
from central.store.version import is_current
from eventlog import Log
from runtime.config import ConfigManager

CONNECT_TIMEOUT_S = 3.0  # somebody waits for the answer


@contextmanager
def opened_database(config: ConfigManager) -> Generator[Database]:
    """Raises NotDone where it has no tables of this version, BadPlace where its file cannot be used."""
    database = database_of(config)
    try:
        if not is_current(database.reader):
            raise NotDone(
                f"the database {database.place} cannot be read or holds no current tables; start {PROGRAM} worker, "
                "which makes them"
            )
        yield database
    finally:
        database.dispose()


@contextmanager
def opened_people(config: ConfigManager) -> Generator[Database]:
    """Raises OtherVersion, BadPlace, and SQLAlchemyError where it cannot be used."""
    from central.people.opening import people_of  # with argon2, which most commands have no use for

    people = people_of(config)
    try:
        yield people
    finally:
        people.dispose()


@contextmanager
def opened_log(config: ConfigManager) -> Generator[Log]:
    """Raises LogError."""
    log = log_of(config, f"{PROGRAM}-operator", CONNECT_TIMEOUT_S)
    try:
        yield log
    finally:
        log.close()
