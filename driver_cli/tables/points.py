"""The charge points."""

from collections.abc import Callable, Sequence
from datetime import datetime

from driver_cli.api.answers import ChargePoint
from driver_cli.tables.layout import Cell, Column, Rows
from driver_cli.words import figures

_STYLES = {"ACTIVE": "green", "CHARGING": "cyan", "FAULTY": "red", "STOPPED": "yellow", "DISCONNECTED": "dim"}


def points_table(points: Sequence[ChargePoint], now: Callable[[], datetime]) -> Rows:
    return Rows(
        [
            Column("CP", [Cell(each.cp_id, "bold") for each in points], is_id=True),
            Column("status", [Cell(each.status, _STYLES.get(each.status, "")) for each in points]),
            Column("per kWh", [_price(each) for each in points], right=True),
            Column("car", [_car(each.vehicle) for each in points]),
            Column("power", [Cell(figures.power(each.power_w or None)) for each in points], right=True),
            Column("heard", [_heard(each, now) for each in points]),
            Column("location", [Cell(each.location) for each in points], grows=True),
        ]
    )


def _price(point: ChargePoint) -> Cell:
    price = figures.price(point.price_per_kwh, point.currency)
    return Cell(price.removesuffix("/kWh"), below=price)


def _car(vehicle: str | None) -> Cell:
    return Cell(vehicle or figures.NONE, below=f"car {vehicle}")


def _heard(point: ChargePoint, now: Callable[[], datetime]) -> Cell:
    age = figures.age(point.last_connection_time, now)
    return Cell(age, below=f"heard {age}" if point.last_connection_time else "never heard")
