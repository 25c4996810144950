"""What is shown while a charge runs never falls, whatever the API tells."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from driver_cli.api.client import Api
from driver_cli.api.stream import charge_of
from driver_cli.charge.display import Display
from driver_cli.charge.follower import ChargeFollower
from driver_cli.charge.lines import JsonLines, PlainLines
from driver_cli.charge.panel import LivePanel
from driver_cli.tests.canned import Clock, Serve, event_stream

TOLD_WH = (41, 0, 62, 61, 62)
BILLED_WH = 60


def charge_json(state: str, energy_wh: int) -> str:
    told = {"message_id": "m-1", "cp_id": "cp_001", "state": state, "energy_wh": energy_wh, "currency": "EUR"}
    return json.dumps({**told, "cost_minor": energy_wh // 5, "elapsed_s": energy_wh, "power_w": 6000})


def followed(serve: Serve, display: Display, clock: Clock) -> None:
    states = [("in_progress", each) for each in TOLD_WH] + [("completed", BILLED_WH)]
    events = "".join(f"event: charge\ndata: {charge_json(*each)}\n\n" for each in states)
    api = Api(serve(event_stream(events)).url, lambda text: None, clock.timing())
    follower = ChargeFollower(api, "drv_1", display, None, lambda charge: None, 30.0)
    assert follower.until_final(charge_of(charge_json("in_progress", 5))).energy_wh == BILLED_WH


def test_lines_of_json_never_fall_and_end_with_the_bill(serve: Serve):
    out, clock = io.StringIO(), Clock()
    console = Console(file=out)
    followed(serve, JsonLines(console, PlainLines(console, console, clock.timing())), clock)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [each["energy_wh"] for each in lines[:-1]] == [5, 41, 62]
    assert [each["cost_minor"] for each in lines[:-1]] == [1, 8, 12]
    assert [each["elapsed_s"] for each in lines[:-1]] == [5, 41, 62]
    assert (lines[-1]["state"], lines[-1]["energy_wh"]) == ("completed", BILLED_WH)


def test_plain_lines_never_fall(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("driver_cli.charge.lines.LINE_INTERVAL_S", 0.0)
    out, clock = io.StringIO(), Clock()
    console = Console(file=out, width=200)
    followed(serve, PlainLines(console, console, clock.timing()), clock)
    told = [line.split("  ")[1] for line in out.getvalue().splitlines()]
    assert told == ["0.005 kWh", "0.041 kWh", "0.041 kWh", *3 * ["0.062 kWh"], "0.060 kWh"]


def test_panel_never_falls(serve: Serve, tmp_path: Path):
    clock, shown = Clock(), list[str]()
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    panel = LivePanel(console, clock.timing(), "cp_001", {})
    show = panel.show

    def show_and_look(charge: object) -> None:
        show(charge)  # pyright: ignore[reportArgumentType]  # what the follower shows
        text = io.StringIO()
        Console(file=text, width=80).print(panel)
        shown.append(text.getvalue())

    panel.show = show_and_look
    followed(serve, panel, clock)
    energies = [float(each.split("kWh")[0].split()[-1]) for each in shown if "kWh" in each]
    assert energies == [0.005, 0.041, 0.041, 0.062, 0.062, 0.062]


def test_clock_of_the_panel_never_goes_back():
    clock = Clock()
    panel = LivePanel(Console(file=io.StringIO(), width=80), clock.timing(), "cp_001", {})

    def seen() -> str:
        text = io.StringIO()
        Console(file=text, width=80).print(panel)
        return text.getvalue()

    panel.show(charge_of(charge_json("in_progress", 60)))
    clock.now_s += 5.0
    assert "0:01:05" in seen()
    panel.show(charge_of(charge_json("in_progress", 62)))
    assert "0:01:05" in seen()
