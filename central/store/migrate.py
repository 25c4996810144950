"""Brings the tables to the version this program knows. Only the worker does it; other programs only check.

All that is missing is made in one transaction, its record included, also on SQLite.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from central.store.version import MIGRATIONS, OtherVersion


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def migrate(engine: Engine, to: str = "head", folder: Path = MIGRATIONS) -> None:
    """`folder`: of the migrations. Raises OtherVersion for a database that cannot be brought up to this version."""
    config = _config(folder)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise OtherVersion(f"the database's tables are of another version: {error}") from error
