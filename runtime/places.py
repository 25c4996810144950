"""Whether a database file can be where a setting says; what is wrong is told in one line with the full path."""

import os
import stat
from pathlib import Path

from runtime.registry import Setting

SQLITE_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID = slice(68, 72)


class BadPlace(Exception):
    """The text names the setting, the full path, what is wrong and what to do."""


def checked_place(setting: Setting[str], path: Path, application_id: int, *, make_folder: bool = False) -> Path:
    """The full path of an SQLite file with this application id, or of none yet. Raises BadPlace.

    `make_folder`: for whoever makes the file too; others find no file where there is no folder, and that is no error.
    """
    path = path.absolute()
    try:
        wrong = _file_as_folder(path)
        if wrong is None and make_folder:
            _make_folder(path)
        wrong = wrong or _no_file(path) or _read_only(path) or _other_file(path, application_id)
    except OSError as error:
        wrong = f"{path} cannot be used ({error.strerror})"
    if wrong is None:
        return path
    raise BadPlace(
        f"{setting.name}: {wrong}; name a file in a folder where this user may write, for example "
        f"{setting.name}={setting.example}"
    )


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(error.errno, f"its folder cannot be made: {error.strerror}") from error


def _file_as_folder(path: Path) -> str | None:
    blocking = next((each for each in path.parents if each.exists() and not each.is_dir()), None)
    return f"{path} lies in {blocking}, which is no folder" if blocking else None


def _no_file(path: Path) -> str | None:
    if path.is_dir():
        return f"{path} is a folder"
    # Reading from a pipe or a device might never end.
    return f"{path} is no file" if path.exists() and not stat.S_ISREG(path.stat().st_mode) else None


def _read_only(path: Path) -> str | None:
    """SQLite writes beside the file too, even to read it."""
    if not path.parent.exists():
        return None
    if os.statvfs(path.parent).f_flag & os.ST_RDONLY:
        return f"{path} lies on a file system that is mounted read-only"
    locked = next((each for each in (path.parent, path) if each.exists() and not os.access(each, os.W_OK)), None)
    return f"{path} cannot be written: user {os.geteuid()} may not write to {locked}" if locked else None


def _other_file(path: Path, application_id: int) -> str | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        header = file.read(SQLITE_HEADER_BYTES)
    if not header:
        return None
    if not header.startswith(_MAGIC):
        return f"{path} is no SQLite file"
    found = int.from_bytes(header[_APPLICATION_ID])
    return None if found in (0, application_id) else f"{path} is the SQLite file of something else"
