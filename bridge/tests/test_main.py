"""The command line of `wattline-bridge`."""

import subprocess
import sys
from importlib import metadata

import pytest

from bridge import main as bridge_main
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
    assert (options.listen.port, options.max_lines) == (7200, 7)
