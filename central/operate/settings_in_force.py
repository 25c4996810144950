"""The settings that a command of Central works with, and what is shown of them."""

from pathlib import Path
from typing import Any

from central.operate.options import PROGRAM
from central.settings import DATABASE_URL, database_file
from eventlog.settings import BROKER_ADDRESS, LOG_PATH
from runtime.config import FILE, ConfigManager


def config_in_force() -> ConfigManager:
    """A bad setting is told in one line, and ends the program."""
    return ConfigManager.load_or_exit(PROGRAM)


def show_settings(config: ConfigManager) -> list[dict[str, Any]]:
    """Each setting with its value as text, and its source: environment, default, or the full path of `.env`."""
    shown: list[dict[str, Any]] = []
    for table in config.tables:
        for row in table.rows:
            text, source = config.given(row)
            place = str(config.env_file) if source == FILE else source
            shown.append({"name": row.name, "value": text, "source": place, "part": table.title})
    return shown


def files_in_force(config: ConfigManager) -> list[dict[str, Any]]:
    """`.env`, database and log: the full path of each and whether it exists; an address where it is a server."""
    database = database_file(config)
    log = None if config[BROKER_ADDRESS] else Path(config[LOG_PATH]).absolute()
    return [
        _file(".env", config.env_file, ""),
        _file("database", database, config.given(DATABASE_URL).text),
        _file("log", log, config.given(BROKER_ADDRESS).text),
    ]


def _file(name: str, path: Path | None, address: str) -> dict[str, Any]:
    """`exists` is None for a server."""
    if path is None:
        return {"file": name, "place": address, "exists": None}
    return {"file": name, "place": str(path), "exists": path.exists()}
