"""The demo's verdict finds what a broken system would show."""

from tools.demo.verdict import Billed, Flowed, judge

FLOWED = [
    Flowed("cp_001", "s1", 6800.4, 6795),
    Flowed("cp_002", "s2", 24000.0, 24100),
    Flowed("cp_003", "s3", 512.3, 512),
]
BILLED = [Billed("cp_001", "s1", 6795), Billed("cp_002", "s2", 24100), Billed("cp_003", "s3", 512)]
BOOKED = ["s1", "s2", "s3"]


def test_three_that_agree() -> None:
    verdict = judge(3, FLOWED, BILLED, BOOKED)
    assert not verdict.complaints
    assert verdict.line("embedded", "micropython-1.29") == (
        "DEMO OK charges=3 plant_wh=31313 metered_wh=31407 billed_wh=31407 lost=0 doubled=0 "
        "log=embedded board=micropython-1.29"
    )


def test_energy_without_a_bill_is_lost() -> None:
    verdict = judge(3, FLOWED, BILLED[:2], BOOKED)
    assert verdict.lost == 1
    assert any("never billed" in complaint for complaint in verdict.complaints)
    assert verdict.line("embedded", "x").startswith("DEMO FAILED")


def test_a_relay_that_closed_for_nobody_is_lost() -> None:
    verdict = judge(3, [*FLOWED, Flowed("cp_001", None, 3.0, 3)], BILLED, BOOKED)
    assert verdict.lost == 1
    assert verdict.complaints


def test_a_session_that_stands_twice_is_doubled() -> None:
    assert judge(3, FLOWED, BILLED, [*BOOKED, "s1"]).doubled == 1
    assert judge(3, FLOWED, [*BILLED, BILLED[0]], BOOKED).doubled == 1
    assert judge(3, [*FLOWED, FLOWED[0]], BILLED, BOOKED).doubled == 1


def test_a_bill_one_watt_hour_off_the_meter() -> None:
    bills = [Billed("cp_001", "s1", 6796), *BILLED[1:]]
    assert judge(3, FLOWED, bills, BOOKED).complaints == ["cp_001: 6795 Wh metered, 6796 Wh billed"]


def test_a_meter_beyond_its_tolerance() -> None:
    closures = [Flowed("cp_001", "s1", 6500.0, 6795), *FLOWED[1:]]
    assert judge(3, closures, BILLED, BOOKED).complaints == ["cp_001: 6500 Wh flowed, 6795 Wh metered"]


def test_a_bill_without_current() -> None:
    verdict = judge(3, FLOWED[1:], BILLED, BOOKED)
    assert verdict.complaints == ["cp_001: 6795 Wh billed, and its relay never closed"]
