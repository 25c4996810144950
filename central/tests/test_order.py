"""An order is a bound, whatever a board reports: of readings alone, and of whole charges."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from central.money.order import Order, within
from central.money.price_per_kwh import PricePerKwh
from central.money.readings import Reading, Readings, energy_wh, inserted, spanning, thinned, until_time
from central.money.tariff import E7_PER_MINOR, cost_minor
from central.tests.charging import answer, ask, checkpoint, complete, connected, start, started

HOUR_MS = 3_600_000


def in_order(readings: Readings) -> bool:
    return all(one.at_ms <= other.at_ms and one.register_wh <= other.register_wh for one, other in pairs(readings))


def pairs(readings: Readings) -> list[tuple[Reading, Reading]]:
    return list(pairwise(readings))


@st.composite
def some_readings(draw: st.DrawFn) -> Readings:
    rises = draw(st.lists(st.tuples(st.integers(0, 120_000), st.integers(0, 5_000)), max_size=8))
    readings = [Reading(draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6)))]
    for lasted_ms, rise_wh in rises:
        readings.append(Reading(readings[-1].at_ms + lasted_ms, readings[-1].register_wh + rise_wh))
    return tuple(readings)


BOUND = st.none() | st.integers(1, 20_000)
ORDERS = st.builds(Order, BOUND, st.none() | st.integers(1, 600), st.none() | st.integers(1, 2_000))
TARIFFS = st.integers(0, 100_000).map(lambda price_e4: PricePerKwh("EUR", price_e4))


@given(some_readings(), ORDERS, TARIFFS)
def test_no_bill_is_more_than_was_ordered(readings: Readings, order: Order, tariff: PricePerKwh):
    billed = within(readings, order, tariff)
    assert in_order(billed)
    assert billed[0] == readings[0]
    if order.energy_wh is not None:
        assert energy_wh(billed) <= order.energy_wh
    if order.cost_minor is not None:
        assert tariff.cost_e7(billed) <= order.cost_minor * E7_PER_MINOR
        assert cost_minor(tariff, billed) <= order.cost_minor
    if order.duration_s is not None:
        assert billed[-1].at_ms - billed[0].at_ms <= order.duration_s * 1_000


@given(some_readings(), ORDERS, TARIFFS)
def test_bill_ends_nowhere_but_where_the_order_does(readings: Readings, order: Order, tariff: PricePerKwh):
    """One Wh more would have passed one of the bounds."""
    billed = within(readings, order, tariff)
    if billed == readings or energy_wh(billed) == energy_wh(readings):
        return
    more_wh = energy_wh(billed) + 1
    too_much = order.energy_wh is not None and more_wh > order.energy_wh
    too_dear = order.cost_minor is not None and more_wh * tariff.price_e4 > order.cost_minor * E7_PER_MINOR
    too_long = False
    if order.duration_s is not None:
        in_time = until_time(readings, readings[0].at_ms + order.duration_s * 1_000)
        too_long = energy_wh(billed) == energy_wh(in_time)
    assert too_much or too_dear or too_long


@given(some_readings(), ORDERS, TARIFFS)
def test_billing_a_bill_again_changes_nothing(readings: Readings, order: Order, tariff: PricePerKwh):
    billed = within(readings, order, tariff)
    assert within(billed, order, tariff) == billed


@given(some_readings(), st.integers(-10, 2 * 10**6), st.integers(0, 2 * 10**6))
def test_a_reading_finds_its_place(readings: Readings, at_ms: int, register_wh: int):
    more = inserted(readings, Reading(at_ms, register_wh))
    assert in_order(more)
    assert len(more) == len(readings) + 1
    assert sorted(each.register_wh for each in more) == sorted([register_wh, *(r.register_wh for r in readings)])


@given(some_readings(), some_readings())
def test_a_span_goes_from_its_start_to_its_end_in_order(readings: Readings, others: Readings):
    spanned = spanning(readings[0], others, readings[-1])
    assert in_order(spanned)
    assert (spanned[0], spanned[-1]) == (readings[0], readings[-1])


@given(some_readings(), st.integers(0, 2 * 10**6))
def test_thinning_keeps_what_is_read_at_the_time_that_counts(readings: Readings, edge_ms: int):
    thin: Readings = ()
    for each in readings:  # as they come
        thin = thinned(inserted(thin, each), lambda after_ms, until_ms: after_ms < edge_ms <= until_ms)
    assert energy_wh(thin) == energy_wh(readings)
    assert energy_wh(until_time(thin, edge_ms)) == energy_wh(until_time(readings, edge_ms))
    assert len(thin) <= 4


CHECKPOINTS = st.lists(st.tuples(st.integers(60_000, 300_000), st.integers(0, 200)), max_size=6)  # up to 12 kW
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "max_energy_wh": st.integers(1, 3_000), "max_cost_minor": st.integers(1, 100),
        "max_duration_s": st.integers(1, 1_000),
    },
)  # fmt: skip


@given(ASKED, CHECKPOINTS, st.integers(0, 2_000), st.booleans())
def test_whole_charge_is_billed_within_its_order(
    asked: dict[str, Any], rises: list[tuple[int, int]], last_wh: int, is_lost: bool
):
    line, session = started(**asked)
    began_ms, register_wh = line.now_ms, 1_000
    for lasted_ms, rise_wh in rises:
        line.tick(lasted_ms)
        register_wh += rise_wh
        checkpoint(line, session, register_wh)
    if is_lost:
        line.tick(30 * HOUR_MS)
    else:
        line.tick(10 * 60_000)
        register_wh += last_wh
        complete(line, session, register_wh, started_at_ms=began_ms)
    row = line.session(session)
    assert row.status == "completed"
    assert (row.energy_wh or 0) + row.unbilled_wh + row.held_wh == register_wh - 1_000
    assert (row.energy_wh or 0) <= asked.get("max_energy_wh", register_wh)
    assert (row.cost_minor or 0) <= asked.get("max_cost_minor", 10**9)
    lasted_ms = (row.ended_at_ms or 0) - (row.started_at_ms or 0)
    assert 0 <= lasted_ms <= asked.get("max_duration_s", 10**6) * 1_000
    assert ("over_order" in row.flags) == (row.unbilled_wh > 0)


def test_energy_beyond_the_order_is_unbilled_and_not_billed_when_told_again():
    line = connected()
    session = ask(line, max_cost_minor=10)  # 400 Wh at 0.25
    answer(line, 1)
    start(line, session)
    line.tick(HOUR_MS)
    complete(line, session, 1_480, reason="limit")
    row = line.session(session)
    assert (row.energy_wh, row.cost_minor, row.unbilled_wh, row.flags) == (400, 10, 80, "over_order")
    checkpoint(line, session, 1_480)
    assert line.session(session).unbilled_wh == 80
    checkpoint(line, session, 1_500)
    assert (line.session(session).unbilled_wh, line.session(session).energy_wh) == (100, 400)


def test_time_beyond_the_order_is_cut_pro_rata_between_the_readings_around_it():
    line = connected()
    session = ask(line, max_duration_s=90)
    answer(line, 1)
    start(line, session)
    for register_wh in (1_100, 1_300, 1_400, 1_500):
        line.tick(60_000)
        checkpoint(line, session, register_wh)
    complete(line, session, 1_500, lasted_ms=240_000)
    row = line.session(session)
    assert (row.energy_wh, row.unbilled_wh) == (200, 300)  # 100 in the first minute, half of 200 in the next
