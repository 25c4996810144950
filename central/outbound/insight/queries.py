"""What insight's tables hold of one site, as the values that the rules work on."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from central.outbound.insight.attempts import Attempt
from central.outbound.insight.local_time import Span, ZoneFrom, zone_at
from central.outbound.insight.lost import Bill
from central.outbound.insight.metering import Charge, Plateau
from central.outbound.insight.rollups import history_of
from central.outbound.insight.tables import (
    CHARGES,
    DAYS,
    MONTHS,
    PEAKS,
    POSTS,
    READINGS,
    REQUESTS,
    SITE_QUARTERS,
    SITES,
    STAYS,
)
from central.outbound.insight.usage import Peak, Stay, peak


class SiteRow(NamedTuple):
    """A site as its newest records name it; "" is that of posts which are on none."""

    site_id: str
    name: str
    zone: str


class Sums(NamedTuple):
    """The roll-up of one post over a day or a month."""

    cp_id: str
    energy_wh: int
    in_use_ms: int
    charges: int
    cost_minor: int


def sites_of(connection: Connection) -> list[SiteRow]:
    """Those that have or had a post, in the order of their ids."""
    names = {row.site_id: row.name for row in connection.execute(select(SITES.c.site_id, SITES.c.name))}
    had_posts = connection.execute(select(STAYS.c.site_id).distinct()).scalars()
    found = sorted({*names, *had_posts})
    return [SiteRow(site_id, names.get(site_id, ""), zone_of(connection, site_id)) for site_id in found]


def zone_of(connection: Connection, site_id: str) -> str:
    """The newest."""
    history: Sequence[ZoneFrom] = history_of(connection, site_id)
    return zone_at(history, history[-1].since_ms if history else 0)


def day_sums(connection: Connection, site_id: str, day: str) -> list[Sums]:
    columns = [DAYS.c[name] for name in Sums._fields]
    return _sums(connection, select(*columns).where(DAYS.c.site_id == site_id, DAYS.c.day == day))


def month_sums(connection: Connection, site_id: str, month: str) -> list[Sums]:
    columns = [MONTHS.c[name] for name in Sums._fields]
    return _sums(connection, select(*columns).where(MONTHS.c.site_id == site_id, MONTHS.c.month == month))


def _sums(connection: Connection, query: Select[Any]) -> list[Sums]:
    return sorted(Sums(*row) for row in connection.execute(query))


def peak_of(connection: Connection, site_id: str, span: Span) -> Peak | None:
    """Of the quarter-hours that are kept, and of whole months that are no longer kept."""
    within = (SITE_QUARTERS.c.quarter_ms >= span.from_ms, SITE_QUARTERS.c.quarter_ms < span.to_ms)
    query = select(SITE_QUARTERS.c.quarter_ms, SITE_QUARTERS.c.energy_wh).where(SITE_QUARTERS.c.site_id == site_id)
    highest = query.where(*within).order_by(SITE_QUARTERS.c.energy_wh.desc(), SITE_QUARTERS.c.quarter_ms).limit(1)
    kept = peak((at_ms, wh) for at_ms, wh in connection.execute(highest))
    old_in_span = (PEAKS.c.quarter_ms >= span.from_ms, PEAKS.c.quarter_ms < span.to_ms)
    old = select(PEAKS.c.power_w, PEAKS.c.quarter_ms).where(PEAKS.c.site_id == site_id, *old_in_span)
    found = [Peak(*row) for row in connection.execute(old)] + ([] if kept is None else [kept])
    return max(found, default=None)


def quarters_of(connection: Connection, site_id: str, span: Span) -> dict[int, int]:
    """Wh of all posts together by the quarter-hour, as far as they are kept."""
    within = (SITE_QUARTERS.c.quarter_ms >= span.from_ms, SITE_QUARTERS.c.quarter_ms < span.to_ms)
    query = select(SITE_QUARTERS.c.quarter_ms, SITE_QUARTERS.c.energy_wh).where(SITE_QUARTERS.c.site_id == site_id)
    return {at_ms: wh for at_ms, wh in connection.execute(query.where(*within))}  # noqa: C416 -- rows are no pairs to dict


def stays_of(connection: Connection, site_id: str) -> list[Stay]:
    found = select(STAYS.c.cp_id, STAYS.c.site_id, STAYS.c.since_ms, STAYS.c.until_ms)
    return [Stay(*row) for row in connection.execute(found.where(STAYS.c.site_id == site_id))]


def attempts_of(connection: Connection, site_id: str, asked: Span) -> list[Attempt]:
    """Those that were asked for then. One that no post heard of counts where its post is now."""
    heard = select(READINGS.c.session_id, func.max(READINGS.c.at_ms).label("at_ms")).group_by(READINGS.c.session_id)
    told = heard.subquery()
    of_claim = ("started_at_ms", "ended_at_ms", "energy_wh", "cost_minor", "ended_by", "claimed_at_ms")
    of_request = ("session_id", "driver_id", "cp_id", "asked_at_ms", "released_at_ms", "outcome", "reason")
    query = (
        select(
            *(REQUESTS.c[name] for name in of_request),
            *(CHARGES.c[name] for name in of_claim),
            told.c.at_ms.label("read_at_ms"),
        )
        .outerjoin(CHARGES, CHARGES.c.session_id == REQUESTS.c.session_id)
        .outerjoin(POSTS, POSTS.c.cp_id == REQUESTS.c.cp_id)
        .outerjoin(told, told.c.session_id == REQUESTS.c.session_id)
        .where(REQUESTS.c.asked_at_ms >= asked.from_ms, REQUESTS.c.asked_at_ms < asked.to_ms, _is_of(site_id))
    )
    return [_attempt(site_id, dict(row)) for row in connection.execute(query).mappings()]


def _is_of(site_id: str) -> ColumnElement[bool]:
    claimed = CHARGES.c.site_id == site_id
    unclaimed = and_(CHARGES.c.session_id.is_(None), func.coalesce(POSTS.c.site_id, "") == site_id)
    return or_(claimed, unclaimed)


def _attempt(site_id: str, row: dict[str, Any]) -> Attempt:
    claimed_at_ms = row.pop("claimed_at_ms")
    words_at_ms = (row.pop("released_at_ms"), row.pop("read_at_ms"), claimed_at_ms, row["started_at_ms"])
    heard_at_ms = max(row["asked_at_ms"], *(each or 0 for each in words_at_ms))
    return Attempt(**row, site_id=site_id, heard_at_ms=heard_at_ms, claimed=claimed_at_ms is not None)


def bills_of(connection: Connection, site_id: str, ended: Span) -> list[Bill]:
    """Of charges that ended then and cost something."""
    query = select(CHARGES.c.claimed_at_ms, CHARGES.c.cost_minor).where(CHARGES.c.cost_minor > 0)
    return [Bill(*row) for row in connection.execute(query.where(*_ended(site_id, ended)))]


def metered_of(connection: Connection, site_id: str, ended: Span) -> list[Charge]:
    """Charges that ended then, with their plateau."""
    columns = (CHARGES.c.cp_id, CHARGES.c.limit_ma, CHARGES.c.plateau_wh, CHARGES.c.plateau_ms)
    query = select(REQUESTS.c.driver_id, *columns).join(REQUESTS, REQUESTS.c.session_id == CHARGES.c.session_id)
    found = connection.execute(query.where(*_ended(site_id, ended), CHARGES.c.plateau_ms > 0))
    return [Charge(driver_id, cp_id, limit_ma, Plateau(wh, ms)) for driver_id, cp_id, limit_ma, wh, ms in found]


def _ended(site_id: str, ended: Span) -> tuple[ColumnElement[bool], ...]:
    return (CHARGES.c.site_id == site_id, CHARGES.c.ended_at_ms >= ended.from_ms, CHARGES.c.ended_at_ms < ended.to_ms)
