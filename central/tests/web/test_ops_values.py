"""What the operator's pages compute: a day's picture, lines of CSV, whether the worker moves, whose eyes they are."""

import csv
import io

import pytest

from central.model.curve import Point
from central.money.readings import Reading
from central.web.ops.csv import line_of
from central.web.ops.eyes import Eyes, from_text
from central.web.ops.picture import (
    DAY_MS,
    HEIGHT,
    HOUR_MS,
    LEAST_W,
    STEP_MS,
    WIDTH,
    Span,
    picture_of,
    powers_of,
    told_powers,
)
from central.web.ops.watch import STANDS_STILL_S, Dead, Ends, Folded, Watch, behind

NOW_MS = 1_800_000_000_000  # a multiple of STEP_MS


def test_power_is_the_mean_between_readings() -> None:
    readings = [Reading(0, 1_000), Reading(HOUR_MS, 8_400), Reading(HOUR_MS, 8_400), Reading(2 * HOUR_MS, 8_400)]
    assert [each.power_w for each in powers_of(readings, "")] == [7_400, 0]


def test_what_telemetry_told_holds_until_the_next_and_no_longer_than_the_charge() -> None:
    points = [Point(0, 7_000), Point(10, 7_400), Point(20, 3_000)]
    told = told_powers(points, None)
    assert [(each.until_ms, each.power_w) for each in told] == [(10, 7_000), (20, 7_400), (30, 3_000)]
    assert told_powers(points, 25)[-1].until_ms == 25
    assert [each.until_ms for each in told_powers(points, 20)] == [10, 20], "the last begins where the charge ended"
    assert told_powers(points[:2], None) == [], "too few to make a curve"


def test_a_picture_shows_the_last_day_and_no_more() -> None:
    half = Span(NOW_MS - DAY_MS // 2, NOW_MS, "", 7_400)
    begun_before = Span(NOW_MS - 2 * DAY_MS, NOW_MS - DAY_MS // 2, "", 3_700)
    over_before = Span(NOW_MS - 3 * DAY_MS, NOW_MS - 2 * DAY_MS, "", 90_000)
    fault = Span(NOW_MS - DAY_MS // 4, None, "weld")
    words = [(NOW_MS - DAY_MS // 4, "reset"), (NOW_MS - 2 * DAY_MS, "stop")]
    picture = picture_of([over_before, begun_before, half], [fault], words, NOW_MS)
    assert picture.most_w == 7_400, "what is out of the picture does not scale it"
    assert [(each.x, each.width, each.height) for each in picture.powers] == [
        (0, WIDTH / 2, HEIGHT / 2), (WIDTH / 2, WIDTH / 2, HEIGHT),
    ]  # fmt: skip
    assert [(each.x, each.width) for each in picture.faults] == [(WIDTH * 3 / 4, WIDTH / 4)]
    assert [(each.x, each.name) for each in picture.marks] == [(WIDTH * 3 / 4, "reset")]


def test_a_picture_is_the_same_until_it_moves_on() -> None:
    assert picture_of([], [], [], NOW_MS - STEP_MS + 1) == picture_of([], [], [], NOW_MS)
    assert picture_of([], [], [], NOW_MS).is_empty
    assert picture_of([], [], [], NOW_MS).most_w == LEAST_W


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(begins: str) -> None:
    ((cell, figure, empty),) = csv.reader(io.StringIO(line_of([f"{begins}1+1", -5, None])))
    assert (cell, figure, empty) == (f"'{begins}1+1", "-5", "")


def test_a_cell_may_hold_anything() -> None:
    ((first, second),) = csv.reader(io.StringIO(line_of(['"a",\nb', ["x", "y"]])))
    assert (first, second) == ('"a",\nb', "x y")


@pytest.mark.parametrize("eyes", [Eyes(None, True), Eyes(frozenset(), False), Eyes(frozenset({"a", "b-c"}), True)])
def test_eyes_are_told_apart_in_a_key(eyes: Eyes) -> None:
    assert from_text(eyes.text) == eyes


def test_whoever_sees_other_sites_or_may_press_is_another() -> None:
    sites = (None, frozenset[str](), frozenset({"a"}), frozenset({"a", "b"}))
    assert len({Eyes(each, may).text for each in sites for may in (True, False)}) == 2 * len(sites)


def test_how_many_records_wait() -> None:
    one, two = ("ev.cp", 0), ("ev.cp", 1)
    ends = Ends({one: 7, two: 9}, {one: 0, two: 4}, Dead(0, 0))
    assert behind(ends, Folded({one: 5}, 0)) == 2 + 5


def test_a_worker_moves_until_it_has_stood_still_with_work_for_a_while() -> None:
    watch, place = Watch(), ("ev.cp", 0)
    at_one, at_two = Folded({place: 1}, 0), Folded({place: 2}, 0)
    assert watch.is_moving(at_one, True, 100.0)
    assert watch.is_moving(at_one, True, 100.0 + STANDS_STILL_S - 0.1)
    assert not watch.is_moving(at_one, True, 100.0 + STANDS_STILL_S)
    assert watch.is_moving(at_two, True, 200.0), "it has done something"
    assert watch.is_moving(at_two, False, 300.0), "without work it may stand"
    assert watch.is_moving(at_two, True, 300.1), "its work came only now"
