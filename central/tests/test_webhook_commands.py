"""`wattline-central webhook`: added with a secret that is shown once, tried, listed and removed."""

import json

import pytest
from standardwebhooks import Webhook as Verifier

from central.outbound.tests.receivers import http_receiver
from central.tests.commands import Run, runner
from central.tests.site import Site


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site: Site) -> Run:
    return runner(capsys, monkeypatch, {**site.environment, "NOTICES_PRIVATE_ADDRESSES": "true"})


def test_one_is_added_tried_listed_and_removed(run: Run) -> None:
    assert "there are no webhooks" in run("webhook").stdout
    with http_receiver() as receiver:
        made = json.loads(run("webhook", "add", receiver.url, "--event", "fault_opened", "--json").stdout)
        assert run("webhook", "test", made["webhook_id"]).stdout == f"{made['webhook_id']}: took it\n"
        receiver.answer = lambda _: (500, {})
        failed = run("webhook", "test", made["webhook_id"])
        first, _ = receiver.got
    assert (failed.exit_code, "it answered 500" in failed.stderr) == (1, True)
    assert Verifier(made["secret"]).verify(first.body, dict(first.headers))["type"] == "test"
    shown = run("webhook", "--json").stdout
    (row,) = json.loads(shown)
    assert (row["webhook_id"], row["events"], row["url"]) == (made["webhook_id"], ["fault_opened"], receiver.url)
    assert made["secret"] not in shown
    assert run("webhook", "remove", made["webhook_id"]).exit_code == 0
    assert json.loads(run("webhook", "--json").stdout) == []


@pytest.mark.parametrize(
    ("command", "said"),
    [(("add", "ftp://a.example/"), "begins with https://"), (("add", "https://user@a.example/"), "has no user"),
     (("add", "http://127.0.0.1/", "--event", "tea_time"), "there is no event"),
     (("add", "http://127.0.0.1/", "--event", "contact_check"), "there is no event"),
     (("remove", "wh_none"), "there is no webhook"), (("test", "wh_none"), "there is no webhook")],
)  # fmt: skip
def test_what_is_none_is_refused_in_one_line(run: Run, command: tuple[str, ...], said: str) -> None:
    refused = run("webhook", *command)
    assert (refused.exit_code, said in refused.stderr) == (1, True), refused
    assert refused.stderr.strip().count("\n") == 0
    assert json.loads(run("webhook", "--json").stdout) == []


def test_this_machine_is_no_receiver(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    refused = runner(capsys, monkeypatch, site.environment)("webhook", "add", "http://127.0.0.1:1/")
    assert (refused.exit_code, "NOTICES_PRIVATE_ADDRESSES" in refused.stderr) == (1, True)
