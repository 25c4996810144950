"""Months are judged ahead, so that a page reads one row where it would read thousands.

Whatever is told about a site marks its months from then on as outdated, in the same transaction; the reader judges them
anew once it has read what there is. What still hangs on time (a month that runs, an attempt that may yet be given up)
is judged anew as the log's time moves. So the rows are made of the log alone: a rebuild makes the same.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, or_, select, update

from central.outbound.insight.judgement import AROUND_MS, DAY_MS, Judgement, from_text, judge, to_text
from central.outbound.insight.local_time import month_of, month_span
from central.outbound.insight.period import Period
from central.outbound.insight.queries import zone_of
from central.outbound.insight.tables import JUDGEMENTS, OUTDATED, REQUESTS
from central.store.upsert import upsert

ALWAYS_MS = 0  # since then: all months of a site


class Outdated(NamedTuple):
    """From which moment on a site's months are still to be judged."""

    site_id: str
    since_ms: int


def outdate(connection: Connection, site_id: str, since_ms: int) -> None:
    """Something was told about this site that happened then."""
    before_ms = connection.execute(select(OUTDATED.c.since_ms).where(OUTDATED.c.site_id == site_id)).scalar()
    if before_ms is None or since_ms < before_ms:
        upsert(connection, OUTDATED, [{"site_id": site_id, "since_ms": since_ms}])


def judgement_ahead(connection: Connection, site_id: str, month: str, lost_after_ms: int) -> Judgement | None:
    """None: not made yet, or under another setting."""
    of_month = (JUDGEMENTS.c.site_id == site_id, JUDGEMENTS.c.month == month)
    query = select(JUDGEMENTS.c.judgement).where(*of_month, JUDGEMENTS.c.lost_after_ms == lost_after_ms)
    text = connection.execute(query).scalar()
    return None if text is None else from_text(text)


def judge_ahead(connection: Connection, now_ms: int, left: Sequence[Outdated], lost_after_ms: int) -> list[Outdated]:
    """One month of one site; what is left of this pass. `left`: nothing at its beginning. `now_ms`: the log's time.

    What is told about a site meanwhile is for the next pass, so that each comes to its end.
    """
    if not left:
        _outdate_what_hangs_on_time(connection, now_ms, lost_after_ms)
        _skip_what_was_before_all(connection)
        left = to_judge(connection, now_ms)
        if not left:
            return []
    first, rest = left[0], list(left[1:])
    is_first = (OUTDATED.c.site_id == first.site_id, OUTDATED.c.since_ms == first.since_ms)
    if connection.execute(select(OUTDATED).where(*is_first)).first() is None:
        return rest
    zone = zone_of(connection, first.site_id)
    month = month_of(first.since_ms - AROUND_MS, zone)
    _judge(connection, first.site_id, zone, month, now_ms, lost_after_ms)
    later = Outdated(first.site_id, month_span(month, zone).to_ms + AROUND_MS)
    connection.execute(update(OUTDATED).where(*is_first).values(since_ms=later.since_ms))
    return [later, *rest] if _has_begun(connection, later, now_ms) else rest


def to_judge(connection: Connection, now_ms: int) -> list[Outdated]:
    """The sites of which a month that has begun is not judged yet."""
    if _first_asked_ms(connection) is None:
        return []
    found = [Outdated(*row) for row in connection.execute(select(OUTDATED).order_by(*OUTDATED.c))]
    return [each for each in found if _has_begun(connection, each, now_ms)]


def _skip_what_was_before_all(connection: Connection) -> None:
    """Nothing happened before the first request."""
    first_ms = _first_asked_ms(connection)
    if first_ms is not None:
        connection.execute(update(OUTDATED).where(OUTDATED.c.since_ms < first_ms).values(since_ms=first_ms))


def _first_asked_ms(connection: Connection) -> int | None:
    return connection.execute(select(func.min(REQUESTS.c.asked_at_ms))).scalar()


def _has_begun(connection: Connection, since: Outdated, now_ms: int) -> bool:
    """The month that begins within a day counts as well: it is looked at the moment it begins."""
    zone = zone_of(connection, since.site_id)
    return month_span(month_of(since.since_ms - AROUND_MS, zone), zone).from_ms <= now_ms + DAY_MS


def _outdate_what_hangs_on_time(connection: Connection, now_ms: int, lost_after_ms: int) -> None:
    is_old = or_(JUDGEMENTS.c.at_ms < now_ms, JUDGEMENTS.c.lost_after_ms != lost_after_ms)
    for site_id, month in connection.execute(select(JUDGEMENTS.c.site_id, JUDGEMENTS.c.month).where(is_old)).all():
        outdate(connection, site_id, month_span(month, zone_of(connection, site_id)).from_ms + AROUND_MS)


def _judge(connection: Connection, site_id: str, zone: str, month: str, now_ms: int, lost_after_ms: int) -> None:
    """A month in which nothing was told has no row, whoever asked for it."""
    period = Period(month)
    judgement = judge(connection, site_id, zone, period, now_ms, lost_after_ms)
    stays = judgement.is_decided and period.span(zone).to_ms <= now_ms
    row = {
        "site_id": site_id, "month": month, "at_ms": None if stays else now_ms, "lost_after_ms": lost_after_ms,
        "judgement": to_text(judgement),
    }  # fmt: skip
    if judgement.is_empty:
        connection.execute(delete(JUDGEMENTS).where(JUDGEMENTS.c.site_id == site_id, JUDGEMENTS.c.month == month))
    else:
        upsert(connection, JUDGEMENTS, [row])
