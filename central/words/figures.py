"""Numbers as people say them, in the language of the page: 7.4 kW, 12.9 kWh, 2.58 €, 52 min, 13:10."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_time, get_day_names
from babel.numbers import format_currency, format_decimal

from central.views import moments

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
NUMBERS_KEPT = 8_192  # a page of figures writes hundreds, and nearly all of them as the last time
NO_BREAK = "\N{NO-BREAK SPACE}"


def power(power_w: int, locale: Locale) -> str:
    """In kW, with one decimal."""
    return f"{_decimal(Decimal(power_w) / 1_000, '#,##0.0', locale)}{NO_BREAK}kW"


def energy(energy_wh: int, locale: Locale) -> str:
    """In kWh, with one decimal while one charges; receipts have all of it (exact_energy)."""
    return f"{_decimal(Decimal(energy_wh) / 1_000, '#,##0.0', locale)}{NO_BREAK}kWh"


def exact_energy(energy_wh: int, locale: Locale) -> str:
    """In kWh to the watt-hour: what a bill is computed from."""
    return f"{_decimal(Decimal(energy_wh) / 1_000, '#,##0.000', locale)}{NO_BREAK}kWh"


def current(current_ma: int, locale: Locale) -> str:
    return f"{_decimal(Decimal(current_ma) / 1_000, '#,##0.0', locale)}{NO_BREAK}A"


def money(minor: int, currency: str, locale: Locale) -> str:
    """`minor`: hundredths of the currency."""
    return format_currency(Decimal(minor) / 100, currency, locale=locale)


def price_e4(price_e4: int, currency: str, locale: Locale) -> str:
    """`price_e4`: ten-thousandths of the currency, as the tables have it."""
    return price(str(Decimal(price_e4) / 10_000), currency, locale)


def price(per_kwh: str, currency: str, locale: Locale) -> str:
    """`per_kwh`: as views give it, "0.3200". With as many of its four decimals as it has, and two at least."""
    return format_currency(Decimal(per_kwh).normalize(), currency, locale=locale, decimal_quantization=False)


def temperature(temperature_mc: int, locale: Locale) -> str:
    """In whole degrees Celsius."""
    return f"{_decimal(Decimal(temperature_mc) / 1_000, '#,##0', locale)}{NO_BREAK}°C"


def share(value: float, locale: Locale) -> str:
    """`value`: 0 to 1. In percent, with one decimal."""
    return f"{_decimal(Decimal(str(value)) * 100, '#,##0.0', locale)}{NO_BREAK}%"


def points(value: float, locale: Locale) -> str:
    """A difference of shares, in percent of the whole, with its sign."""
    return _decimal(Decimal(str(value)) * 100, "+#,##0.0;-#,##0.0", locale)


def month(name: str, locale: Locale) -> str:
    """`name`: 2026-10. October 2026."""
    return format_skeleton("yMMMM", date.fromisoformat(f"{name}-01"), locale=locale)


def weekdays(locale: Locale) -> list[str]:
    """Short, from Monday on."""
    return [get_day_names("abbreviated", locale=locale)[number] for number in range(7)]


def duration(seconds: int) -> str:
    """The two biggest units: 40 s, 52 min, 2 h 05 min, 3 d 4 h. The same in each language that there is."""
    if seconds < MINUTE_S:
        return f"{seconds}{NO_BREAK}s"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S}{NO_BREAK}min"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S}{NO_BREAK}h{NO_BREAK}{seconds % HOUR_S // MINUTE_S:02}{NO_BREAK}min"
    return f"{seconds // DAY_S}{NO_BREAK}d{NO_BREAK}{seconds % DAY_S // HOUR_S}{NO_BREAK}h"


def iso(at_ms: int) -> str:
    """As views give it, and as a <time> wants it."""
    return moments.iso(at_ms) or ""


def clock(at: str, zone: str, locale: Locale) -> str:
    """`at`: as views give it, 2026-01-31T12:00:00.123Z. 13:00, of that day, with its zone: people travel."""
    there = _there(at, zone)
    return f"{format_time(there, 'short', tzinfo=there.tzinfo, locale=locale)}{NO_BREAK}{_zone_name(there)}"


def time_of_day(at: str, zone: str, locale: Locale) -> str:
    """As `clock`, where its zone is said beside it."""
    there = _there(at, zone)
    return format_time(there, "short", tzinfo=there.tzinfo, locale=locale)


def moment(at: str, zone: str, locale: Locale) -> str:
    """Date and time with its zone, where more than one day or zone is possible."""
    there = _there(at, zone)
    return f"{format_datetime(there, 'medium', tzinfo=there.tzinfo, locale=locale)}{NO_BREAK}{_zone_name(there)}"


@lru_cache(maxsize=NUMBERS_KEPT)
def _decimal(value: Decimal, pattern: str, locale: Locale) -> str:
    return format_decimal(value, pattern, locale=locale)


def _zone_name(there: datetime) -> str:
    """CET; UTC-05 where the zone has no letters of its own."""
    name = there.tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name


def _there(at: str, zone: str) -> datetime:
    """`zone`: an IANA name."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
