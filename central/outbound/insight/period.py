"""A period that figures are of: a day or a month of the site's own calendar, as far as it has passed."""

import re
from dataclasses import dataclass

from central.outbound.insight.local_time import Span, day_of, day_span, month_of, month_span

_MONTH = re.compile(r"\d{4}-\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PERIOD_RULE = "must be a month or a day from 2020 to 2099"


@dataclass(frozen=True)
class Period:
    """`name`: `2026-11` or `2026-11-27`."""

    name: str

    @property
    def is_month(self) -> bool:
        return _MONTH.fullmatch(self.name) is not None

    def span(self, zone: str) -> Span:
        return month_span(self.name, zone) if self.is_month else day_span(self.name, zone)


def parsed(text: str) -> Period:
    """Raises ValueError."""
    refusal = ValueError(f"{PERIOD_RULE}, not {text[:40]!a}; for example 2026-11 or 2026-11-27")
    if not (_MONTH.fullmatch(text) or _DAY.fullmatch(text)) or not "2020" <= text[:4] <= "2099":
        raise refusal
    try:
        Period(text).span("UTC")
    except ValueError:
        raise refusal from None
    return Period(text)


def this_month(now_ms: int, zone: str) -> Period:
    return Period(month_of(now_ms, zone))


def today(now_ms: int, zone: str) -> Period:
    return Period(day_of(now_ms, zone))
