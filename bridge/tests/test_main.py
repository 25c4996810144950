"""The command line of `wattline-bridge`."""

import subprocess
import sys
from importlib import metadata

import pytest
from wire.kinds.boards import BOARD_INTERVAL_MS

from bridge import main as bridge_main
from bridge import settings
from bridge.main import SETTINGS, main
from runtime.program import option_of
from tools.testing.deadlines import DEADLINE_S


def test_help_shows_options_examples_and_where_the_settings_are_described_and_starts_nothing():
    command = [sys.executable, "-m", "bridge.main", "--help"]
    helped = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=True)
    assert all(option_of(setting) in helped.stdout for setting in SETTINGS)
    assert "examples:" in helped.stdout
    assert "docs/settings.md" in helped.stdout
    assert helped.stderr == ""


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"wattline-bridge {metadata.version('wattline')}\n"


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["--listen-port", "x"], "LISTEN_PORT"), (["--no-such"], "--no-such"), (["7000"], "7000"),
        (["--listen"], "--listen"),
    ],
)  # fmt: skip
def test_bad_argument_is_one_line_that_names_it(argv: list[str], named: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err.splitlines()[-1]


def test_option_counts_before_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LISTEN_PORT", "7100")
    monkeypatch.setenv("MAX_LINES", "7")
    options = bridge_main.options_of(bridge_main.config_of(["--listen-port", "7200"]))
    assert (options.listen.port, options.limits.max_lines) == (7200, 7)


@pytest.mark.parametrize(("name", "low"), [("HEARTBEAT_INTERVAL_S", "31"), ("HEALTH_INTERVAL_S", "40")])
def test_interval_that_lets_one_lost_message_make_a_board_silent_is_refused(
    name: str, low: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("SILENT_AFTER_S", "61")
    monkeypatch.setenv(name, low)
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"SILENT_AFTER_S=61 must be at least 2 times {name}={low}" in line


def test_intervals_have_the_bounds_of_the_wire():
    low_s, high_s = (bound_ms / 1000 for bound_ms in BOARD_INTERVAL_MS)
    for setting in (settings.HEARTBEAT_INTERVAL_S, settings.HEALTH_INTERVAL_S):
        assert (setting.parse(f"{low_s:g}"), setting.parse(f"{high_s:g}")) == (low_s, high_s)
        for beyond in (f"{low_s / 2:g}", f"{high_s + 1:g}"):
            with pytest.raises(ValueError, match="must be a number"):
                setting.parse(beyond)


def test_default_has_room_for_ten_thousand_boards(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MAX_LINES", raising=False)
    assert bridge_main.options_of(bridge_main.config_of([])).limits.max_lines >= 10_000


def test_limit_of_files_that_is_too_low_is_named_with_what_to_raise(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def allow_files(wanted: int) -> int:
        return min(wanted, 1_024)

    monkeypatch.setattr(bridge_main, "allow_files", allow_files)
    bridge_main.note_files(500)
    assert caplog.text == ""
    bridge_main.note_files(12_000)
    (warning,) = [each.getMessage() for each in caplog.records]
    for told in ("1024 files", "MAX_LINES=12000", "LimitNOFILE=12320", "ulimit -Hn 12320", "MAX_LINES=704"):
        assert told in warning
