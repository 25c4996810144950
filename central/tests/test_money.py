"""Money against exact fractions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.money.formats import energy_kwh, money, price, price_e4
from central.money.tariff import Tariff, affordable_wh, cost_minor

ENERGY_WH = st.integers(0, 2**30)
PRICES_E4 = st.integers(0, 10_000_000)
MONEY = st.integers(1, 2**30)


@given(ENERGY_WH, PRICES_E4)
def test_cost_is_the_exact_product_rounded_once_half_up(energy_wh: int, price_in_e4: int):
    exact = Fraction(energy_wh, 1_000) * Fraction(price_in_e4, 10_000) * 100
    assert cost_minor(Tariff(price_in_e4, "EUR"), energy_wh) == floor(exact + Fraction(1, 2))


@given(ENERGY_WH, ENERGY_WH, PRICES_E4)
def test_more_energy_never_costs_less(one_wh: int, more_wh: int, price_in_e4: int):
    tariff = Tariff(price_in_e4, "EUR")
    assert cost_minor(tariff, one_wh) <= cost_minor(tariff, one_wh + more_wh)


@given(MONEY, st.integers(1, 10_000_000))
def test_money_buys_what_it_pays_exactly_and_not_a_wh_more(money_minor: int, price_in_e4: int):
    energy_wh = affordable_wh(Tariff(price_in_e4, "EUR"), money_minor)
    assert energy_wh is not None
    exact = Fraction(price_in_e4, 10_000) * 100 / 1_000
    assert energy_wh * exact <= money_minor < (energy_wh + 1) * exact
    assert cost_minor(Tariff(price_in_e4, "EUR"), energy_wh) <= money_minor


def test_free_energy_has_no_limit_in_money():
    assert affordable_wh(Tariff(0, "EUR"), 1) is None


def test_negative_energy_has_no_cost():
    with pytest.raises(ValueError, match="energy_wh"):
        cost_minor(Tariff(2_000, "EUR"), -1)


@pytest.mark.parametrize(("energy_wh", "expected"), [(0, 0), (24, 0), (25, 1), (50, 1), (1_000, 20), (123_456, 2_469)])
def test_cost_at_twenty_cents(energy_wh: int, expected: int):
    assert cost_minor(Tariff(2_000, "EUR"), energy_wh) == expected


@given(ENERGY_WH)
def test_kwh_is_rounded_half_up_to_two_decimals(energy_wh: int):
    hundredths = floor(Fraction(energy_wh, 10) + Fraction(1, 2))
    assert Fraction(energy_kwh(energy_wh)) == Fraction(hundredths, 100)
    assert len(energy_kwh(energy_wh).partition(".")[2]) == 2


@given(ENERGY_WH)
def test_money_and_price_lose_nothing(number: int):
    assert Fraction(money(number)) == Fraction(number, 100)
    assert Fraction(price(number)) == Fraction(number, 10_000)
    assert price_e4(price(number)) == number


@given(st.decimals(0, 1_000, places=6))
def test_price_is_read_half_up(written: Decimal):
    expected = int((written * 10_000).to_integral_value(ROUND_HALF_UP))
    assert price_e4(str(written)) == expected


@given(PRICES_E4)
def test_float_price_means_what_it_prints(price_in_e4: int):
    assert price_e4(price_in_e4 / 10_000) == price_in_e4


@pytest.mark.parametrize("bad", ["", "cheap", "nan", "inf", "-0.01", float("nan"), float("inf"), -1])
def test_what_is_no_price_is_refused(bad: str | float):
    with pytest.raises(ValueError, match="price"):
        price_e4(bad)
