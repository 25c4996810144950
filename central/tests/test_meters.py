"""A meter's account, on values alone: honest readings are always plausible, and lies carry no more than time does."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from central.fold.clock import stamp
from central.fold.meters import Limit, Told, begin_life, judged, opened, raise_to, told_wh
from central.model.rows import Meter

T0 = 1_750_000_000_000
DAY_MS = 24 * 3_600_000
LIMIT = Limit(16_000, 1)
ODD_MS = st.integers(-(10**10), 10**11)  # how far off a stamp may be: years


@dataclass(frozen=True)
class Read:
    """A reading on its way: after which pause, how much it rose, how long the way was, what is wrong with its stamp."""

    pause_ms: int
    share: float  # of what can have flowed
    way_ms: int
    has_stamp: bool


READS = st.lists(
    st.builds(Read, st.integers(0, 10**7), st.floats(0, 1), st.sampled_from([0, 50, 60_000, DAY_MS]), st.booleans()),
    min_size=1, max_size=20,
)  # fmt: skip


def told(register_wh: int, heard_at_ms: int, stamp_ms: int | None, earliest_ms: int = T0) -> Told:
    at = stamp({} if stamp_ms is None else {"occurred_at_ms": stamp_ms}, earliest_ms, heard_at_ms)
    return Told(register_wh, at.at_ms, heard_at_ms, stamp_ms, at.earliest_ms)


def account(register_wh: int = 0) -> Meter:
    return opened("cp_001", "meter1", told(register_wh, T0, T0))


def enter(meter: Meter, reading: Told) -> str:
    """As the folds do."""
    verdict = judged(meter, reading, LIMIT)
    if verdict == "rise":
        raise_to(meter, reading, LIMIT)
    elif verdict == "fell":
        begin_life(meter, reading)
    return verdict


@given(READS)
def test_an_honest_board_is_always_believed(reads: list[Read]):
    """Its words come in order, however late; some without a stamp."""
    meter = account()
    now_ms, heard_ms, wms = T0, T0, 0
    for each in reads:
        now_ms += each.pause_ms
        wms += int(each.share * 16 * 3 * 250 * each.pause_ms)  # 3 phases of 250 V
        heard_ms = max(heard_ms, now_ms + each.way_ms)
        reading = told(wms // 3_600_000, heard_ms, now_ms if each.has_stamp else None)
        assert enter(meter, reading) == "rise"
    assert told_wh(meter) == meter.unassigned_wh == wms // 3_600_000


CLAIMS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**9), st.none() | ODD_MS, ODD_MS), min_size=1, max_size=20
)


@given(CLAIMS)
def test_no_lie_carries_more_than_the_logs_time(claims: list[tuple[int, int, int | None, int]]):
    """Whatever is stamped, all rises together fit into the time since the first reading, and one Wh for each."""
    meter = account()
    heard_ms = T0
    for pause_ms, rise_wh, odd_ms, earliest_ms in claims:
        heard_ms += pause_ms
        stamp_ms = None if odd_ms is None else heard_ms + odd_ms
        enter(meter, told(meter.register_wh + rise_wh, heard_ms, stamp_ms, T0 + earliest_ms))
        most_wh = LIMIT.most_wh(heard_ms - T0) + len(claims)
        assert meter.register_wh <= most_wh
        assert enter(meter, told(most_wh + 1, heard_ms, stamp_ms, T0 + earliest_ms)) == "implausible"


@given(CLAIMS, st.integers(1, 10**11))
def test_a_stamp_of_the_future_makes_nothing_plausible(claims: list[tuple[int, int, int | None, int]], ahead_ms: int):
    """A reading that is refused when it is stamped rightly is refused however far ahead it is stamped."""
    meter = account()
    heard_ms = T0
    for pause_ms, rise_wh, _, _ in claims:
        heard_ms += pause_ms
        right = told(meter.register_wh + rise_wh, heard_ms, heard_ms)
        ahead = told(meter.register_wh + rise_wh, heard_ms, heard_ms + ahead_ms)
        assert judged(meter, ahead, LIMIT) == judged(meter, right, LIMIT)
        enter(meter, ahead)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 20_000), st.booleans()), max_size=20))
def test_what_a_meter_told_adds_up_over_all_its_lives(readings: list[tuple[int, int, bool]]):
    meter = account(10_000)
    path_wh, at_ms, register_wh = 0, T0, 10_000
    for pause_ms, told_to_wh, has_stamp in readings:
        at_ms += pause_ms
        verdict = enter(meter, told(told_to_wh, at_ms, at_ms if has_stamp else None))
        if verdict == "rise":
            path_wh += told_to_wh - register_wh
        if verdict in ("rise", "fell"):
            register_wh = told_to_wh
        assert told_wh(meter) == meter.unassigned_wh == path_wh
        assert meter.register_wh == meter.sound_wh == register_wh


@given(st.integers(1, 10**9), st.integers(-DAY_MS, DAY_MS), st.booleans(), st.none() | ODD_MS)
def test_where_the_logs_clock_was_wrong_no_more_than_the_trusted_time_counts(
    rise_wh: int, back_ms: int, stands: bool, odd_ms: int | None
):
    meter = account()
    heard_ms = T0 - abs(back_ms) - 1
    stamp_ms = None if odd_ms is None else T0 + odd_ms
    reading = Told(rise_wh, min(heard_ms, stamp_ms or heard_ms), heard_ms, stamp_ms, 0, stands)
    if rise_wh > LIMIT.most_wh(LIMIT.trusted_ms):
        assert judged(meter, reading, LIMIT) == "implausible"
    if odd_ms is not None and 0 <= odd_ms <= LIMIT.trusted_ms:
        assert (judged(meter, reading, LIMIT) == "rise") == (rise_wh <= LIMIT.most_wh(odd_ms))
