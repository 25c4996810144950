"""`wattline-central user` and `token`: people and their tokens, and that neither lies where others look."""

import io
import json
from pathlib import Path

import httpx
import pytest

from central.tests.commands import Run, runner
from central.tests.site import Site
from tools.stack.tokens import bearer

PASSWORD = "correct horse battery"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site: Site) -> Run:
    return runner(capsys, monkeypatch, site.environment)


@pytest.fixture
def password_file(tmp_path: Path) -> str:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return str(file)


def test_first_admin_is_added_and_signs_in(run: Run, site: Site, password_file: str) -> None:
    assert "adds the first" in run("user").stdout
    added = run("user", "add", "grace", "--role", "admin", "--password-file", password_file)
    assert added == (0, "grace: added as admin; signs in with the password just given\n", "")
    (shown,) = json.loads(run("user", "--json").stdout)
    assert (shown["name"], shown["role"], shown["signs_in"]) == ("grace", "admin", "by password")
    again = run("user", "add", "grace", "--role", "admin", "--password-file", password_file)
    assert (again.exit_code, "known already" in again.stderr) == (1, True)
    site.start()
    with site.client() as client:
        assert client.post("/v1/sign-in", json={"name": "grace", "password": PASSWORD}).status_code == 201


@pytest.mark.parametrize(
    ("password", "told"), [("short", "12 to 256 characters, not 5"), ("x" * 257, "12 to 256 characters, not 257")]
)
def test_password_of_a_wrong_length_changes_nothing(run: Run, tmp_path: Path, password: str, told: str) -> None:
    file = tmp_path / "bad"
    file.write_text(password)
    refused = run("user", "add", "grace", "--role", "admin", "--password-file", str(file))
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert told in refused.stderr
    assert json.loads(run("user", "--json").stdout) == []


def test_password_comes_by_stdin_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert run("user", "add", "ops", "--role", "operator", "--password-file", "-").exit_code == 0


def test_new_password_is_for_who_is_known(run: Run, password_file: str) -> None:
    refused = run("user", "password", "nobody", "--password-file", password_file)
    assert (refused.exit_code, "nobody is called nobody" in refused.stderr) == (1, True)


def test_token_is_shown_once_and_is_worthless_once_revoked(run: Run, site: Site) -> None:
    made = run("token", "add", "driver_001", "--label", "his phone")
    token = made.stdout.strip()
    assert token.startswith("wl_")
    assert token not in made.stderr
    (shown,) = json.loads(run("token", "--of", "driver_001", "--json").stdout)
    assert (shown["state"], shown["label"], shown["role"], shown["scope"]) == ("holds", "his phone", "driver", "all")
    assert token not in json.dumps(shown)
    site.start()
    with site.client() as client:

        def me() -> httpx.Response:
            return client.get("/v1/me", headers=bearer(token))

        assert me().json()["driver_id"] == "driver_001"
        assert run("token", "revoke", shown["token_id"]).exit_code == 0
        assert me().status_code == 401
    assert json.loads(run("token", "--json").stdout)[0]["state"] == "revoked"
    again = run("token", "revoke", shown["token_id"])
    assert (again.exit_code, "no token" in again.stderr) == (1, True)


def test_person_has_one_role(run: Run) -> None:
    assert run("token", "add", "grafana", "--role", "auditor", "--scope", "read", "--days", "30").exit_code == 0
    refused = run("token", "add", "grafana", "--role", "admin")
    assert (refused.exit_code, "known already, as auditor" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "words", [("token", "add", "x", "--role", "boss"), ("token", "add", "x", "--scope", "some"), ("user", "add", "a b")]
)
def test_bad_words_are_told_in_one_line(run: Run, words: tuple[str, ...]) -> None:
    refused = run(*words)
    assert refused.exit_code == 2
    assert "must be" in refused.stderr or "Missing" in refused.stderr


def test_sites_of_an_operator(run: Run, site: Site, password_file: str) -> None:
    site.start()
    for site_id in ("north", "south"):
        assert run("site", "add", site_id, "--name", site_id, "--time-zone", "UTC").exit_code == 0
    add = ("user", "add", "ops", "--role", "operator", "--password-file", password_file)
    refused = run(*add, "--site", "nroth")
    assert (refused.exit_code, "there is no site nroth; did you mean north?" in refused.stderr) == (1, True)
    assert run(*add, "--site", "north", "--site", "south").stdout.startswith("ops: added as operator of north, south;")

    def sites() -> object:
        return {each["name"]: each["sites"] for each in json.loads(run("user", "--json").stdout)}["ops"]

    assert sites() == ["north", "south"]
    assert "north, south" in run("user").stdout
    assert run("user", "sites", "ops", "--site", "south").stdout == "ops: serves south\n"
    assert sites() == ["south"]
    assert run("user", "sites", "ops", "--none").stdout == "ops: serves no site\n"
    assert sites() == []
    assert run("user", "sites", "ops", "--all-sites").stdout == "ops: serves all sites\n"
    assert sites() is None


def test_who_was_named_no_site_serves_all_and_is_told_so(run: Run, password_file: str) -> None:
    added = run("user", "add", "ops", "--role", "operator", "--password-file", password_file)
    assert added.stdout.startswith("ops: added as operator of all sites;")


def test_sites_are_for_operators_and_auditors(run: Run, site: Site, password_file: str) -> None:
    site.start()
    assert run("site", "add", "north", "--name", "North", "--time-zone", "UTC").exit_code == 0
    add = ("user", "add", "grace", "--role", "admin", "--password-file", password_file)
    refused = run(*add, "--site", "north")
    assert (refused.exit_code, "it does not bind admin" in refused.stderr) == (1, True)
    assert json.loads(run("user", "--json").stdout) == []
    assert run(*add).exit_code == 0
    refused = run("user", "sites", "grace", "--site", "north")
    assert (refused.exit_code, "it does not bind admin" in refused.stderr) == (1, True)
    refused = run("user", "sites", "nobody", "--none")
    assert (refused.exit_code, "nobody is called nobody" in refused.stderr) == (1, True)
    assert run("user", "sites", "grace").exit_code == 2
    assert run("user", "sites", "grace", "--none", "--all-sites").exit_code == 2


def test_token_of_somebody_new_may_be_for_some_sites(run: Run, site: Site) -> None:
    site.start()
    assert run("site", "add", "north", "--name", "North", "--time-zone", "UTC").exit_code == 0
    add = ("token", "add", "grafana", "--role", "auditor", "--scope", "read", "--site", "north")
    assert run(*add).exit_code == 0
    (shown,) = json.loads(run("user", "--json").stdout)
    assert (shown["name"], shown["sites"]) == ("grafana", ["north"])
    again = run(*add)
    assert (again.exit_code, "`user sites grafana`" in again.stderr) == (1, True)
    refused = run("token", "add", "ada", "--site", "north")
    assert (refused.exit_code, "it does not bind driver" in refused.stderr) == (1, True)
    assert len(json.loads(run("token", "--json").stdout)) == 1
