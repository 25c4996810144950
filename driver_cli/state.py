"""What this machine remembers: its driver, his tokens, and the requests that have no answer yet.

One JSON file, replaced atomically and synced before a request leaves, so that a crash at any moment finds
either no request or its id. A lock file keeps two commands from overwriting each other's changes.
"""

import fcntl
import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from driver_cli import amounts
from driver_cli.exit_codes import ExitCode, Failure

VERSION = 1
T = TypeVar("T")


@dataclass(frozen=True)
class Driver:
    """The driver registered here. `message_id`: of the registration."""

    driver_id: str
    username: str
    message_id: str


@dataclass(frozen=True)
class Registration:
    """A registration that has no answer yet: the same id and token are used again for the same name."""

    message_id: str
    username: str
    token: str


@dataclass(frozen=True)
class Request:
    """A charge request that has no answer yet. `body` is sent again exactly as it was sent first."""

    message_id: str
    driver_id: str
    cp_id: str
    made_at: str  # ISO 8601 with zone
    body: dict[str, Any]


@dataclass
class State:
    """The file's content. `tokens`: of the drivers who are signed in here, by their ids."""

    driver: Driver | None = None
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    registration: Registration | None = None
    requests: list[Request] = field(default_factory=list[Request])

    def request(self, driver_id: str, cp_id: str) -> Request | None:
        """The driver's unanswered request at this charge point."""
        fitting = (each for each in self.requests if (each.driver_id, each.cp_id) == (driver_id, cp_id))
        return next(fitting, None)

    def forget(self, message_id: str) -> None:
        """Wattline has answered this request."""
        self.requests = [each for each in self.requests if each.message_id != message_id]


def folder(environment: Mapping[str, str]) -> Path:
    """$XDG_CONFIG_HOME/wattline, or ~/.config/wattline."""
    configured = environment.get("XDG_CONFIG_HOME", "")
    # The XDG specification: a path that is not absolute counts as unset.
    try:
        base = Path(configured) if configured.startswith("/") else Path.home() / ".config"
    except RuntimeError:
        text = "this user has no home folder for the state file; XDG_CONFIG_HOME can name a folder"
        raise Failure(ExitCode.LOCAL_STATE, "local_state", text) from None
    return base / "wattline"


class StateFile:
    """Reads and changes the state. Every method raises Failure (LOCAL_STATE) naming the file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "state.json"

    def read(self) -> State:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return State()
        except (OSError, UnicodeDecodeError) as error:
            raise self._failure(f"cannot be read ({_why(error)})") from None
        try:
            return _parsed(text)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._failure(
                "is damaged or of another version; it may hold the id of a running request, "
                "so it is left as it is: mend it or move it away"
            ) from None

    @contextmanager
    def change(self) -> Generator[State]:
        """The state, locked. Changes are on disk once the block has ended without an exception."""
        with self._locked():
            state = self.read()
            before = _text(state)
            yield state
            after = _text(state)
            if after != before:
                self._write(after)

    @contextmanager
    def _locked(self) -> Generator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self._folder / "state.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._failure(f"cannot be written ({_why(error)})") from None
        try:
            self._wait_for(lock)
            yield
        finally:
            os.close(lock)

    def _wait_for(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:  # some network file systems have no locks
            raise self._failure(f"cannot be locked ({_why(error)})") from None

    def _write(self, text: str) -> None:
        fresh = self._folder / f"state.{os.getpid()}.new"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
            self._sync_folder()
        except OSError as error:
            with suppress(OSError):
                fresh.unlink()
            raise self._failure(f"cannot be written ({_why(error)})") from None

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _failure(self, what: str) -> Failure:
        text = f"{self.path} {what}; XDG_CONFIG_HOME can name another folder"
        return Failure(ExitCode.LOCAL_STATE, "local_state", text)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _text(state: State) -> str:
    return json.dumps({"version": VERSION, **asdict(state)}, indent=2, ensure_ascii=False) + "\n"


def _parsed(text: str) -> State:
    """Raises ValueError, KeyError or TypeError where the text is no state of this version."""
    stored: object = json.loads(text)
    if not isinstance(stored, dict) or stored["version"] != VERSION:
        raise ValueError
    values = cast("dict[str, Any]", stored)
    state = State(
        driver=_row(Driver, values["driver"]),
        tokens=_tokens(values.get("tokens", {})),
        registration=_row(Registration, values["registration"]),
        requests=[_sound(_row(Request, each)) for each in values["requests"]],
    )
    _text(state).encode()  # half of a character, which JSON can spell, could not be sent or written again
    return state


def _tokens(stored: object) -> dict[str, str]:
    """Files of old have none."""
    if not isinstance(stored, dict):
        raise TypeError
    tokens = cast("dict[str, Any]", stored)
    if not all(isinstance(each, str) for each in tokens.values()):
        raise TypeError
    return tokens


def _row(kind: type[T], stored: object) -> T | None:
    if stored is None:
        return None
    if not isinstance(stored, dict):
        raise TypeError
    values = cast("dict[str, Any]", stored)
    for name, value in values.items():
        if not isinstance(value, dict if name == "body" else str):
            raise TypeError(name)
    return kind(**values)


def _sound(request: Request | None) -> Request:
    if request is None:
        raise ValueError
    for name, value in request.body.items():
        if not isinstance(value, int if name in amounts.LIMITS else str) or isinstance(value, bool):
            raise TypeError(name)
    return request
