"""What became of the attempts of a site in a period, and what its posts' meters tell: what takes thousands of rows.

It is made of what the log told, up to a time; so it can be made ahead, and made again.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Connection

from central.outbound.insight import queries
from central.outbound.insight.attempts import Verdict, verdict
from central.outbound.insight.local_time import Span
from central.outbound.insight.lost import LOST_RESULTS, Lost, lost
from central.outbound.insight.metering import WINDOW_MS, Metering, metering
from central.outbound.insight.period import Period
from central.outbound.insight.visits import FirstAttempts, Judged, Visit, VisitResult, first_attempts, visits

DAY_MS = 86_400_000
BILLS_MS = 84 * DAY_MS  # twelve of each hour of the week
# Visits are whole: what was asked for so long before and after may belong to one that began in the period.
AROUND_MS = DAY_MS


@dataclass(frozen=True)
class Judgement:
    """`attempts`: of the period, by what became of them. `visits`: that began in it, by what came of them.

    `metering`: of the posts with a charge in the 28 days before its end, in the order of their names.
    """

    first: FirstAttempts
    attempts: Mapping[Verdict, int]
    visits: Mapping[VisitResult, int]
    lost: Lost
    metering: tuple[Metering, ...]

    @property
    def is_empty(self) -> bool:
        return not self.attempts and not self.visits and not self.metering

    @property
    def is_decided(self) -> bool:
        """Whether no silence will change it."""
        return not self.attempts.get("open") and not self.visits.get("open")


def judge(
    connection: Connection, site_id: str, zone: str, period: Period, now_ms: int, lost_after_ms: int
) -> Judgement:
    """`now_ms`: no later time counts as passed. `lost_after_ms`: of silence, after which an attempt is given up."""
    span = period.span(zone)
    judged = judged_around(connection, site_id, span, now_ms, lost_after_ms)
    begun = begun_in(span, judged)
    is_lost = any(visit.result in LOST_RESULTS for visit in begun)
    bills = queries.bills_of(connection, site_id, Span(span.to_ms - BILLS_MS, span.to_ms)) if is_lost else []
    passed_ms = passed_of(span, now_ms).to_ms
    return Judgement(
        first=first_attempts(begun),
        attempts=Counter(each for attempt, each in judged if span.from_ms <= attempt.asked_at_ms < span.to_ms),
        visits=Counter(visit.result for visit in begun),
        lost=lost(begun, bills, zone),
        metering=tuple(metering(queries.metered_of(connection, site_id, Span(passed_ms - WINDOW_MS, passed_ms)))),
    )


def judged_around(connection: Connection, site_id: str, span: Span, now_ms: int, lost_after_ms: int) -> list[Judged]:
    """The attempts from a day before it to a day after it."""
    asked = Span(span.from_ms - AROUND_MS, span.to_ms + AROUND_MS)
    attempts = queries.attempts_of(connection, site_id, asked)
    return [(each, verdict(each, now_ms, lost_after_ms)) for each in attempts]


def begun_in(span: Span, judged: list[Judged]) -> list[Visit]:
    return [each for each in visits(judged) if span.from_ms <= each.began_at_ms < span.to_ms]


def first_attempts_in(
    connection: Connection, sites: Collection[str] | None, span: Span, now_ms: int, lost_after_ms: int
) -> FirstAttempts:
    """Of the visits that began then at these sites; None: at all of them."""
    chosen = [each.site_id for each in queries.sites_of(connection) if sites is None or each.site_id in sites]
    judged = [
        each for site_id in chosen for each in judged_around(connection, site_id, span, now_ms, lost_after_ms)
    ]
    return first_attempts(begun_in(span, judged))


def passed_of(span: Span, now_ms: int) -> Span:
    """As far as it has passed."""
    return Span(span.from_ms, max(span.from_ms, min(span.to_ms, now_ms)))


def to_text(judgement: Judgement) -> str:
    fields = {
        "first": judgement.first,
        "attempts": dict(sorted(judgement.attempts.items())),
        "visits": dict(sorted(judgement.visits.items())),
        "lost": judgement.lost,
        "metering": judgement.metering,
    }
    return json.dumps(fields, separators=(",", ":"))


def from_text(text: str) -> Judgement:
    fields = json.loads(text)
    return Judgement(
        first=FirstAttempts(*fields["first"]),
        attempts=cast(Mapping[Verdict, int], fields["attempts"]),
        visits=cast(Mapping[VisitResult, int], fields["visits"]),
        lost=Lost(*fields["lost"]),
        metering=tuple(Metering(*each) for each in fields["metering"]),
    )
