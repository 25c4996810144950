"""The command where no server is needed: help, bad usage, and one line for whatever goes wrong."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import IO

import pytest

from driver_cli.exit_codes import MEANINGS
from driver_cli.main import app
from driver_cli.tests.canned import Serve, json_answer
from driver_cli.tests.homes import Home, command
from tools.testing.deadlines import DEADLINE_S

ROOT = Path(__file__).parents[2]
COMMANDS = ("register", "list", "charge", "stop", "receipt", "history")
HALF_A_CHARACTER = (
    '{"version": 1, "driver": {"driver_id": "drv_1", "username": "\\ud800", "message_id": "m"}, "registration": null, '
    '"requests": []}'
)
NOBODY = "http://127.0.0.1:1"  # the tcpmux port: nothing listens there


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


Wattline = Callable[..., Ended]


@pytest.fixture
def wattline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Wattline:
    """The command in this process, which is quicker than a hundred of its own."""
    for name in [each for each in os.environ if each.startswith("WATTLINE_")]:
        monkeypatch.delenv(name)
    own = {"XDG_CONFIG_HOME": str(tmp_path), "WATTLINE_API": NOBODY, "COLUMNS": "200"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            app(arguments)
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, told.out, told.err)

    return run


def one_line(ended: Ended) -> str:
    assert ended.stderr.startswith("wattline: ")
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples(wattline: Wattline, tmp_path: Path, name: str):
    ended = wattline(name, "--help")
    assert ended.returncode == 0
    assert f"wattline {name}" in ended.stdout.partition("Examples")[2]
    assert all(option in ended.stdout for option in ("--json", "--api", "--driver"))


def test_help_and_docs_have_every_exit_code_and_command(wattline: Wattline):
    help_text = " ".join(wattline("--help").stdout.split())
    page = (ROOT / "docs" / "wattline.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"{int(code)} {meaning}" in help_text
        assert f"| {int(code)} | {meaning} |" in page
    for name in COMMANDS:
        assert f"wattline {name}" in page
    assert wattline().stdout.split() == wattline("--help").stdout.split()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["fly"], "fly'; `wattline --help` shows how"),
        (["charge"], "'CP'"),
        (["charge", "cp 1"], "for example cp_001"),
        (["charge", "x" * 65], "1 to 64"),
        (["charge", "../../etc"], "'CP'"),
        (["charge", "cp_001", "--kwh", "nan"], "for example --kwh 12.5"),
        (["charge", "cp_001", "--kwh=-1"], "'--kwh'"),
        (["charge", "cp_001", "--minutes", "inf"], "for example --minutes 90"),
        (["charge", "cp_001", "--money", "5,50"], "a point, not a comma"),
        (["charge", "cp_001", "--money"], "--money"),
        (["charge", "cp_001", "--wait", "nan"], "for example --wait 30"),
        (["stop", "--wait", "0"], "not '0'; for example --wait 30; `wattline stop --help`"),
        (["charge", "cp_001", "--kwh", "1e400"], "not '1e400'; for example --kwh 12.5"),
        (["charge", "cp_001", "--kwh", "-0"], "--kwh"),
        (["charge", "cp_001", "--kwh=-0"], "not '-0'; for example --kwh 12.5"),
        (["charge", "cp_001", "--money", "١٢"], "for example --money 15.50"),
        (["charge", "cp_001", "--minutes", "९०"], "for example --minutes 90"),
        (["stop", "--wait", "1e400"], "not '1e400'; for example --wait 30"),
        (["history", "--limit", "-0"], "--limit"),
        (["charge", "cp_001", "cp_002"], "cp_002"),
        (["list", "everything"], "everything"),
        (["charge", "cp_001", "--volts", "3"], "--volts"),
        (["history", "--limit", "0"], "not '0'; for example --limit 5; `wattline history --help`"),
        (["history", "--limit", "many"], "for example --limit 5"),
        (["register"], "'NAME'"),
        (["register", " "], "for example wattline register Ana"),
        (["register", "a\x1b[2J"], "printable"),
        (["register", "x" * 256], "255"),
        (["--driver", "drv_1", "register", "Ana"], "--driver"),
        (["--api", "ftp://x", "list"], "for example http://127.0.0.1:8080"),
        (["list", "--api", "http://user:pw@x"], "--api"),
        (["list", "--api", "http://x:99999"], "--api"),
        (["list", "--api", "http://["], "--api"),
        (["list", "--api", "http://x/\n"], "--api"),
        (["list", "--driver", "../x"], "--driver"),
    ],
)
def test_bad_usage_is_one_line_that_names_what_is_wrong(
    wattline: Wattline, tmp_path: Path, arguments: Sequence[str], named: str
):
    ended = wattline(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert named in one_line(ended)
    with_json = wattline("--json", *arguments)
    assert json.loads(with_json.stdout)["error"]["exit_code"] == with_json.returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ["charge cp_001", "stop", "receipt", "history"])
def test_nobody_is_registered(wattline: Wattline, tmp_path: Path, words: str):
    ended = wattline(*words.split())
    assert ended.returncode == 4
    assert "`wattline register NAME`" in one_line(ended)


@pytest.mark.parametrize("words", ["list", "stop", "receipt", "history", "charge cp_001"])
def test_nobody_answers(wattline: Wattline, tmp_path: Path, words: str):
    ended = wattline("--json", "--driver", "drv_1", *words.split())
    assert ended.returncode == 3
    assert f"Wattline at {NOBODY} cannot be reached: connection refused" in one_line(ended)
    assert json.loads(ended.stdout)["error"]["code"] == "unavailable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["register", "Ana"], ["list"], ["--json", "list"]])
def test_output_that_cannot_be_written_is_one_line(serve: Serve, tmp_path: Path, arguments: list[str]):
    answer = json_answer("200 OK", '{"charge_points": [], "driver_id": "drv_1", "username": "Ana"}')
    home = Home(tmp_path, serve(answer).url)
    with Path("/dev/full").open("w") as full:
        ended = run_into(full, home, *arguments)
    assert ended.returncode == 74
    assert ended.stderr == (
        "wattline: the output cannot be written (No space left on device); what was done before stays done\n"
    )


def test_reader_that_has_gone_ends_it_in_silence(serve: Serve, tmp_path: Path):
    home = Home(tmp_path, serve(json_answer("200 OK", '{"charge_points": []}')).url)
    for arguments in (["list"], ["--json", "list"]):
        near, far = os.pipe()
        os.close(near)
        with os.fdopen(far, "w") as gone:
            ended = run_into(gone, home, *arguments)
        assert (ended.returncode, ended.stderr) == (74, "")


def run_into(out: IO[str], home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env=home.environment(), stdout=out, stderr=subprocess.PIPE, text=True, check=False,
        timeout=DEADLINE_S,
    )


@pytest.mark.parametrize("arguments", [["stop", "--help"], ["receipt", "--help"]])
def test_help_of_what_may_be_left_out(wattline: Wattline, arguments: list[str]):
    assert "[[" not in wattline(*arguments).stdout


@pytest.mark.parametrize("content", ["{", "[" * 100_000, HALF_A_CHARACTER])
@pytest.mark.parametrize("words", ["history", "stop", "receipt", "register Ana", "charge cp_001"])
def test_damaged_state_is_told(wattline: Wattline, tmp_path: Path, content: str, words: str):
    (tmp_path / "wattline").mkdir()
    (tmp_path / "wattline" / "state.json").write_text(content)
    ended = wattline(*words.split())
    assert ended.returncode == 5
    assert f"{tmp_path}/wattline/state.json is damaged" in one_line(ended)
    assert "mend it or move it away" in ended.stderr


def test_version_is_told(wattline: Wattline):
    ended = wattline("--version")
    assert (ended.returncode, ended.stdout) == (0, f"wattline {metadata.version('wattline')}\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_gets_its_completion(tmp_path: Path, shell: str):
    home = Home(tmp_path, NOBODY)
    asked = {"_WATTLINE_COMPLETE": f"source_{shell}"}
    script = subprocess.run(
        command(), env=home.environment() | asked, capture_output=True, text=True, check=True, timeout=DEADLINE_S
    )
    assert "_WATTLINE_COMPLETE=complete_" in script.stdout
    words = {
        "COMP_WORDS": "wattline hi", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "wattline hi",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args", "_WATTLINE_COMPLETE": f"complete_{shell}",
    }  # fmt: skip
    completed = subprocess.run(
        command(), env=home.environment() | words, capture_output=True, text=True, check=True, timeout=DEADLINE_S
    )
    assert "history" in completed.stdout
    assert (script.stderr, completed.stderr) == ("", "")


def test_command_line_counts_more_than_environment(wattline: Wattline, monkeypatch: pytest.MonkeyPatch):
    for arguments in (["--api", "http://127.0.0.1:2", "list"], ["list", "--api", "http://127.0.0.1:2/"]):
        assert "Wattline at http://127.0.0.1:2 cannot" in one_line(wattline(*arguments))
    monkeypatch.setenv("WATTLINE_API", "nowhere")
    assert "(env var: 'WATTLINE_API')" in one_line(wattline("list"))
