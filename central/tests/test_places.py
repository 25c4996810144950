"""A file that cannot be where DB_PATH or LOG_PATH says: one line with its full path, whatever the command."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from central.tests.commands import Ended, runner
from central.tests.site import ROOT
from tools.testing.deadlines import DEADLINE_S

NOBODY = 65_534
SERVERS = ("worker", "api")
COMMANDS = (("list",), ("stop", "cp_1"), ("parked",), ("verify",), ("health",))


def is_a_folder(folder: Path) -> Path:
    return folder


def lies_in_a_file(folder: Path) -> Path:
    (folder / "file").write_text("no folder")
    return folder / "file" / "below" / "x.db"


def in_a_folder_that_cannot_be_made(folder: Path) -> Path:
    del folder
    return Path("/proc/nowhere/x.db")


def is_no_database(folder: Path) -> Path:
    (folder / "x.db").write_text("neither a log nor a database\n" * 100)
    return folder / "x.db"


def is_another_program_s_database(folder: Path) -> Path:
    connection = sqlite3.connect(folder / "x.db")
    connection.executescript("PRAGMA application_id = 4711; CREATE TABLE t (a)")
    connection.close()
    return folder / "x.db"


def is_a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "x.db")
    return folder / "x.db"


def has_a_name_that_no_file_can_have(folder: Path) -> Path:
    return folder / ("x" * 300)


WRONG: dict[Callable[[Path], Path], str] = {
    is_a_folder: "is a folder",
    lies_in_a_file: "which is no folder",
    in_a_folder_that_cannot_be_made: "cannot be made",
    is_no_database: "is no SQLite file",
    is_another_program_s_database: "of something else",
    is_a_pipe: "is no file",
    has_a_name_that_no_file_can_have: "cannot be used",
}
each_wrong = pytest.mark.parametrize("make", WRONG, ids=lambda make: make.__name__)


def run(folder: Path, words: Sequence[str], settings: Mapping[str, str], before: Sequence[str] = ()) -> Ended:
    """In a process of its own. `before`: a command that runs it."""
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", "API_ADDRESS": "127.0.0.1:0"}
    ended = subprocess.run(
        [*before, sys.executable, "-m", "central.operate.main", *words], cwd=folder, env={**own, **settings},
        capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def assert_told(ended: Ended, setting: str, path: Path, told: str) -> None:
    *before, line = ended.stderr.splitlines()
    assert ended.exit_code in (1, 3), ended.stderr
    assert f"{setting}: " in line
    assert str(path) in line
    assert told in line
    assert f"for example {setting}=/" in line
    # What a server logs comes before; no traceback does.
    assert all(" INFO " in each for each in before), ended.stderr


@each_wrong
def test_database_that_cannot_be_there(
    tmp_path: Path,
    make: Callable[[Path], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = make(tmp_path)
    only_worker = make is in_a_folder_that_cannot_be_made  # others make no folders
    here = runner(capsys, monkeypatch, {"DB_PATH": str(path), "LOG_PATH": str(tmp_path / "log.db")})
    for words in () if only_worker else COMMANDS:
        assert_told(here(*words), "DB_PATH", path, WRONG[make])
    for server in SERVERS[:1] if only_worker else SERVERS:
        assert_told(run(tmp_path, [server], {"DB_PATH": str(path)}), "DB_PATH", path, WRONG[make])


@each_wrong
def test_log_that_cannot_be_there(
    tmp_path: Path,
    make: Callable[[Path], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = make(tmp_path)
    settings = {"LOG_PATH": str(path), "DB_PATH": str(tmp_path / "good.db")}
    assert_told(run(tmp_path, ["worker"], settings), "LOG_PATH", path, WRONG[make])
    here = runner(capsys, monkeypatch, settings)
    for words in (("dead",), ("health",)):  # the worker has made the tables
        assert_told(here(*words), "LOG_PATH", path, WRONG[make])


def test_relative_path_is_shown_in_full(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not a database" * 10)
    assert_told(run(tmp_path, ["list"], {"DB_PATH": "x.db"}), "DB_PATH", tmp_path / "x.db", "is no SQLite file")
    url = run(tmp_path, ["list"], {"DATABASE_URL": "sqlite:///x.db"})
    assert f"DATABASE_URL: {tmp_path / 'x.db'} is no SQLite file" in url.stderr


def test_database_and_log_are_two_files(tmp_path: Path) -> None:
    ended = run(tmp_path, ["worker"], {"DB_PATH": "x.db", "LOG_PATH": "./x.db"})
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1)
    assert "LOG_PATH=./x.db must not be the file of DB_PATH" in ended.stderr


def test_damaged_database_is_one_line_too(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)
    for words in (("list",), ("worker",)):
        ended = run(tmp_path, words, {"DB_PATH": "x.db", "LOG_PATH": "log.db"})
        assert ended.exit_code in (1, 3)
        assert "Traceback" not in ended.stderr
        assert "x.db" in ended.stderr.splitlines()[-1]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that other users may enter: pytest closes its own to them, each time it starts, whoever works in there."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize("words", [("worker",), ("list",), ("dead",)], ids=lambda words: words[0])
def test_folder_where_this_user_may_not_write(open_folder: Path, words: tuple[str, ...]) -> None:
    """Root may write everywhere, so the command runs as somebody else where the test is root."""
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed")
        before = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        probe = subprocess.run([*before, sys.executable, "-c", "import typer"], capture_output=True, check=False)
        if probe.returncode:
            pytest.skip("another user cannot run this Python")
    shelf = open_folder / "shelf"
    shelf.mkdir()
    shelf.chmod(0o555)
    setting = "LOG_PATH" if words == ("dead",) else "DB_PATH"
    ended = run(shelf, words, {setting: str(shelf / "x.db")}, before)
    assert_told(ended, setting, shelf / "x.db", f"may not write to {shelf}")


@pytest.mark.parametrize("words", [("worker",), ("list",), ("dead",)], ids=lambda words: words[0])
def test_mount_that_is_read_only(tmp_path: Path, words: tuple[str, ...]) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    setting = "LOG_PATH" if words == ("dead",) else "DB_PATH"
    mount = f"mount -t tmpfs -o ro none {mounted} && exec \"$@\""
    before = ("unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh")
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    ended = run(tmp_path, words, {setting: str(mounted / "x.db")}, before)
    assert_told(ended, setting, mounted / "x.db", "mounted read-only")
