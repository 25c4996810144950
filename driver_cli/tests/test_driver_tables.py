"""What is shown as rows, on terminals of 80 and of 40 columns."""

import io
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from driver_cli.api.answers import Charge, ChargePoint
from driver_cli.api.receipts import Receipt
from driver_cli.tables.history import history_table, is_refusal
from driver_cli.tables.layout import cut
from driver_cli.tables.points import points_table
from driver_cli.tables.receipt import ReceiptTable
from driver_cli.words.reasons import WORDS

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LONG = "cp_main-street_north-entrance_second-row_socket-0001"
LONGEST = "x" * 63 + "y"
SESSION = "5f3c01aa-1111-4222-8333-444444444444"
WIDTHS = (80, 40)


def shown(table: RenderableType, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(table)
    lines = out.getvalue().splitlines()
    assert all(cell_len(line) <= width for line in lines), lines
    assert all(line == line.rstrip() for line in lines)
    return lines


def charge_point(cp_id: str, **others: Any) -> ChargePoint:
    point = {
        "cp_id": cp_id, "location": "Main Street 5", "status": "DISCONNECTED", "price_per_kwh": "0.2000",
        "currency": "EUR", "vehicle": "present", "power_w": 7200, "last_connection_time": NOW.isoformat(),
    }  # fmt: skip
    return ChargePoint.of({**point, **others})


def charge(cp_id: str, **others: Any) -> Charge:
    told = {
        "message_id": "m-1", "session_id": SESSION, "cp_id": cp_id, "state": "completed", "reason": "limit",
        "energy_wh": 34231, "power_w": 0, "cost_minor": 1685, "currency": "EUR", "price_per_kwh": "0.2000",
        "started_at": "2026-01-31T12:00:00Z", "ended_at": None, "elapsed_s": 5,
    }  # fmt: skip
    return Charge.of({**told, **others})


def receipt(**others: Any) -> Receipt:
    told = {
        "number": 1, "session_id": SESSION, "cp_id": "cp_001", "driver_id": "drv_1", "started_at": NOW.isoformat(),
        "ended_at": (NOW + timedelta(minutes=35)).isoformat(), "meter_id": "meter-1", "start_register_wh": 12_000,
        "end_register_wh": 16_231, "energy_wh": 4231, "price_per_kwh": "0.2000", "cost_minor": 85, "currency": "EUR",
        "reason": "limit", "duration_s": 2100,
    }  # fmt: skip
    return Receipt.of({**told, **others})


def list_of(*points: ChargePoint) -> RenderableType:
    return points_table(points, lambda: NOW + timedelta(seconds=3))


@pytest.mark.parametrize("width", WIDTHS)
def test_list_has_all_of_a_charge_point(width: int):
    text = "\n".join(shown(list_of(charge_point("cp_001")), width))
    for told in ("cp_001", "DISCONNECTED", "0.2000 EUR", "present", "7.2 kW", "3 s ago", "Main Street 5"):
        assert told in text


@pytest.mark.parametrize("width", WIDTHS)
def test_history_has_all_of_a_charge(width: int):
    text = "\n".join(shown(history_table([charge("cp_001")]), width))
    for told in ("5f3c01aa", "cp_001", "2026-01-31", "completed", "34.231", "16.85 EUR", "limit"):
        assert told in text


def test_usual_charge_is_one_row_on_80_columns():
    assert len(shown(history_table([charge("cp_001"), charge("cp_002")]), 80)) == 4
    assert len(shown(list_of(charge_point("cp_001"), charge_point("cp_002")), 80)) == 4


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("others", [{}, {"location": "A street with a name of many words " * 7}])
def test_long_id_stays_whole_and_leaves_the_other_rows_as_they_are(width: int, others: dict[str, Any]):
    lines = shown(list_of(charge_point("cp_001"), charge_point(LONG[:36], **others)), width)
    assert LONG[:36] in "\n".join(lines)
    beside_short = shown(list_of(charge_point("cp_001"), charge_point("cp_000002x")), width)  # as wide as a cut one
    lines_of_one = len(beside_short) // 2 - 1
    assert lines[2 : 2 + lines_of_one] == beside_short[2 : 2 + lines_of_one]
    rows = shown(history_table([charge("cp_001"), charge(LONG[:36])]), width)
    assert LONG[:36] in "\n".join(rows)
    (row,) = [line for line in rows if " cp_001 " in line]
    assert row.startswith("5f3c01aa  cp_001 ")


@pytest.mark.parametrize("width", WIDTHS)
def test_id_that_no_line_holds_is_cut_and_not_wrapped(width: int):
    lines = shown(history_table([charge("cp_001"), charge(LONGEST)]), width)
    assert sum("xxx" in line for line in lines) == 2  # the row, and the line below it
    assert (LONGEST in "\n".join(lines)) == (width == 80)


@pytest.mark.parametrize("width", WIDTHS)
def test_markup_and_controls_in_what_people_wrote_do_nothing(width: int):
    location = "[red]x[/red] \x1b[2J\x9b1m 停车场"
    lines = shown(list_of(charge_point("cp_001", location=location)), width)
    assert "[red]x[/red]" in "\n".join(lines)
    assert not {"\x1b", "\x9b"} & set("".join(lines))


@pytest.mark.parametrize("width", [*WIDTHS, 120, 20])
@pytest.mark.parametrize("reason", sorted(WORDS))
def test_every_reason_is_one_word(width: int, reason: str):
    lines = shown(history_table([charge("cp_001", reason=reason)]), width)
    assert WORDS[reason] in "\n".join(lines)
    assert WORDS[reason].replace("-", "").isalpha()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("others", [{}, {"cp_id": LONGEST}, {"location": "A street of many words " * 11}])
def test_receipt_breaks_no_id(width: int, others: dict[str, Any]):
    out = io.StringIO()
    full = receipt(
        driver_name="Ana [b]María", max_energy_wh=10_000, max_cost_minor=500, max_duration_s=5400,
        **{"location": "Main Street 5", **others},
    )  # fmt: skip
    Console(file=out, width=width, color_system=None).print(ReceiptTable(full, None))
    text = out.getvalue()
    assert all(cell_len(line) <= width for line in text.splitlines())
    for told in (SESSION, full.cp_id, "drv_1"):
        assert told in text or len(told) > width
    without_spaces = "".join(text.replace("│", " ").split())
    for told in (full.cp_id, "Ana [b]María", "0:35:00", "4.231 kWh", "0.85 EUR", full.location):
        assert "".join(told.split()) in without_spaces
    assert "limit10.000kWh,1:30:00,5.00EUR" in without_spaces


@pytest.mark.parametrize(("told", "shows"), [({"estimated": True}, True), ({"estimated": False}, False), ({}, False)])
def test_receipt_says_that_energy_was_estimated(told: dict[str, Any], shows: bool):
    assert ("4.231 kWh, estimated" in " ".join(shown(ReceiptTable(receipt(**told), None), 120))) is shows


def test_receipt_says_which_fault():
    of_fault = receipt(reason="fault", fault="over_current")
    text = " ".join(shown(ReceiptTable(of_fault, "current above the limit"), 120))
    assert "ended by a fault of the charge point: current above the limit" in text
    assert "ended by a fault of the charge point: over current" in " ".join(shown(ReceiptTable(of_fault, None), 120))
    assert "place" not in text  # what the API does not tell is no empty row


@contextmanager
def zone(monkeypatch: pytest.MonkeyPatch, name: str) -> Generator[None]:
    monkeypatch.setenv("TZ", name)
    time.tzset()
    try:
        yield
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("width", WIDTHS)
def test_time_has_its_zone_where_a_day_has_two_half_past_twos(monkeypatch: pytest.MonkeyPatch, width: int):
    with zone(monkeypatch, "Europe/Madrid"):
        twice = [charge("cp_001", started_at=f"2026-10-25T{hour}:30:00Z") for hour in ("00", "01")]
        day_after = charge("cp_001", started_at="2026-10-26T01:30:00Z")
        text = "\n".join(shown(history_table([*twice, day_after]), width))
    assert text.count("2026-10-25 02:30 CEST") == 1
    assert text.count("2026-10-25 02:30 CET") == 1
    assert "2026-10-26 02:30 CE" not in text
    assert "2026-10-26 02:30" in text


@pytest.mark.parametrize(
    ("state", "reason", "refused"),
    [
        ("refused", "unknown_driver", True), ("failed", "pause", True), ("failed", "offline", True),
        ("failed", "fault", False), ("failed", "lost", False), ("cancelled", "driver", False),
        ("completed", "limit", False), ("in_progress", None, False),
    ],
)  # fmt: skip
def test_request_that_never_became_a_charge_is_a_refusal(state: str, reason: str | None, refused: bool):
    assert is_refusal(charge("cp_001", state=state, reason=reason)) is refused


@pytest.mark.parametrize(
    ("text", "width", "in_the_middle", "expected"),
    [
        ("cp_001", 6, True, "cp_001"), ("cp_00001", 6, True, "cp_…01"), ("Main Street", 6, False, "Main…"),
        ("停车场停车场", 6, False, "停车…"), ("abc", 1, True, "…"),
    ],
)  # fmt: skip
def test_what_is_cut_has_an_ellipsis(text: str, width: int, in_the_middle: bool, expected: str):
    assert cut(text, width, in_the_middle=in_the_middle) == expected
