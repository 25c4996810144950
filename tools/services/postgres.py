"""A PostgreSQL of one's own for tests: in a folder of its own, on a Unix socket alone, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.services.process import ChildProcess, ProcessEnded

USER = "wattline"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0
DEBIAN_BINARIES = "/usr/lib/postgresql"
# The server refuses to run as root; these users are on every Debian.
_UNPRIVILEGED = ("postgres", "nobody")


class PostgresUnavailable(Exception):
    """It cannot be started here; the text says why."""


def available() -> str:
    """Why there is none; "" where there is."""
    return "" if _program("initdb") and _program("postgres") else "initdb and postgres are not installed"


class Postgres:
    def __init__(self) -> None:
        """Raises PostgresUnavailable."""
        if reason := available():
            raise PostgresUnavailable(reason)
        # Its own short path: a socket's may have 107 characters, and the user it runs as must reach it.
        self._folder = Path(tempfile.mkdtemp(prefix="wattline-pg-"))
        self._data = self._folder / "data"
        self._databases = 0
        self._as_user = self._give_away()
        self._server = ChildProcess("postgres", self._command(), self._folder / "postgres.log")

    def _give_away(self) -> list[str]:
        """How to run a program as a user that PostgreSQL accepts."""
        if os.geteuid() != 0:
            return []
        names = {entry.pw_name for entry in pwd.getpwall()}
        name = next((each for each in _UNPRIVILEGED if each in names), None)
        if name is None or not shutil.which("setpriv"):
            raise PostgresUnavailable("it does not run as root, and there is no other user to run it as")
        user = pwd.getpwnam(name)
        os.chown(self._folder, user.pw_uid, user.pw_gid)
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def _command(self) -> list[str]:
        options = {"listen_addresses": "", "unix_socket_directories": str(self._folder), "fsync": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [*self._as_user, _program("postgres"), "-D", str(self._data), *settings]

    def start(self) -> None:
        """Raises PostgresUnavailable."""
        initdb = [_program("initdb"), "-D", str(self._data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8"]
        done = subprocess.run(
            [*self._as_user, *initdb], cwd="/", capture_output=True, text=True, timeout=START_TIMEOUT_S, check=False
        )
        if done.returncode:
            raise PostgresUnavailable(f"initdb failed: {done.stderr.strip()}")
        self._server.start()
        try:
            self._server.wait_said("ready to accept connections", START_TIMEOUT_S)
        except (ProcessEnded, TimeoutError) as error:
            raise PostgresUnavailable(str(error)) from error

    def new_database(self) -> str:
        """An empty database; its address as DATABASE_URL takes it."""
        import psycopg

        self._databases += 1
        name = f"wattline_{self._databases}"
        with psycopg.connect(host=str(self._folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@/{name}?host={self._folder}"

    def stop(self) -> None:
        self._server.send_signal(signal.SIGINT)  # "fast": SIGTERM would wait for its clients
        self._server.stop(STOP_TIMEOUT_S)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    installed = sorted(Path(DEBIAN_BINARIES).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(installed[-1]) if installed else ""
