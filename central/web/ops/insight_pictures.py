"""The pictures of `/ops/insight` as values: a heat map, a funnel, and the posts in one scale.

Lengths are in units of each picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from central.outbound.insight.attempts import Verdict
from central.outbound.insight.local_time import HOURS_PER_DAY
from central.outbound.insight.month import DAYS_PER_WEEK, Load, Month, days_in
from central.outbound.insight.summary import PostSummary, SiteSummary
from central.web.languages import N_

CELL_WIDTH, CELL_HEIGHT = 13, 20
LEFT = 36  # of the heat map: the weekdays' names
FAINTEST = 0.08  # an hour in which nothing flowed shows that it was there
BAR_WIDTH = 360
DAY_WIDTH, POST_HEIGHT = 4, 40


@dataclass(frozen=True)
class Cell:
    """`power_w`: None: no such hour has passed."""

    x: int
    y: int
    hour: int
    power_w: int | None
    opacity: float


@dataclass(frozen=True)
class Heat:
    """`rows`: by weekday, each by hour."""

    rows: Sequence[Sequence[Cell]]
    most_w: int
    is_whole: bool


def heat_of(load: Load) -> Heat:
    most_w = max((each or 0 for each in load.power_w), default=0)
    rows = [
        [_cell(day, hour, load.power_w[day * HOURS_PER_DAY + hour], most_w) for hour in range(HOURS_PER_DAY)]
        for day in range(DAYS_PER_WEEK)
    ]
    return Heat(rows, most_w, load.is_whole)


def _cell(day: int, hour: int, power_w: int | None, most_w: int) -> Cell:
    share = (power_w or 0) / most_w if most_w else 0.0
    opacity = 0.0 if power_w is None else round(FAINTEST + (1 - FAINTEST) * share, 3)
    return Cell(LEFT + hour * CELL_WIDTH, day * CELL_HEIGHT, hour, power_w, opacity)


@dataclass(frozen=True)
class Step:
    """`left`: attempts that come so far. `gone`, `why`: those that come no further than the step before."""

    name: str
    left: int
    gone: int
    why: str
    width: float


_STEPS: tuple[tuple[Verdict, str, str], ...] = (
    ("own_cause", N_("could be served"), N_("refused for the driver's own cause")),
    ("turned_away", N_("found the post free"), N_("turned away: the post was taken")),
    ("open", N_("are over"), N_("not over yet")),
    ("failed", N_("succeeded"), N_("failed")),
)


def funnel_of(summary: SiteSummary) -> Sequence[Step]:
    """From all that asked to those that charged; empty where nobody asked."""
    asked = left = sum(summary.attempts.values())
    steps = [Step(N_("asked for a charge"), asked, 0, "", BAR_WIDTH)]
    for verdict, name, why in _STEPS:
        gone = summary.attempts.get(verdict, 0)
        left -= gone
        steps.append(Step(name, left, gone, why, round(BAR_WIDTH * left / asked, 1) if asked else 0.0))
    return steps if asked else ()


@dataclass(frozen=True)
class Post:
    """`path`: its days as bars, each as high as its share of the most that any post gave on a day."""

    summary: PostSummary
    days_wh: Sequence[int]
    path: str

    @property
    def most_wh(self) -> int:
        return max(self.days_wh)


@dataclass(frozen=True)
class Posts:
    """`low`: those that meter low. `most_wh`: the top of the scale, which is the same for all."""

    all: Sequence[Post]
    low: Sequence[PostSummary]
    most_wh: int
    width: int


def posts_of(month: Month) -> Posts:
    count = days_in(month.now.period)
    most_wh = max((max(days) for days in month.days_wh.values()), default=0)
    shown = [
        _post(each, month.days_wh.get(each.cp_id, [0] * count), most_wh) for each in month.now.posts
    ]
    low = [each for each in month.now.posts if each.metering is not None and each.metering.is_low]
    return Posts(shown, low, most_wh, count * DAY_WIDTH)


def _post(summary: PostSummary, days_wh: Sequence[int], most_wh: int) -> Post:
    heights = [round(POST_HEIGHT * wh / most_wh, 1) if most_wh else 0.0 for wh in days_wh]
    bars = [
        f"M{day * DAY_WIDTH} {POST_HEIGHT}v-{height}h{DAY_WIDTH - 1}v{height}z"
        for day, height in enumerate(heights) if height > 0
    ]  # fmt: skip
    return Post(summary, days_wh, "".join(bars))
