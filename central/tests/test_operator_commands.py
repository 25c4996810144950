"""The operator's commands against a running worker: what they print, what comes of it, and their one-line errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from central.operate.command_line import GROUPS, cli
from central.tests.commands import Run, runner
from central.tests.site import Site
from tools.docs.commands import shown_of
from tools.testing.deadlines import DEADLINE_S


@pytest.fixture
def run(shared_site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys, monkeypatch, shared_site.environment)


def shown(run: Run, cp_id: str) -> dict[str, object]:
    result = run("list", "--json")
    assert result.exit_code == 0, result.stderr
    return next(point for point in json.loads(result.stdout) if point["cp_id"] == cp_id)


def test_each_command_waits_until_it_is_done(run: Run, shared_site: Site) -> None:
    shared_site.connect("cp_ops", "ops")
    shared_site.wait_for(lambda: "cp_ops" in run("list").stdout, "cp_ops")
    assert "stop done; STOPPED" in run("stop", "cp_ops").stdout
    assert shown(run, "cp_ops")["status"] == "STOPPED"
    assert "resume done; ACTIVE" in run("resume", "cp_ops").stdout
    assert "0.3255 EUR/kWh" in run("price", "cp_ops", "0.3255").stdout
    assert shown(run, "cp_ops")["price_per_kwh"] == "0.3255"
    shared_site.says("fault_notification", "bridge", id="cp_ops", failure_info="Connection timeout")
    shared_site.wait_for(lambda: shown(run, "cp_ops")["faults"] == ["unspecified"], "the fault")
    assert "reset done; ACTIVE" in run("reset", "cp_ops").stdout
    assert run("replace", "cp_ops").exit_code == 0
    assert run("verify").stdout.strip() == "the books agree"
    assert run("health").exit_code == 0
    assert run("parked").stdout.strip() == "nothing is parked"


def test_limit_of_the_current_is_set_lifted_and_refused(run: Run, shared_site: Site) -> None:
    shared_site.connect("cp_limit", "limit", rated_current_ma=16_000)
    shared_site.wait_for(lambda: "cp_limit" in run("list").stdout, "cp_limit")

    def limit_ma() -> int | None:
        return json.loads(run("point", "cp_limit", "--json").stdout)["limit_ma"]

    assert "limit 10.5 A" in run("limit", "cp_limit", "--current-a", "10.5").stdout
    assert limit_ma() == 10_500
    rated = "above the 16 A that cp_limit is provisioned for"
    for words, exit_code, says in (
        (("--current-a", "17"), 1, rated), (("--current-a", "0.5"), 2, "must be from 1 to 125"), ((), 2, "--lift"),
        (("--current-a", "10", "--lift"), 2, "one of the two"),
    ):  # fmt: skip
        refused = run("limit", "cp_limit", *words)
        assert refused.exit_code == exit_code
        assert says in refused.stderr
        assert limit_ma() == 10_500
    assert "limit lifted" in run("limit", "cp_limit", "--lift").stdout
    assert limit_ma() is None


def test_dead_letters_are_shown_without_their_control_characters(run: Run, shared_site: Site) -> None:
    shared_site.appends("ev.cp", "cp_dead", b"\x1b[31mnoise\x07", "bridge")
    shared_site.wait_for(lambda: "noise" in run("dead", "--limit", "1000", "--json").stdout, "the dead letter")
    output = run("dead", "--limit", "1000").stdout
    assert "not_json" in output
    assert "\x1b[31m" not in output
    assert "\x07" not in output


def test_a_dead_letter_of_any_size_takes_a_few_lines(run: Run, shared_site: Site) -> None:
    key = "k" * 20_000 + "[red]:bell:"
    shared_site.appends("ev.cp", key, b"huge" * 5_000, "bridge")
    shared_site.wait_for(lambda: "hugehuge" in run("dead", "--limit", "1000", "--json").stdout, "the dead letter")
    output = run("dead", "--limit", "1").stdout
    assert output.count("\n") < 30
    assert "(20,011 characters" in "".join(output.split()).replace("characters", " characters")
    assert json.loads(run("dead", "--limit", "1", "--json").stdout)[0]["key"] == key


@pytest.mark.parametrize(
    ("code", "words", "told"),
    [
        (1, ("stop", "nowhere"), "no charge point nowhere"),
        (1, ("unpark", "cp_ops"), "nothing of cp_ops is parked"),
        *((2, ("price", "cp_ops", "--", price), "with at most four decimals") for price in (
            "cheap", "-1", "-0", "nan", "inf", "1e400", "1e-9", "1e1", "0.00004", "0.12345", "1000.0001", "1001", "٣",
            "0.٣", "३", "０.２", "+1", "1_0", " 1", "", ".5", "1.", "0x1", "9" * 5_000,
        )),
        (2, ("stop", "a b"), "for example cp_001"),
        (2, ("stop", "c" * 65), "for example cp_001"),
        (2, ("stop",), "CP"),
        (2, ("stop", "cp_ops", "--wait", "-1"), "--wait"),
        (2, ("fly",), "fly"),
        (2, ("list", "--jsn"), "--json"),
    ],
)  # fmt: skip
def test_errors_are_one_line_that_says_what_to_do(run: Run, code: int, words: tuple[str, ...], told: str) -> None:
    result = run(*words)
    assert result.exit_code == code
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 400
    assert result.stdout == ""


@pytest.mark.parametrize("price", ["0", "0.0001", "1000", "1000.0000", "0.2", "0.3255"])
def test_prices_are_taken_exactly(run: Run, shared_site: Site, price: str) -> None:
    if "cp_priced" not in run("list").stdout:
        shared_site.connect("cp_priced", "priced")
        shared_site.wait_for(lambda: "cp_priced" in run("list").stdout, "cp_priced")
    assert run("price", "cp_priced", price).exit_code == 0
    assert shown(run, "cp_priced")["price_per_kwh"] == f"{float(price):.4f}"


def test_without_tables_or_log_the_errors_name_the_settings(run: Run, tmp_path: Path) -> None:
    empty = run("list", DB_PATH=str(tmp_path / "none.db"))
    assert (empty.exit_code, "wattline-central worker" in empty.stderr) == (1, True)
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "no-log.db").write_bytes(b"neither a log nor a database" * 100)
    wrong = run("dead", LOG_PATH=str(tmp_path / "no-log.db"))
    assert (wrong.exit_code, "LOG_PATH" in wrong.stderr, wrong.stderr.count("\n")) == (1, True, 1)
    assert run("stop").exit_code == 2


def test_every_command_and_option_has_help_and_examples() -> None:
    names = [command.name for group in GROUPS for command in group.COMMANDS]
    assert {"worker", "api", "list", "stop", "resume", "price", "config", "held accept", "driver add"} < set(names)
    for name in names:
        command = shown_of(cli, name)
        assert command.help, name
        assert f"wattline-central {name}" in (command.epilog or ""), name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


HEAVY = {"sqlalchemy", "alembic", "starlette", "uvicorn", "kafka", "httpx", "sqlite3", "asyncio", "eventlog.embedded"}


@pytest.mark.parametrize("words", [["--help"], ["stop", "--help"], ["--version"]])
def test_help_loads_nothing_that_it_does_not_need(words: list[str]) -> None:
    loaded = modules_loaded_by(*words)
    assert not loaded & HEAVY
    assert "central.operate.main" in loaded


def test_look_at_the_tables_loads_neither_migrations_nor_servers(run: Run, shared_site: Site) -> None:
    loaded = modules_loaded_by("list", "--json", **shared_site.environment)
    assert not loaded & {"alembic", "starlette", "uvicorn", "kafka", "httpx"}
    assert "sqlalchemy" in loaded


def modules_loaded_by(*words: str, **settings: str) -> set[str]:
    program = (
        "import sys\n"
        "from central.operate.main import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "except SystemExit as ended:\n    assert ended.code == 0, ended.code\n"
        "print('LOADED', *sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *words], env={**os.environ, **settings}, capture_output=True, text=True,
        timeout=DEADLINE_S, check=True,
    )  # fmt: skip
    return set(ended.stdout.partition("LOADED ")[2].split())
