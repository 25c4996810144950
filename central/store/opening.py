"""Opening the database and the log, and waiting for them: what each program of Central does before it serves."""

import logging
import threading
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from central import settings
from central.model.terms import Terms
from central.store.database import Database, is_transient, open_database, reason_of
from central.store.version import MIGRATIONS, is_current, newest_version
from eventlog import Log, LogUnavailable
from eventlog import settings as log_settings
from eventlog.port import CONNECT_TIMEOUT_S
from runtime.config import ConfigManager
from runtime.pauses import Pauses
from runtime.places import checked_place
from runtime.settings import COMMAND_TTL_S

MS_PER_S = 1_000
APPLICATION_ID = 0  # SQLite's mark of a file's kind: Central's database has none, the event log has one

logger = logging.getLogger(__name__)


def terms_of(config: ConfigManager) -> Terms:
    return Terms(
        currency=config[settings.CURRENCY],
        command_ttl_ms=_ms(config[COMMAND_TTL_S]),
        command_resend_ms=_ms(config[settings.COMMAND_RESEND_S]),
        lost_after_ms=_ms(config[settings.LOST_AFTER_S]),
        request_ttl_ms=_ms(config[settings.REQUEST_TTL_S]),
        claim_hold_ms=_ms(config[settings.CLAIM_HOLD_S]),
        unnamed_for_ms=_ms(config[settings.UNNAMED_AFTER_S]),
        replace_for_ms=_ms(config[settings.REPLACE_FOR_S]),
        plant_speed=config[settings.PLANT_SPEED],
    )


def _ms(duration_s: float) -> int:
    return round(duration_s * MS_PER_S)


def database_of(
    config: ConfigManager, place: settings.Place = settings.BOOKS, *, make_folder: bool = False
) -> Database:
    """Opens nothing yet; the first use does. `make_folder`: for the program that makes its tables.

    Raises BadPlace where an SQLite file cannot be used.
    """
    file = place.file(config)
    if file is not None:
        checked_place(place.named_by(config), file, APPLICATION_ID, make_folder=make_folder)
    return open_database(place.url(config))


def log_of(config: ConfigManager, client_id: str, connect_timeout_s: float = CONNECT_TIMEOUT_S) -> Log:
    """Raises LogUnavailable, and LogError where waiting cannot help."""
    # A driver waits for what Central appends: a request crosses it three times before a relay closes.
    return log_settings.log_of(config, client_id, 0, connect_timeout_s)


def wait_for_log(config: ConfigManager, client_id: str, stop: threading.Event) -> Log | None:
    """The log once it can be reached; None when asked to stop first. Raises LogError where waiting cannot help."""
    pauses = Pauses(stop)
    logger.info("opening the log %s", log_settings.place_of(config))
    while not stop.is_set():
        try:
            log = log_of(config, client_id)
        except LogUnavailable as error:
            pauses.wait(f"the log is away: {error}")
        else:
            pauses.over()
            return log
    return None


def bring_up_to_date(database: Database, stop: threading.Event, migrations: Path = MIGRATIONS) -> None:
    """Makes or changes the tables, once the database can be reached. Raises OtherVersion."""
    pauses = Pauses(stop)
    while not stop.is_set():
        try:
            if not is_current(database.writer, migrations):
                from central.store.migrate import migrate  # alembic takes long to load, mostly for nothing

                migrate(database.writer, folder=migrations)
            pauses.over()
            return
        except SQLAlchemyError as error:
            if not is_transient(error):
                raise
            pauses.wait(f"the database {database.place} cannot be used: {reason_of(error)}")


def wait_for_tables(database: Database, stop: threading.Event) -> None:
    """Returns once the worker has brought the tables to this program's version, or when asked to stop."""
    pauses = Pauses(stop)
    while not stop.is_set():
        if is_current(database.reader):
            pauses.over()
            return
        pauses.wait(
            f"the database {database.place} has no tables of version {newest_version()} yet; "
            "wattline-central worker makes them"
        )
