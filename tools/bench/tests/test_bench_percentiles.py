"""Percentiles by nearest rank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bench.figures import percentiles_of
from tools.bench.percentiles import percentile

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=300)


def test_of_a_hundred() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile(values, 100) == 100


def test_of_few() -> None:
    assert percentile([7.0], 1) == percentile([7.0], 99) == 7
    assert percentile([1.0, 2.0, 3.0], 50) == 2
    assert percentile([1.0, 2.0], 50) == 1
    assert percentile([1.0, 2.0], 51) == 2


@given(VALUES, st.integers(1, 100))
def test_is_the_smallest_that_enough_do_not_exceed(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_percent_out_of_bounds(percent: float) -> None:
    with pytest.raises(ValueError, match="percent must be above 0 and at most 100"):
        percentile([1.0], percent)


def test_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_figures_have_the_reference_of_their_own_percent() -> None:
    p50, p99 = percentiles_of("wait", "kafka", iter([10.0, 20.0, 30.0]), (10.0, 60.0))
    assert (p50.what, p50.log, p50.value, p50.unit) == ("wait, p50", "kafka", 20.0, "ms")
    assert p50.ratio_to(p50.yardsticks[0]) == 2.0
    assert p99.ratio_to(p99.yardsticks[0]) == 0.5
    assert percentiles_of("wait", "kafka", [1.0])[0].yardsticks == ()
