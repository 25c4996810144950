"""The mark of a partition: what each stamp does to it, and what holds whatever the stamps are."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire.kinds.fields import TIME_MAX_MS, TIME_MIN_MS

from central.model.record_time import IN_A_ROW, JITTER_MS, Mark, advance

T0 = 1_800_000_000_000
SECOND, DAY = 1_000, 86_400_000
AGREED = Mark(T0, T0, IN_A_ROW)


def times(stamps: Sequence[int], mark: Mark = AGREED) -> list[int]:
    """The time of each record."""
    found: list[int] = []
    for stamp_ms in stamps:
        mark = advance(mark, stamp_ms)
        found.append(mark.at_ms)
    return found


@pytest.mark.parametrize(
    ("mark", "stamp_ms", "after"),
    [
        # sound: from 60 s below the mark upwards; what is higher raises it
        (AGREED, T0 + 5 * SECOND, Mark(T0 + 5 * SECOND, T0 + 5 * SECOND, 3)),
        (AGREED, T0 - 60 * SECOND, Mark(T0, T0, 3)),
        (AGREED, T0 + 60 * SECOND, Mark(T0 + 60 * SECOND, T0 + 60 * SECOND, 3)),
        # a jump: nothing confirms it yet
        (AGREED, T0 + 60 * SECOND + 1, Mark(T0 + 60 * SECOND + 1, T0, 1)),
        (AGREED, T0 + DAY, Mark(T0 + DAY, T0, 1)),
        # the second and the third sound one in a row
        (Mark(T0 + DAY, T0, 1), T0 + DAY + SECOND, Mark(T0 + DAY + SECOND, T0, 2)),
        (Mark(T0 + DAY, T0, 2), T0 + DAY - SECOND, Mark(T0 + DAY, T0 + DAY, 3)),
        # a jump upon a jump
        (Mark(T0 + DAY, T0, 2), T0 + 2 * DAY, Mark(T0 + 2 * DAY, T0 + DAY, 1)),
        # low, and the jump was never confirmed: back at once
        (Mark(T0 + DAY, T0, 1), T0 + SECOND, Mark(T0 + SECOND, T0, 0)),
        (Mark(T0 + DAY, T0, 2), T0, Mark(T0, T0, 0)),
        # low otherwise: the third in a row is believed
        (AGREED, T0 - 60 * SECOND - 1, Mark(T0, T0, -1)),
        (Mark(T0, T0, -1), T0 - DAY, Mark(T0, T0, -2)),
        (Mark(T0, T0, -2), T0 - DAY, Mark(T0 - DAY, T0 - DAY, 0)),
        (Mark(T0 + DAY, T0, 1), T0 - SECOND, Mark(T0 + DAY, T0, -1)),
        # one row ends the other
        (Mark(T0, T0, -2), T0, Mark(T0, T0, 1)),
        (Mark(T0, T0 - DAY, 2), T0 - 2 * DAY, Mark(T0, T0 - DAY, -1)),
        # outside 2020 to 2100 a stamp is none
        (Mark(T0, T0, -2), 0, Mark(T0, T0, -2)),
        (Mark(T0, T0 - DAY, 2), TIME_MIN_MS - 1, Mark(T0, T0 - DAY, 2)),
        (AGREED, TIME_MAX_MS, AGREED),
        # a partition's first record
        (Mark(), T0, Mark(T0, TIME_MIN_MS, 1)),
        (Mark(), 0, Mark()),
    ],
)
def test_what_a_stamp_does(mark: Mark, stamp_ms: int, after: Mark):
    assert advance(mark, stamp_ms) == after


def test_a_day_ahead_for_one_record():
    stamps = [T0 + SECOND, T0 + DAY, T0 + 2 * SECOND, T0 + 3 * SECOND]
    assert times(stamps) == [T0 + SECOND, T0 + DAY, T0 + 2 * SECOND, T0 + 3 * SECOND]


def test_a_day_ahead_long_enough_to_be_believed_and_then_put_right():
    ahead = [T0 + DAY + n * SECOND for n in range(5)]
    right = [T0 + n * SECOND for n in range(5, 9)]
    assert times([*ahead, *right]) == [*ahead, ahead[-1], ahead[-1], *right[2:]]


def test_a_day_behind_for_two_records_holds_nothing_up():
    assert times([T0 - DAY, T0 - DAY + SECOND, T0 + SECOND]) == [T0, T0, T0 + SECOND]


def test_a_first_record_from_the_future_is_left_by_the_next():
    assert times([T0 + DAY, T0], Mark()) == [T0 + DAY, T0]


def test_a_log_that_begins_without_a_clock_has_no_time_of_1970():
    assert times([0, 5_000, T0], Mark()) == [TIME_MIN_MS, TIME_MIN_MS, T0]


STAMPS = st.integers(-1, TIME_MAX_MS + 1) | st.integers(T0 - 3 * DAY, T0 + 3 * DAY)


def mark_after(stamps: Sequence[int]) -> Mark:
    mark = Mark()
    for stamp_ms in stamps:
        mark = advance(mark, stamp_ms)
    return mark


MARKS = st.lists(STAMPS, max_size=12).map(mark_after)


def rising(seconds: Sequence[int]) -> list[int]:
    stamps, at_ms = list[int](), T0
    for each in seconds:
        at_ms += each * SECOND
        stamps.append(at_ms)
    return stamps


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=30))
def test_honest_stamps_are_the_times(seconds: list[int]):
    """Whatever the pauses between records are."""
    assert times(rising(seconds), Mark()) == rising(seconds)


@given(st.lists(st.integers(-30, 30), min_size=1, max_size=30))
def test_among_honest_stamps_that_jitter_time_never_goes_back(seconds: list[int]):
    stamps = [T0 + each * SECOND for each in seconds]
    found = times(stamps)
    assert found == sorted(found)
    assert found[-1] == max(T0, *stamps)


@given(st.lists(st.integers(0, 50), min_size=6, max_size=20), st.data())
def test_a_single_wild_stamp_never_stays(seconds: list[int], data: st.DataObject):
    honest = rising(seconds)
    at = data.draw(st.integers(0, len(honest) - IN_A_ROW))
    stamps = [*honest[:at], data.draw(STAMPS), *honest[at:]]
    found = times(stamps)
    assert found[:at] == honest[:at]
    settled = slice(at + IN_A_ROW, None)
    # A wild one within a minute of the others is none, and may hold the time for as long.
    assert all(0 <= time - stamp <= JITTER_MS for time, stamp in zip(found[settled], stamps[settled], strict=True))


@given(MARKS, st.lists(st.integers(0, 10), min_size=IN_A_ROW, max_size=IN_A_ROW))
def test_stamps_that_agree_are_believed_whatever_came_before(mark: Mark, seconds: list[int]):
    stamps = rising(seconds)
    assert 0 <= times(stamps, mark)[-1] - stamps[-1] <= JITTER_MS + 30 * SECOND


@given(MARKS)
def test_a_mark_is_a_time_of_ours(mark: Mark):
    assert mark.before_ms >= TIME_MIN_MS
    assert TIME_MIN_MS <= mark.at_ms < TIME_MAX_MS
    assert -IN_A_ROW < mark.count <= IN_A_ROW


@given(st.lists(STAMPS, max_size=20), st.integers(0, 20))
def test_any_cut_gives_the_same(stamps: list[int], cut: int):
    """The mark alone is kept between two batches."""
    assert mark_after(stamps) == _after(mark_after(stamps[:cut]), stamps[cut:])


def _after(mark: Mark, stamps: Sequence[int]) -> Mark:
    kept = Mark(mark.at_ms, mark.before_ms, mark.count)
    for stamp_ms in stamps:
        kept = advance(kept, stamp_ms)
    return kept
