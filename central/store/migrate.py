"""Bringing the tables to the version this program knows. The worker does it; everybody else only asks.

All that is missing is made in one transaction, its record included, also on SQLite.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

MIGRATIONS = Path(__file__).with_name("migrations")


class OtherVersion(Exception):
    """The database was made by a newer program, or is none of ours."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def newest_version() -> str:
    """The version of the tables that this program works with."""
    version = ScriptDirectory.from_config(_config()).get_current_head()
    assert version is not None
    return version


def version_of(connection: Connection) -> str | None:
    """The version of the tables in the database; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, to: str = "head") -> None:
    """Raises OtherVersion for a database that this program cannot bring up to its version."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise OtherVersion(f"the database's tables are of another version: {error}") from error


def is_current(engine: Engine) -> bool:
    """False also while the database cannot be asked."""
    try:
        with engine.connect() as connection:
            return version_of(connection) == newest_version()
    except SQLAlchemyError:
        return False
