"""The four figures at the head of `/ops/insight`: what each is called, and how a value and a change are written."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.outbound.insight.figures import FIGURES, Number
from central.outbound.insight.month import Month
from central.web.languages import N_

_OF_SITE = {each.name: each.of_site for each in FIGURES if each.of_site is not None}


@dataclass(frozen=True)
class Headline:
    """`name`: of a row of FIGURES. `sort`: how its values are written: share, power, money."""

    name: str
    title: str
    sort: str
    means: str


HEADLINES = (
    Headline(
        "first_attempt_success", N_("First attempt worked"), "share", N_("of the visits whose first attempt is over"),
    ),
    Headline("utilisation", N_("In use"), "share", N_("of the time, a charge ran at a post")),
    Headline("peak_w", N_("Peak"), "power", N_("the highest mean of a quarter of an hour, all posts together")),
    Headline(
        "lost_minor", N_("Lost, estimated"), "money", N_("visits that failed or were turned away, at the usual bill"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """`value`, `before`: of this month and the month before; None where there is nothing to say."""

    headline: Headline
    value: Number
    before: Number

    @property
    def change(self) -> Number:
        return None if self.value is None or self.before is None else self.value - self.before


def headlines_of(month: Month) -> Sequence[Shown]:
    return [
        Shown(each, *(_OF_SITE[each.name](summary) for summary in (month.now, month.before))) for each in HEADLINES
    ]
