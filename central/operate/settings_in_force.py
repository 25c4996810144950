"""The settings that a command of Central works with, and what is shown of them."""

from pathlib import Path
from typing import Any

from central import settings
from central.operate.program import PROGRAM
from eventlog.settings import BROKER_ADDRESS, LOG_PATH
from runtime.config import FILE, ConfigManager

DATABASES = {
    "database": settings.BOOKS, "people": settings.PEOPLE, "insight": settings.INSIGHT, "notices": settings.NOTICES,
}  # fmt: skip


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
    """`.env`, databases and log: the full path of each and whether it exists; an address where it is a server."""
    log = None if config[BROKER_ADDRESS] else Path(config[LOG_PATH]).absolute()
    return [
        _file(".env", config.env_file, ""),
        *(_file(name, place.file(config), config.given(place.address).text) for name, place in DATABASES.items()),
        _file("log", log, config.given(BROKER_ADDRESS).text),
    ]


def _file(name: str, path: Path | None, address: str) -> dict[str, Any]:
    """`exists` is None for a server."""
    if path is None:
        return {"file": name, "place": address, "exists": None}
    return {"file": name, "place": str(path), "exists": path.exists()}
