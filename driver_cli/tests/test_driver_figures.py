"""Figures as people read them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from driver_cli.words import figures
from driver_cli.words.printable import clean

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (figures.energy(4231), "4.231 kWh"),
        (figures.energy(0), "0.000 kWh"),
        (figures.energy(None), "–"),
        (figures.register(12_345_678), "12 345.678 kWh"),
        (figures.power(7_249), "7.2 kW"),
        (figures.power(-3), "0.0 kW"),
        (figures.power(-3_000), "-3.0 kW"),
        (figures.money(85, "EUR"), "0.85 EUR"),
        (figures.money(123_456, "EUR"), "1234.56 EUR"),
        (figures.money(None, "EUR"), "–"),
        (figures.price(Decimal("0.2000"), "EUR"), "0.2000 EUR/kWh"),
        (figures.price(Decimal("0.2"), "EUR"), "0.20 EUR/kWh"),
        (figures.price(Decimal("1E+2"), "EUR"), "100.00 EUR/kWh"),
        (figures.price(None, "EUR"), "–"),
        (figures.duration(0), "0:00:00"),
        (figures.duration(2112), "0:35:12"),
        (figures.duration(360_000), "100:00:00"),
        (figures.duration(-5), "0:00:00"),
        (figures.age(None, lambda: NOW), "never"),
        (figures.age(NOW - timedelta(seconds=3), lambda: NOW), "3 s ago"),
        (figures.age(NOW - timedelta(minutes=5), lambda: NOW), "5 min ago"),
        (figures.age(NOW - timedelta(hours=30), lambda: NOW), "30 h ago"),
        (figures.age(NOW - timedelta(days=9), lambda: NOW), "9 days ago"),
        (figures.age(NOW + timedelta(seconds=9), lambda: NOW), "0 s ago"),
        (clean("a\x1b[2Jb\r\nc\x7f\u202e"), "a�[2Jb��c��"),
    ],
)
def test_figure(told: str, expected: str):
    assert told == expected


def test_time_names_its_zone(monkeypatch: pytest.MonkeyPatch):
    import time

    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    try:
        assert figures.local_time(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)) == "2026-02-01 00:30:00 CET"
        assert figures.local_time(datetime(2026, 7, 31, 12, 0, tzinfo=UTC)) == "2026-07-31 14:00:00 CEST"
        assert figures.local_time(None) == "–"
    finally:
        monkeypatch.undo()
        time.tzset()
