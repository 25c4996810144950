"""Who the driver is: the token that `register` makes, and that `login` and `logout` bring and take away."""

import subprocess
from pathlib import Path

import pytest

from driver_cli.tests.homes import Home, command
from runtime.tokens import is_token, new_token
from tools.stack.stack import PEOPLE, Stack
from tools.stack.tokens import make_token
from tools.testing.deadlines import DEADLINE_S


def with_stdin(home: Home, text: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments), env=home.environment(), input=text, capture_output=True, text=True, timeout=DEADLINE_S,
        check=False,
    )  # fmt: skip


@pytest.fixture
def stranger(stack: Stack, tmp_path: Path) -> Home:
    """Somebody whom Wattline does not know."""
    return Home(tmp_path / "stranger", stack.api_url)


def test_register_makes_a_token_that_nobody_is_shown(home: Home):
    token = home.state()["tokens"][home.driver]
    assert is_token(token)
    again = home.run("--json", "register", home.state()["driver"]["username"])
    assert again.returncode == 0
    assert token not in again.stdout + again.stderr
    assert home.state()["tokens"][home.driver] == token
    assert home.run("history").returncode == 0


def test_registration_without_an_answer_is_sent_again_with_its_token(stranger: Home):
    assert stranger.run("register", "Ana", api_url="http://127.0.0.1:1").returncode == 3
    asked = stranger.state()["registration"]
    stranger.register("Ana")
    assert stranger.state()["tokens"][stranger.driver] == asked["token"]


def test_login_by_the_operators_token(stack: Stack, stranger: Home, tmp_path: Path):
    token = make_token(stack.folder / PEOPLE, "driver_login", "driver")
    file = tmp_path / "token"
    file.write_text(f"{token}\n")
    done = stranger.run("login", "--token-file", str(file))
    assert (done.returncode, done.stdout[:30]) == (0, "Signed in as driver_login. Nex")
    assert stranger.json("history")["charges"] == []
    assert token not in done.stdout + done.stderr


def test_logout_makes_the_token_worthless(stack: Stack, stranger: Home):
    token = make_token(stack.folder / PEOPLE, "driver_logout", "driver")
    assert with_stdin(stranger, token, "login", "--token-file", "-").returncode == 0
    assert stranger.run("logout").returncode == 0
    assert stranger.state()["tokens"] == {}
    refused = stranger.run("history")
    assert (refused.returncode, "wattline login" in refused.stderr) == (4, True)
    again = with_stdin(stranger, token, "login", "--token-file", "-")
    assert (again.returncode, "does not hold any more" in again.stderr) == (4, True)


def test_auditor_cannot_charge(stack: Stack, stranger: Home):
    token = make_token(stack.folder / PEOPLE, "looks_on", "auditor")
    refused = with_stdin(stranger, token, "login", "--token-file", "-")
    assert (refused.returncode, "charges no car" in refused.stderr) == (1, True)


NO_TOKENS = {
    "empty": "", "other": "secret", "short": "wl_short", "long": f"{new_token()}x",
    "two": f"{new_token()} {new_token()}",
}  # fmt: skip


@pytest.mark.parametrize("text", NO_TOKENS.values(), ids=NO_TOKENS)
def test_what_is_no_token_is_not_sent(stranger: Home, text: str):
    refused = with_stdin(stranger, text, "login", "--token-file", "-")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "that is no token" in refused.stderr
    assert text not in refused.stderr or not text


def test_token_of_a_script_comes_from_the_environment(stack: Stack, stranger: Home, monkeypatch: pytest.MonkeyPatch):
    own = {**stranger.environment(), "WATTLINE_TOKEN": make_token(stack.folder / PEOPLE, "script", "driver")}
    done = subprocess.run(
        command("--driver", "script", "history"), env=own, capture_output=True, text=True, timeout=DEADLINE_S,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_export_has_everything_and_erase_forgets_it(stack: Stack, stranger: Home):
    stranger.register("Eve Erased")
    known = stranger.json("export")
    assert known["driver"]["username"] == "Eve Erased"
    assert len(known["tokens"]) == 1
    asked = stranger.run("erase")
    assert (asked.returncode, "--yes" in asked.stderr) == (2, True)
    assert stranger.run("erase", "--yes").returncode == 0
    assert (stranger.state()["driver"], stranger.state()["tokens"]) == (None, {})
    assert stranger.run("history").returncode == 4
