"""`wattline-central config`: what is in force, from where, and where every file is."""

import json
from pathlib import Path
from typing import Any

import pytest

from central.tests.commands import Run, runner
from runtime import registry

NAMES = [row.name for row in registry.rows()]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return runner(capsys, monkeypatch, {})


def document(run: Run, **settings: str) -> tuple[dict[str, Any], dict[str, Any]]:
    ended = run("config", "--json", **settings)
    assert ended.exit_code == 0, ended.stderr
    told = json.loads(ended.stdout)
    return {row["name"]: row for row in told["settings"]}, {row["file"]: row for row in told["files"]}


def test_each_setting_has_its_value_and_source(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CURRENCY=SEK\nLOG_PATH=kept/log.db\n")
    settings, files = document(run, CURRENCY="NOK", LISTEN_PORT="7100")
    assert list(settings) == NAMES
    assert (settings["CURRENCY"]["value"], settings["CURRENCY"]["source"]) == ("NOK", "environment")
    assert settings["LISTEN_PORT"]["value"] == "7100"
    assert (settings["LOG_PATH"]["value"], settings["LOG_PATH"]["source"]) == ("kept/log.db", str(tmp_path / ".env"))
    assert settings["DB_PATH"]["source"] == "default"
    places = {
        "database": "wattline.db", "people": "people.db", "insight": "insight.db", "notices": "notices.db",
        "log": "kept/log.db",
    }  # fmt: skip
    assert files == {
        ".env": {"file": ".env", "place": str(tmp_path / ".env"), "exists": True},
        **{name: {"file": name, "place": str(tmp_path / file), "exists": False} for name, file in places.items()},
    }


def test_servers_are_shown_by_address_without_passwords(run: Run) -> None:
    servers = {"DATABASE_URL": "postgresql://w:hunter2@db/wattline", "BROKER_ADDRESS": "a:1,b:2"}
    settings, files = document(run, **servers)
    assert settings["DATABASE_URL"]["value"] == files["database"]["place"] == "postgresql://w:***@db/wattline"
    assert files["log"] == {"file": "log", "place": "a:1,b:2", "exists": None}
    assert "hunter2" not in run("config", **servers).stdout


def test_table_shows_every_setting_and_the_full_paths(run: Run, tmp_path: Path) -> None:
    shown = run("config").stdout
    assert all(f" {name} " in shown for name in NAMES)
    assert "".join(str(tmp_path / "wattline-log.db").split()) in "".join(shown.split())


def test_name_that_is_nearly_one_is_warned_of(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CURENCY=SEK\n")
    ended = run("config")
    assert ended.exit_code == 0
    assert ended.stderr == (
        f"wattline-central: warning: CURENCY (in {tmp_path / '.env'}) is no setting and has no effect; "
        "is CURRENCY meant?\n"
    )


def test_bad_setting_is_one_line_and_code_2(run: Run) -> None:
    ended = run("config", LISTEN_PORT="many")
    assert (ended.exit_code, ended.stderr.count("\n"), ended.stdout) == (2, 1, "")
