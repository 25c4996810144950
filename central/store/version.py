"""Which version the tables have, and which this program knows; without alembic, which takes long to load.

A database is known by the folder of its migrations: that of the books, or that of the people.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

MIGRATIONS = Path(__file__).with_name("migrations")


class OtherVersion(Exception):
    """The database was made by a newer program, or is none of ours."""


def newest_version(folder: Path = MIGRATIONS) -> str:
    """The version of the tables that this program works with: its newest migration, `v0001_rows.py` for 0001."""
    return max(file.name for file in (folder / "versions").glob("v*.py")).removeprefix("v").partition("_")[0]


def version_of(connection: Connection) -> str | None:
    """The version of the tables in the database; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def is_current(engine: Engine, folder: Path = MIGRATIONS) -> bool:
    """False also while the database cannot be asked."""
    try:
        with engine.connect() as connection:
            return version_of(connection) == newest_version(folder)
    except SQLAlchemyError:
        return False
