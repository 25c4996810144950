"""Numbers of options: what is taken, and what is refused with a line that names the option."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver_cli.amounts import KWH, LIMITS, LISTED, MINUTES, MONEY, WAIT, Amount, as_typed

AMOUNTS = (KWH, MINUTES, MONEY, WAIT, LISTED)


@pytest.mark.parametrize(
    ("amount", "text", "small_units"),
    [
        (KWH, "12.5", 12_500),
        (KWH, "0.001", 1),
        (KWH, "1000", 1_000_000),
        (KWH, "007", 7_000),
        (MINUTES, "90", 5_400),
        (MINUTES, "0.1", 6),
        (MONEY, "15.50", 1_550),
        (MONEY, "0.01", 1),
        (MONEY, "10000.00", 1_000_000),
        (WAIT, "0.1", 100),
        (LISTED, "200", 200),
    ],
)
def test_amount_is_exact(amount: Amount, text: str, small_units: int):
    assert amount.parse(text) == small_units


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "nan", "NaN", "inf", "-inf", "Infinity", "-1", "+1", "0", "0.0", "1e3", "1_000", "0x10", "1.", ".5",
        "1e400", "-0", "-0.0", "+0", "12,5", "1 000", "١٢", "१२", "１２", "1٫5", "²", "1.0001", "99999999999",
        "9" * 400, "0.0000000000000000001", "ten", "1\n", "\x00",
    ],
)  # fmt: skip
def test_bad_amount_names_its_option_and_an_example(amount: Amount, text: str):
    with pytest.raises(ValueError) as refused:
        amount.parse(text)
    line = str(refused.value)
    assert f"for example {amount.option} {amount.example}" in line
    assert "\n" not in line
    assert len(line) < 200


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (KWH, "must be a number of kWh above 0, at most 1000, with at most 3 decimals, not 'x'; "),
        (MINUTES, "must be a number of minutes above 0, at most 10080, with at most 1 decimal, not 'x'; "),
        (LISTED, "must be a whole number of charges above 0, at most 200, not 'x'; "),
    ],
)
def test_what_would_be_right_is_said(amount: Amount, told: str):
    with pytest.raises(ValueError) as refused:
        amount.parse("x")
    assert str(refused.value).startswith(told)


def test_comma_is_explained():
    with pytest.raises(ValueError) as refused:
        MONEY.parse("5,50")
    assert "a point, not a comma" in str(refused.value)


@given(st.text(max_size=40))
def test_no_text_gives_anything_but_a_positive_bounded_amount_or_an_error(text: str):
    for amount in AMOUNTS:
        try:
            small_units = amount.parse(text)
        except ValueError:
            continue
        assert 0 < small_units <= amount.most * amount.per_unit
        assert Decimal(small_units) == Decimal(text) * amount.per_unit


@pytest.mark.parametrize("amount", AMOUNTS)
def test_example_is_right(amount: Amount):
    assert amount.parse(amount.example) > 0


@given(st.integers(1, 1_000_000))
def test_what_is_spelled_is_parsed_to_the_same(small_units: int):
    for amount in (KWH, MONEY):
        assert amount.parse(amount.spell(small_units)) == small_units


def test_limits_are_told_as_typed():
    assert as_typed({"max_energy_wh": 12_500, "max_cost_minor": 500}) == "--kwh 12.5 --money 5"
    assert as_typed({}) == ""
    assert list(LIMITS) == ["max_energy_wh", "max_duration_s", "max_cost_minor"]
