"""Opening the people's database, and making its tables and its first admin: whichever program comes first does it."""

import threading
import time
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from central import settings
from central.people.passwords import PASSWORD_RULE, hash_of, is_password
from central.people.register import add_person, has_admin
from central.people.roles import ADMIN
from central.store.database import Database, is_transient, reason_of
from central.store.opening import database_of
from central.store.version import is_current
from runtime.config import ConfigManager
from runtime.pauses import Pauses
from runtime.places import BadPlace

MIGRATIONS = Path(__file__).with_name("migrations")
FIRST_ADMIN = "admin"  # of ADMIN_PASSWORD_FILE


def people_of(config: ConfigManager) -> Database:
    """With tables of this version. Raises BadPlace, OtherVersion, and SQLAlchemyError where it cannot be used."""
    database = database_of(config, settings.PEOPLE, make_folder=True)
    make_tables(database)
    _add_first_admin(config, database)
    return database


def wait_for_people(config: ConfigManager, stop: threading.Event) -> Database | None:
    """As `people_of`, once the database can be reached; None when asked to stop first."""
    pauses = Pauses(stop)
    while not stop.is_set():
        try:
            database = people_of(config)
        except SQLAlchemyError as error:
            if not is_transient(error):
                raise
            pauses.wait(f"the people's database cannot be used: {reason_of(error)}")
        else:
            pauses.over()
            return database
    return None


def make_tables(database: Database) -> None:
    if not is_current(database.reader, MIGRATIONS):
        from central.store.migrate import migrate  # alembic takes long to load

        migrate(database.writer, folder=MIGRATIONS)


def _add_first_admin(config: ConfigManager, database: Database) -> None:
    """Raises BadPlace where the file of ADMIN_PASSWORD_FILE has none."""
    file = config[settings.ADMIN_PASSWORD_FILE]
    if not file:
        return
    with database.reader.connect() as connection:
        if has_admin(connection):
            return
    try:
        password = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadPlace(f"{settings.ADMIN_PASSWORD_FILE.name}={file} cannot be read ({error})") from None
    if not is_password(password):
        raise BadPlace(f"{settings.ADMIN_PASSWORD_FILE.name}={file} must hold {PASSWORD_RULE}, not {len(password)}")
    with database.writer.begin() as connection:
        add_person(connection, FIRST_ADMIN, ADMIN, time.time_ns() // 1_000_000, hash_of(password))
