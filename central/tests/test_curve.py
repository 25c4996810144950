"""A charge's power curve: bounded, in order, from its first point on, and its peak stays."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from central.model.curve import FIRST_SPACING_MS, MOST_POINTS, Curve, Point, points_from, text_of
from central.web.curve import curve_path, curve_top


def drawn(told: list[tuple[int, int]]) -> Curve:
    curve = Curve()
    for at_ms, power_w in told:
        curve = curve.told(Point(at_ms, power_w))
    return curve


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 22_000)), max_size=400))
def test_points_are_few_and_in_order_whatever_is_told(told: list[tuple[int, int]]) -> None:
    curve = drawn(told)
    assert len(curve.points) <= MOST_POINTS
    assert all(one.at_ms < other.at_ms for one, other in pairwise(curve.points))
    assert points_from(text_of(curve.points)) == curve.points


def test_a_long_charge_has_its_whole_time_and_its_peak() -> None:
    day = [(second * 1_000, 3_600) for second in range(86_400)]
    day[40_000] = (40_000_000, 11_000)
    day[:2] = [(0, 7_400), (1_000, 7_400)]
    curve = drawn([point for point in day if point[0] % FIRST_SPACING_MS == 0])
    assert MOST_POINTS // 2 <= len(curve.points) <= MOST_POINTS
    assert curve.points[0].at_ms < 2 * curve.spacing_ms
    assert curve.points[-1].at_ms > 86_400_000 - 2 * curve.spacing_ms
    assert max(point.power_w for point in curve.points) == 11_000


def test_the_picture_begins_at_the_start_and_its_scale_only_grows() -> None:
    early = curve_path([(0, 1_000), (60_000, 2_000)], 0, 2_000)
    assert early == "M0.0,48.0L32.0,0.0"  # a tenth of the ten minutes that it shows at least
    tops = [curve_top(peak_w) for peak_w in range(0, 30_000, 100)]
    assert tops == sorted(tops)
    assert all(top >= peak_w for top, peak_w in zip(tops, range(0, 30_000, 100), strict=True))
