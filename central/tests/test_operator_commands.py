"""The operator's commands against a running worker: what they print, what comes of it, and their one-line errors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from central.operate.main import app
from central.tests.site import Site

Run = Callable[..., Result]


@pytest.fixture
def run(shared_site: Site) -> Run:
    def command(*words: str, **settings: str) -> Result:
        return CliRunner().invoke(app, words, env={**shared_site.environment, **settings})

    return command


def shown(run: Run, cp_id: str) -> dict[str, object]:
    result = run("list", "--json")
    assert result.exit_code == 0, result.output
    return next(point for point in json.loads(result.stdout) if point["cp_id"] == cp_id)


def test_each_command_waits_until_it_is_done(run: Run, shared_site: Site) -> None:
    shared_site.connect("cp_ops", "ops")
    shared_site.wait_for(lambda: "cp_ops" in run("list").stdout, "cp_ops")
    assert "stop done; STOPPED" in run("stop", "cp_ops").stdout
    assert shown(run, "cp_ops")["status"] == "STOPPED"
    assert "resume done; ACTIVE" in run("resume", "cp_ops").stdout
    assert "0.3255 EUR/kWh" in run("price", "cp_ops", "0.3255").stdout
    assert shown(run, "cp_ops")["price_per_kwh"] == "0.3255"
    shared_site.says("fault_notification", "bridge", id="cp_ops", failure_info="Connection timeout").result(10)
    shared_site.wait_for(lambda: shown(run, "cp_ops")["faults"] == ["unspecified"], "the fault")
    assert "reset done; ACTIVE" in run("reset", "cp_ops").stdout
    assert run("replace", "cp_ops").exit_code == 0
    assert run("verify").stdout.strip() == "the books agree"
    assert run("health").exit_code == 0
    assert run("parked").stdout.strip() == "nothing is parked"


def test_dead_letters_are_shown_without_their_control_characters(run: Run, shared_site: Site) -> None:
    shared_site.appends("ev.cp", "cp_dead", b"\x1b[31mnoise\x07", "bridge").result(10)
    shared_site.wait_for(lambda: "noise" in run("dead", "--limit", "1000", "--json").stdout, "the dead letter")
    output = run("dead", "--limit", "1000").stdout
    assert "not_json" in output
    assert "\x1b[31m" not in output
    assert "\x07" not in output


@pytest.mark.parametrize(
    ("words", "told"),
    [(("stop", "nowhere"), "no charge point nowhere"), (("price", "cp_ops", "cheap"), "such as 0.20"),
     (("price", "cp_ops", "--", "-1"), "0 or more"), (("price", "cp_ops", "nan"), "such as 0.20"),
     (("unpark", "cp_ops"), "nothing of cp_ops is parked")],
)  # fmt: skip
def test_errors_are_one_line_that_says_what_to_do(run: Run, words: tuple[str, ...], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_tables_or_log_the_errors_name_the_settings(run: Run, tmp_path: Path) -> None:
    empty = run("list", DB_PATH=str(tmp_path / "none.db"))
    assert (empty.exit_code, "wattline-central worker" in empty.stderr) == (1, True)
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "no-log.db").write_bytes(b"neither a log nor a database" * 100)
    wrong = run("dead", LOG_PATH=str(tmp_path / "no-log.db"))
    assert (wrong.exit_code, "LOG_PATH" in wrong.stderr, wrong.stderr.count("\n")) == (1, True, 1)
    assert run("stop").exit_code == 2


def test_every_command_has_help_with_an_example() -> None:
    commands: dict[str, Any] = getattr(get_command(app), "commands")  # noqa: B009 -- Typer's type hides them
    assert {"worker", "api", "list", "stop", "resume", "price"} < set(commands)
    for name, command in commands.items():
        assert command.help, name
        assert f"wattline-central {name}" in (command.epilog or ""), name
