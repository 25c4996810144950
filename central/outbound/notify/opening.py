"""Opening the database of notices. `wattline-central notify` alone makes its tables."""

import threading

from central import settings
from central.outbound.notify.version import MIGRATIONS
from central.store.database import Database, open_database
from central.store.opening import APPLICATION_ID, bring_up_to_date
from runtime.config import ConfigManager
from runtime.places import checked_place


def notices_of(config: ConfigManager, *, make_folder: bool = False) -> Database:
    """Opens nothing yet; the first use does. `make_folder`: for the program that makes the tables.

    Raises BadPlace where an SQLite file cannot be used.
    """
    url = settings.notices_url(config)
    file = settings.file_of(url)
    if file is not None:
        setting = settings.NOTICES_DATABASE_URL if config[settings.NOTICES_DATABASE_URL] else settings.NOTICES_DB_PATH
        checked_place(setting, file, APPLICATION_ID, make_folder=make_folder)
    return open_database(url)


def make_tables(database: Database, stop: threading.Event) -> None:
    """Once the database can be reached. Raises OtherVersion."""
    bring_up_to_date(database, stop, MIGRATIONS)
