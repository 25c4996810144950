"""The state file: a request is on the disk before it is sent, and no crash and no second command loses it."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.state import Driver, Registration, Request, State, StateFile, folder

REGISTRATION = Registration("m-0", "Bo", "wl_0")
DRIVER = Driver("drv_1", "Ana María 🚗", "m-9")
REQUEST = Request("m-1", "drv_1", "cp_001", "2026-01-31 12:00:00+01:00", {"message_id": "m-1", "max_energy_wh": 5})


def filled(path: Path) -> StateFile:
    files = StateFile(path)
    with files.change() as state:
        state.driver = DRIVER
        state.tokens["drv_1"] = "wl_1"
        state.registration = REGISTRATION
        state.requests.append(REQUEST)
    return files


def test_nothing_is_known_at_first(tmp_path: Path):
    assert StateFile(tmp_path / "new").read() == State()
    assert not (tmp_path / "new").exists()


def test_what_is_written_is_read(tmp_path: Path):
    filled(tmp_path / "a" / "wattline")
    assert StateFile(tmp_path / "a" / "wattline").read() == State(DRIVER, {"drv_1": "wl_1"}, REGISTRATION, [REQUEST])


def test_others_cannot_read_it(tmp_path: Path):
    files = filled(tmp_path / "wattline")
    assert files.path.stat().st_mode & 0o077 == 0
    assert files.path.parent.stat().st_mode & 0o077 == 0


def test_request_is_found_by_driver_and_charge_point(tmp_path: Path):
    state = filled(tmp_path).read()
    assert state.request("drv_1", "cp_001") == REQUEST
    assert state.request("drv_2", "cp_001") is None
    assert state.request("drv_1", "cp_002") is None
    state.forget("m-1")
    assert state.request("drv_1", "cp_001") is None


def test_exception_in_a_change_changes_nothing(tmp_path: Path):
    files = filled(tmp_path)

    def clear_and_fail() -> None:
        with files.change() as state:
            state.requests.clear()
            raise RuntimeError("between")

    with pytest.raises(RuntimeError, match="between"):
        clear_and_fail()
    assert files.read().requests == [REQUEST]


def request_with(body: bytes) -> bytes:
    request = b'{"message_id": "m", "driver_id": "d", "cp_id": "c", "made_at": "now", "body": ' + body + b"}"
    return b'{"version": 1, "driver": null, "registration": null, "requests": [' + request + b"]}"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 2}', b'{"version": 1}',
        b'{"version": 1, "driver": [], "registration": null, "requests": []}',
        b'{"version": 1, "driver": {"driver_id": 5, "username": "x"}, "registration": null, "requests": []}',
        b'{"version": 1, "driver": null, "registration": null, "requests": [null]}',
        b'{"version": 1, "driver": null, "registration": null, "requests": {"a": 1}}',
        b'{"version": 1, "driver": null, "registration": null, "requests": [{"message_id": "m"}]}',
        b'{"version": 1, "driver": null, "registration": null, "requests": 7}',
        b'{"version": 1, "driver": null, "registration": {"message_id": "m", "username": "\\udfff"}, "requests": []}',
        b"[" * 100_000,
        b'{"version": 1, "driver": null, "registration": null, "requests": ' + b"[" * 100_000,
        b'{"version": ' + b"9" * 10_000 + b"}",
        request_with(b'{"max_energy_wh": "5"}'),
        request_with(b'{"max_energy_wh": true}'),
        request_with(b'{"max_cost_minor": 1.5}'),
        request_with(b'{"message_id": 1}'),
        request_with(b'{"price_per_kwh": NaN}'),
        request_with(b'{"cp_id": {"a": []}}'),
    ],
)  # fmt: skip
def test_damaged_file_is_told_and_never_overwritten(tmp_path: Path, content: bytes):
    files = StateFile(tmp_path)
    files.path.write_bytes(content)
    with pytest.raises(Failure) as failure:
        files.read()
    with pytest.raises(Failure), files.change():
        pytest.fail("a damaged state must not be changed")
    assert failure.value.exit_code is ExitCode.LOCAL_STATE
    assert str(files.path) in failure.value.text
    assert "\n" not in failure.value.text
    assert files.path.read_bytes() == content


def test_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(Failure) as failure, StateFile(tmp_path).change():
        pytest.fail("two commands could overwrite each other's changes")
    assert failure.value.exit_code is ExitCode.LOCAL_STATE
    assert "cannot be locked (No locks available)" in failure.value.text


def test_place_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Failure) as failure, StateFile(tmp_path / "file" / "wattline").change():
        pytest.fail("there is no place for a state")
    assert failure.value.exit_code is ExitCode.LOCAL_STATE


@pytest.mark.parametrize(
    ("configured", "expected"),
    [("/etc/x", Path("/etc/x/wattline")), ("", None), ("relative", None)],
)
def test_folder_follows_the_xdg_specification(configured: str, expected: Path | None):
    assert folder({"XDG_CONFIG_HOME": configured}) == expected or (
        expected is None and folder({"XDG_CONFIG_HOME": configured}) == Path.home() / ".config" / "wattline"
    )


WRITER = """
import sys
from pathlib import Path
from driver_cli.state import Request, StateFile
files = StateFile(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    with files.change() as state:
        state.requests.append(Request(f"{sys.argv[2]}-{n}", "d", "c", "now", {}))
    print(n, flush=True)
"""


def writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(count)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_commands_at_the_same_time_lose_nothing(tmp_path: Path):
    writers = [writer(tmp_path, name, 20) for name in ("a", "b", "c")]
    for each in writers:
        each.communicate()
    assert [each.returncode for each in writers] == [0, 0, 0]
    found = {each.message_id for each in StateFile(tmp_path).read().requests}
    assert found == {f"{name}-{n}" for name in "abc" for n in range(20)}


def test_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path):
    process = writer(tmp_path, "a", 100_000)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(15)]
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    written = len(StateFile(tmp_path).read().requests)
    # What was told to be done is on the disk; at most the one under way is there beside it.
    assert written in {len(told), len(told) + 1}
    assert json.loads((tmp_path / "state.json").read_text())["version"] == 1
    with StateFile(tmp_path).change() as state:
        state.requests.clear()
    assert StateFile(tmp_path).read().requests == []
