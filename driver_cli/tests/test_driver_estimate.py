"""What a charge will cost, told before it begins."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.money.order import Order, limit_wh
from central.money.price_per_kwh import PricePerKwh
from central.money.readings import Reading
from central.money.tariff import cost_minor as billed_minor
from driver_cli.charge.estimate import cost_minor, estimate


@pytest.mark.parametrize(
    ("price", "limits", "expected"),
    [
        ("0.2000", {}, "Estimate: 10 kWh for 2.00 EUR, 30 kWh for 6.00 EUR"),
        ("0.2000", {"max_duration_s": 60}, "Estimate: 10 kWh for 2.00 EUR, 30 kWh for 6.00 EUR"),
        ("0.2000", {"max_energy_wh": 12_500}, "Estimate: 12.5 kWh for 2.50 EUR"),
        ("0.2000", {"max_cost_minor": 500}, "Estimate: 25 kWh for 5.00 EUR"),
        ("0.2000", {"max_cost_minor": 500, "max_energy_wh": 10_000}, "Estimate: 10 kWh for 2.00 EUR"),
        ("0.2000", {"max_cost_minor": 100, "max_energy_wh": 10_000}, "Estimate: 5 kWh for 1.00 EUR"),
        ("0.3333", {"max_energy_wh": 1}, "Estimate: 0.001 kWh for 0.00 EUR"),
        ("0.0000", {"max_energy_wh": 1}, "Estimate: free of charge"),
    ],
)
def test_estimate(price: str, limits: dict[str, int], expected: str):
    assert estimate(Decimal(price), "EUR", limits) == expected


@given(st.integers(1, 99_999), st.integers(0, 1_000_000))
def test_it_is_what_the_bill_will_be(price_e4: int, energy_wh: int):
    price = Decimal(price_e4) / 10_000
    read = (Reading(0, 0), Reading(3_600_000, energy_wh))
    assert cost_minor(price, energy_wh) == billed_minor(PricePerKwh("EUR", price_e4), read)


@given(st.integers(1, 99_999), st.integers(1, 1_000_000))
def test_money_buys_what_central_lets_it_buy(price_e4: int, minor: int):
    wh = limit_wh(Order(cost_minor=minor), PricePerKwh("EUR", price_e4))
    assert wh is not None
    told = estimate(Decimal(price_e4) / 10_000, "EUR", {"max_cost_minor": minor})
    assert told.startswith(f"Estimate: {(Decimal(wh) / 1000).normalize():f} kWh for ")
