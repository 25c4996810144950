"""One picture of a charge point's last day: power, faults and what operators asked, on one axis of time. As values.

Power is what telemetry told, and where it told too little what the meter's readings tell: even between two of them. A
charge that runs is drawn up to its newest reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from central.model.curve import Point
from central.money.readings import Reading

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TICK_MS = 4 * HOUR_MS
STEP_MS = 300_000  # the picture moves on this often, and not with each message
LEAST_W = 3_700  # the scale reaches so high at least, so that a trickle does not fill the picture
WIDTH, HEIGHT = 720, 160
LEAST_POINTS = 3  # of telemetry, which make a curve


@dataclass(frozen=True)
class Span:
    """`until_ms`: None where it goes on."""

    since_ms: int
    until_ms: int | None
    name: str
    power_w: int = 0


@dataclass(frozen=True)
class Box:
    """A span as it is drawn: its place, in units of the picture."""

    x: float
    width: float
    height: float
    span: Span


@dataclass(frozen=True)
class Mark:
    x: float
    at_ms: int
    name: str


@dataclass(frozen=True)
class Picture:
    """`most_w`: the top of the scale. `ticks`: times with their places."""

    from_ms: int
    to_ms: int
    most_w: int
    powers: Sequence[Box]
    faults: Sequence[Box]
    marks: Sequence[Mark]
    ticks: Sequence[Mark]

    @property
    def is_empty(self) -> bool:
        return not (self.powers or self.faults or self.marks)


def powers_of(readings: Sequence[Reading], name: str) -> list[Span]:
    """The mean power from each reading to the next."""
    return [
        Span(one.at_ms, other.at_ms, name, _mean_w(one, other))
        for one, other in pairwise(readings)
        if other.at_ms > one.at_ms
    ]


def told_powers(points: Sequence[Point], ended_ms: int | None) -> list[Span]:
    """What telemetry told, each until the next; the last until the charge ended, or as long as the one before."""
    if len(points) < LEAST_POINTS:
        return []
    last = points[-1].at_ms + (points[-1].at_ms - points[-2].at_ms)
    untils = [*(each.at_ms for each in points[1:]), last if ended_ms is None else min(last, ended_ms)]
    spans = [Span(each.at_ms, until, "", each.power_w) for each, until in zip(points, untils, strict=True)]
    return [each for each in spans if each.until_ms is not None and each.until_ms > each.since_ms]


def _mean_w(one: Reading, other: Reading) -> int:
    return (other.register_wh - one.register_wh) * HOUR_MS // (other.at_ms - one.at_ms)


def picture_of(
    powers: Iterable[Span], faults: Iterable[Span], words: Iterable[tuple[int, str]], now_ms: int
) -> Picture:
    """`words`: when, and what was asked."""
    to_ms = -(-now_ms // STEP_MS) * STEP_MS
    from_ms = to_ms - DAY_MS
    seen = [each for each in powers if _overlaps(each, from_ms, to_ms)]
    most_w = max([LEAST_W, *(each.power_w for each in seen)])

    def x_of(at_ms: int) -> float:
        return round((min(max(at_ms, from_ms), to_ms) - from_ms) * WIDTH / DAY_MS, 1)

    def box(span: Span, height: float) -> Box:
        x = x_of(span.since_ms)
        return Box(x, max(1.0, round(x_of(span.until_ms or to_ms) - x, 1)), round(height, 1), span)

    first_tick_ms = -(-from_ms // TICK_MS) * TICK_MS
    return Picture(
        from_ms, to_ms, most_w,
        [box(each, each.power_w * HEIGHT / most_w) for each in seen],
        [box(each, HEIGHT) for each in faults if _overlaps(each, from_ms, to_ms)],
        [Mark(x_of(at_ms), at_ms, name) for at_ms, name in words if from_ms < at_ms <= to_ms],
        [Mark(x_of(at_ms), at_ms, "") for at_ms in range(first_tick_ms, to_ms, TICK_MS)],
    )  # fmt: skip


def _overlaps(span: Span, from_ms: int, to_ms: int) -> bool:
    return span.since_ms < to_ms and (span.until_ms is None or span.until_ms > from_ms)
