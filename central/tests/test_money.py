"""Money against exact fractions."""

import json
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.check import check

from central.money.formats import energy_kwh, money, price, price_e4
from central.money.order import Order, limit_wh
from central.money.price_per_kwh import PricePerKwh
from central.money.readings import Reading, Readings
from central.money.tariff import cost_minor, tariff_of, text_of

REGISTRATION = {"type": "register_request", "message_id": "m", "id": "cp_001", "location": "Yard"}

ENERGY_WH = st.integers(0, 2**30)
PRICES_E4 = st.integers(0, 10_000_000)
MONEY = st.integers(1, 2**30)


def read(energy_wh: int) -> Readings:
    """An hour's charge of this energy."""
    return (Reading(0, 1_000), Reading(3_600_000, 1_000 + energy_wh))


@given(ENERGY_WH, PRICES_E4)
def test_cost_is_the_exact_product_rounded_once_half_up(energy_wh: int, price_in_e4: int):
    exact = Fraction(energy_wh, 1_000) * Fraction(price_in_e4, 10_000) * 100
    assert cost_minor(PricePerKwh("EUR", price_in_e4), read(energy_wh)) == floor(exact + Fraction(1, 2))


@given(ENERGY_WH, ENERGY_WH, PRICES_E4)
def test_more_energy_never_costs_less(one_wh: int, more_wh: int, price_in_e4: int):
    tariff = PricePerKwh("EUR", price_in_e4)
    assert cost_minor(tariff, read(one_wh)) <= cost_minor(tariff, read(one_wh + more_wh))


@given(MONEY, st.integers(1, 10_000_000))
def test_money_buys_what_it_pays_exactly_and_not_a_wh_more(money_minor: int, price_in_e4: int):
    tariff = PricePerKwh("EUR", price_in_e4)
    energy_wh = limit_wh(Order(cost_minor=money_minor), tariff)
    assert energy_wh is not None
    exact = Fraction(price_in_e4, 10_000) * 100 / 1_000
    assert energy_wh * exact <= money_minor < (energy_wh + 1) * exact
    assert cost_minor(tariff, read(energy_wh)) <= money_minor


def test_free_energy_has_no_limit_in_money():
    assert limit_wh(Order(cost_minor=1), PricePerKwh("EUR", 0)) is None


def test_nothing_read_costs_nothing():
    assert cost_minor(PricePerKwh("EUR", 2_000), ()) == 0


@pytest.mark.parametrize(("energy_wh", "expected"), [(0, 0), (24, 0), (25, 1), (50, 1), (1_000, 20), (123_456, 2_469)])
def test_cost_at_twenty_cents(energy_wh: int, expected: int):
    assert cost_minor(PricePerKwh("EUR", 2_000), read(energy_wh)) == expected


@given(PRICES_E4, st.sampled_from(["EUR", "SEK"]))
def test_tariff_is_a_versioned_document(price_in_e4: int, currency: str):
    tariff = PricePerKwh(currency, price_in_e4)
    assert json.loads(text_of(tariff)) == {"version": 1, "currency": currency, "price_e4_per_kwh": price_in_e4}
    assert tariff_of(text_of(tariff)) == tariff


def test_tariff_of_a_newer_program_is_refused():
    with pytest.raises(ValueError, match="version 9"):
        tariff_of('{"version":9}')


@given(ENERGY_WH)
def test_kwh_is_rounded_half_up_to_two_decimals(energy_wh: int):
    hundredths = floor(Fraction(energy_wh, 10) + Fraction(1, 2))
    assert Fraction(energy_kwh(energy_wh)) == Fraction(hundredths, 100)
    assert len(energy_kwh(energy_wh).partition(".")[2]) == 2


@given(ENERGY_WH, PRICES_E4)
def test_money_and_price_lose_nothing(minor: int, price_in_e4: int):
    assert Fraction(money(minor)) == Fraction(minor, 100)
    assert Fraction(price(price_in_e4)) == Fraction(price_in_e4, 10_000)
    assert price_e4(price(price_in_e4)) == price_in_e4


@given(st.decimals(0, 1_000, places=6))
def test_price_is_read_exactly_or_not_at_all(written: Decimal):
    if written * 10_000 == int(written * 10_000):
        assert price_e4(f"{written:f}") == written * 10_000
    else:
        with pytest.raises(ValueError, match="four decimals"):
            price_e4(f"{written:f}")


@given(PRICES_E4)
def test_float_price_means_what_it_prints_and_the_table_of_kinds_admits_it(price_in_e4: int):
    assert price_e4(price_in_e4 / 10_000) == price_in_e4
    assert check({**REGISTRATION, "price_per_kwh": price_in_e4 / 10_000}) is None


NO_PRICES = ["", " 0.2", "cheap", "nan", "inf", "-0.01", "-0", "+1", "0.00004", "1e400", "1e-4", "1_0", ".5", "1.",
             "1000.0001", "\u0660.\u0662", "\uff11", "9" * 5_000]  # fmt: skip


@pytest.mark.parametrize("bad", [*NO_PRICES, float("nan"), float("inf"), -1, -0.0, 0.00004, 1e-9, 1000.0001, 1e300])
def test_what_is_no_price_is_refused(bad: str | float):
    with pytest.raises(ValueError, match=r"a price of .*; expected 0 to 1000 with at most four decimals"):
        price_e4(bad)


@pytest.mark.parametrize("bad", [0.00004, -0.0, 0.12345, -1, 1000.0001, 1e300, float("nan"), "0.2", True, None])
def test_table_of_kinds_admits_no_price_that_would_be_rounded(bad: object):
    problem = check({**REGISTRATION, "price_per_kwh": bad})
    assert problem is not None
    assert problem.field == "price_per_kwh"
