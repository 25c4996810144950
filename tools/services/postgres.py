"""A PostgreSQL of one's own for tests: in a folder of its own, on a Unix socket alone, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from tools.services.process import ChildProcess, ProcessEnded
from tools.services.service import Service
from tools.testing.deadlines import DEADLINE_S

USER = "wattline"
STOP_TIMEOUT_S = 10.0
DEBIAN_BINARIES = "/usr/lib/postgresql"
# The server refuses to run as root; these users are on every Debian.
UNPRIVILEGED = ("postgres", "nobody")


class PostgresUnavailable(Exception):
    """It cannot be started here; the text says why."""


def available() -> str:
    """Why there is none; "" where there is."""
    return "" if _program("initdb") and _program("postgres") else "initdb and postgres are not installed"


class Postgres(Service):
    """One server; `new_database` gives what a test works on."""

    def __init__(self) -> None:
        """Raises PostgresUnavailable."""
        if reason := available():
            raise PostgresUnavailable(reason)
        user = _other_user()
        # Its own short path: a socket's may have 107 characters, and the user it runs as must reach it.
        super().__init__("pg")
        self._data = self.folder / "data"
        self._databases = 0
        self._as_user: list[str] = []
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        self.process = ChildProcess("postgres", self._command(), self.folder / "postgres.log")

    def _command(self) -> list[str]:
        options = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [*self._as_user, _program("postgres"), "-D", str(self._data), *settings]

    def start(self) -> None:
        """Raises PostgresUnavailable."""
        initdb = [_program("initdb"), "-D", str(self._data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8"]
        done = subprocess.run(
            [*self._as_user, *initdb], cwd="/", capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        if done.returncode:
            raise PostgresUnavailable(f"initdb failed: {done.stderr.strip()}")
        self.process.start()
        try:
            self.process.wait_said("ready to accept connections", DEADLINE_S)
        except (ProcessEnded, TimeoutError) as error:
            raise PostgresUnavailable(str(error)) from error

    def new_database(self, like: str = "template1") -> str:
        """Its address as DATABASE_URL takes it. It is empty, or as the database named `like`, which nobody uses now."""
        import psycopg

        self._databases += 1
        name = f"wattline_{self._databases}"
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # "fast": SIGTERM would wait for its clients
        self.process.stop(STOP_TIMEOUT_S)


def _other_user() -> pwd.struct_passwd | None:
    """Whom to run it as instead of root; None for who is not root. Raises PostgresUnavailable."""
    if os.geteuid() != 0:
        return None
    users = {each.pw_name: each for each in pwd.getpwall()}
    user = next((users[name] for name in UNPRIVILEGED if name in users), None)
    if user is None or not shutil.which("setpriv"):
        raise PostgresUnavailable("it does not run as root, and there is no other user to run it as")
    return user


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    installed = sorted(Path(DEBIAN_BINARIES).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(installed[-1]) if installed else ""
