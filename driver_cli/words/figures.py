"""Figures as people read them: units, money, times."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

NONE = "–"
_HOUR_S, _MINUTE_S = 3600, 60


def energy(wh: int | None) -> str:
    """`4.231 kWh`."""
    return NONE if wh is None else f"{Decimal(wh) / 1000:.3f} kWh"


def kwh(wh: int | None) -> str:
    """`4.231`: for a column whose title is the unit."""
    return NONE if wh is None else f"{Decimal(wh) / 1000:.3f}"


def register(wh: int | None) -> str:
    """`12 345.678 kWh`: a meter's register, all of its digits."""
    return NONE if wh is None else f"{Decimal(wh) / 1000:,.3f} kWh".replace(",", " ")


def power(watts: int | None) -> str:
    """`7.2 kW`."""
    # Adding zero turns the "-0.0" of a sensor's noise into "0.0".
    return NONE if watts is None else f"{round(Decimal(watts) / 1000, 1) + 0:.1f} kW"


def money(minor: int | None, currency: str) -> str:
    """`0.85 EUR`, of hundredths."""
    return NONE if minor is None else f"{Decimal(minor) / 100:.2f} {currency}".rstrip()


def price(per_kwh: Decimal | None, currency: str) -> str:
    """`0.2000 EUR/kWh`: the decimals that the API gave, at least two."""
    if per_kwh is None:
        return NONE
    exponent = per_kwh.as_tuple().exponent
    decimals = max(2, -exponent if isinstance(exponent, int) else 2)
    return f"{per_kwh:.{decimals}f} {currency}/kWh"


def duration(seconds: int | None) -> str:
    """`0:35:12`, hours first."""
    if seconds is None:
        return NONE
    whole = max(0, seconds)
    return f"{whole // _HOUR_S}:{whole % _HOUR_S // _MINUTE_S:02}:{whole % _MINUTE_S:02}"


def local_time(moment: datetime | None) -> str:
    """`2026-01-31 12:00:00 CET`, of this machine's zone."""
    return NONE if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def local_minute(moment: datetime | None) -> str:
    """`2026-01-31 12:00`, of this machine's zone: for lists. With the zone on a day on which the clocks change."""
    if moment is None:
        return NONE
    local = moment.astimezone()
    return local.strftime("%Y-%m-%d %H:%M %Z" if _clocks_change(local.date()) else "%Y-%m-%d %H:%M")


def _clocks_change(day: date) -> bool:
    """Such a day may have two 02:30s."""
    midnight = datetime.combine(day, time())
    return midnight.astimezone().utcoffset() != (midnight + timedelta(days=1)).astimezone().utcoffset()


_AGES: tuple[tuple[int, int, str], ...] = (  # below how many seconds, divided by, unit
    (2 * _MINUTE_S, 1, "s"),
    (2 * _HOUR_S, _MINUTE_S, "min"),
    (2 * 24 * _HOUR_S, _HOUR_S, "h"),
)


def age(moment: datetime | None, now: Callable[[], datetime]) -> str:
    """`3 s ago`."""
    if moment is None:
        return "never"
    seconds = max(0, int((now() - moment).total_seconds()))
    for below_s, divided_by, unit in _AGES:
        if seconds < below_s:
            return f"{seconds // divided_by} {unit} ago"
    return f"{seconds // (24 * _HOUR_S)} days ago"
