"""An order is a bound: whatever a meter reads, no bill holds more energy, time or money than was ordered."""

from dataclasses import dataclass
from typing import Protocol

from central.money.readings import Readings, until_register, until_time
from central.money.tariff import E7_PER_MINOR, Tariff


@dataclass(frozen=True)
class Order:
    """What was asked for at most; None: no bound."""

    energy_wh: int | None = None
    duration_s: int | None = None
    cost_minor: int | None = None


class Ordered(Protocol):
    """A row that holds what was ordered: a session, or what is shown of it."""

    @property
    def max_energy_wh(self) -> int | None: ...

    @property
    def max_duration_s(self) -> int | None: ...

    @property
    def max_cost_minor(self) -> int | None: ...


def order_of(row: Ordered) -> Order:
    return Order(row.max_energy_wh, row.max_duration_s, row.max_cost_minor)


def limit_wh(order: Order, tariff: Tariff) -> int | None:
    """The energy that an engine may deliver: the least of what was ordered and what the money pays."""
    paid = None if order.cost_minor is None else tariff.affordable_wh(order.cost_minor * E7_PER_MINOR)
    return min((limit for limit in (order.energy_wh, paid) if limit is not None), default=None)


def within(readings: Readings, order: Order, tariff: Tariff) -> Readings:
    """The readings up to where the order was reached, time and money pro rata between two readings."""
    if not readings:
        return readings
    start = readings[0]
    if order.duration_s is not None:
        readings = until_time(readings, start.at_ms + order.duration_s * 1_000)
    if order.energy_wh is not None:
        readings = until_register(readings, start.register_wh + order.energy_wh)
    if order.cost_minor is not None:
        readings = _paid(readings, order.cost_minor * E7_PER_MINOR, tariff)
    return readings


def _paid(readings: Readings, cost_e7: int, tariff: Tariff) -> Readings:
    """Up to the last Wh that the money pays: found by halving, so that it holds for every kind of tariff."""
    if tariff.cost_e7(readings) <= cost_e7:
        return readings
    paid_wh, unpaid_wh = readings[0].register_wh, readings[-1].register_wh
    while unpaid_wh - paid_wh > 1:
        middle_wh = (paid_wh + unpaid_wh) // 2
        if tariff.cost_e7(until_register(readings, middle_wh)) <= cost_e7:
            paid_wh = middle_wh
        else:
            unpaid_wh = middle_wh
    return until_register(readings, paid_wh)
