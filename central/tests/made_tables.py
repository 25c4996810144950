"""Databases that have their tables and nothing in them: made once, then copied. test_migrations.py tests the making."""

import stat
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from central.store.database import open_database
from central.store.migrate import migrate
from central.store.version import MIGRATIONS


def write_tables(file: Path, migrations: Path = MIGRATIONS) -> None:
    """A SQLite file, as the program makes it. Does nothing where there is one."""
    if file.exists():
        return
    content, mode = _made(migrations)
    file.write_bytes(content)
    file.chmod(mode)


@cache
def _made(migrations: Path) -> tuple[bytes, int]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "made.db"
        database = open_database(f"sqlite:///{file}")
        migrate(database.writer, folder=migrations)
        database.dispose()
        return file.read_bytes(), stat.S_IMODE(file.stat().st_mode)
