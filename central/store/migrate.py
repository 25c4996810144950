"""Brings the tables to the version this program knows. Only the worker does it; other programs only check.

All that is missing is made in one transaction, its record included, also on SQLite.
"""

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from central.store.version import MIGRATIONS


class OtherVersion(Exception):
    """The database was made by a newer program, or is none of ours."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(engine: Engine, to: str = "head") -> None:
    """Raises OtherVersion for a database that this program cannot bring up to its version."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise OtherVersion(f"the database's tables are of another version: {error}") from error
