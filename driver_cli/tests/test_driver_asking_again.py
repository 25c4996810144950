"""A charge that is refused only because the last one is just ending is asked for again, inside --wait."""

import io
import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from driver_cli.charge.run import ChargeRun
from driver_cli.context import Context, Options
from driver_cli.exit_codes import Failure
from driver_cli.state import StateFile
from driver_cli.tests.canned import Clock, Serve, json_answer

RECEIPT = {
    "number": 1, "session_id": "s-1", "cp_id": "cp_001", "driver_id": "drv_1", "currency": "EUR", "reason": "limit",
}  # fmt: skip


def ok(document: dict[str, Any]) -> bytes:
    return json_answer("200 OK", json.dumps(document))


def charge(state: str, reason: str, n: int = 1) -> dict[str, Any]:
    return {"message_id": f"m-{n}", "session_id": "s-1", "cp_id": "cp_001", "state": state, "reason": reason}


POINT = ok({"cp_id": "cp_001", "status": "ACTIVE", "currency": "EUR", "price_per_kwh": "0.2000"})
NONE_OPEN = ok({"charges": []})
ONE_OPEN = ok({"charges": [{**charge("in_progress", ""), "cp_id": "cp_002"}]})
CLAIMED = ok(charge("refused", "already_charging"))


def pause(n: int) -> bytes:
    """The charge point's answer to the n-th request."""
    return ok(charge("failed", "pause", n))


def done(n: int) -> bytes:
    return ok(charge("completed", "limit", n))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    numbers = count(1)
    monkeypatch.setattr("driver_cli.charge.run.uuid4", lambda: f"m-{next(numbers)}")
    return Clock()


def run(url: str, clock: Clock, folder: Path, wait_s: float = 30.0) -> tuple[ChargeRun, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    options = Options(json=False, api=url, driver="drv_1")
    context = Context(options, Console(file=out, width=100), Console(file=err), StateFile(folder), clock.timing())
    return ChargeRun(context, "cp_001", {}, wait_s), out, err


def test_pause_of_the_relay_is_waited_for(serve: Serve, clock: Clock, tmp_path: Path):
    server = serve(NONE_OPEN, POINT, pause(1), pause(2), done(3), ok(RECEIPT))
    asked, out, err = run(server.url, clock, tmp_path)
    asked.carry_out()
    assert "the limit was reached" in out.getvalue()
    assert out.getvalue().count("0.2000 EUR/kWh\nEstimate: 10 kWh for 2.00 EUR, 30 kWh for 6.00 EUR\n") == 1
    assert err.getvalue() == "wattline: the last charge is just ending; asking cp_001 again until it has\n"
    bodies = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in server.requests if each.startswith(b"POST")]
    assert [each["message_id"] for each in bodies] == ["m-1", "m-2", "m-3"]
    assert clock.pauses_s == [1.0, 2.0]


def test_claim_that_is_being_released_is_waited_for(serve: Serve, clock: Clock, tmp_path: Path):
    server = serve(NONE_OPEN, POINT, CLAIMED, NONE_OPEN, done(2), ok(RECEIPT))
    asked, out, _ = run(server.url, clock, tmp_path)
    asked.carry_out()
    assert "the limit was reached" in out.getvalue()


def test_charge_elsewhere_is_not_waited_for(serve: Serve, clock: Clock, tmp_path: Path):
    server = serve(NONE_OPEN, POINT, CLAIMED, ONE_OPEN)
    with pytest.raises(Failure) as failure:
        run(server.url, clock, tmp_path)[0].carry_out()
    assert "your charge at cp_002 is still running" in failure.value.text
    assert clock.pauses_s == []


@pytest.mark.parametrize("wait_s", [0.5, 10.0])
def test_wait_ends(serve: Serve, clock: Clock, tmp_path: Path, wait_s: float):
    server = serve(NONE_OPEN, POINT, *map(pause, range(1, 9)))
    with pytest.raises(Failure) as failure:
        run(server.url, clock, tmp_path, wait_s)[0].carry_out()
    assert failure.value.code == "pause"
    assert "has just ended a charge and needs a few seconds; run the command again" in failure.value.text
    assert sum(clock.pauses_s) <= wait_s


def test_fault_is_named(serve: Serve, clock: Clock, tmp_path: Path):
    fault = {"name": "weld", "text": "the relay is welded"}
    server = serve(NONE_OPEN, POINT, ok({**charge("failed", "fault"), "fault": fault}))
    with pytest.raises(Failure) as failure:
        run(server.url, clock, tmp_path)[0].carry_out()
    assert failure.value.text.startswith("cp_001 has a fault (the relay is welded); pick another one")
