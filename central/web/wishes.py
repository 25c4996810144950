"""The hours at which somebody is left alone, as a form has them."""

from collections.abc import Mapping

from central.api.errors import bad_field
from central.people.wishes import Wishes, clock_of, minute_of
from runtime.time_zones import time_zone

WISHED = ("quiet_from", "quiet_to", "time_zone", "urgent_anyway")


def wishes_in(form: Mapping[str, str], language: str, *, is_driver: bool) -> Wishes:
    """form: without what is empty. Drivers are told nothing that stops others. Raises ApiError."""
    begin, end = (_minute(form, name) for name in ("quiet_from", "quiet_to"))
    if (begin is None) != (end is None):
        raise bad_field("quiet_to" if end is None else "quiet_from", "expected both hours, or none")
    zone = form.get("time_zone")
    if zone is not None:
        try:
            time_zone(zone)
        except ValueError as error:
            raise bad_field("time_zone", str(error)) from None
    return Wishes(language, zone, begin, end, is_driver or "urgent_anyway" in form)


def shown(wishes: Wishes) -> dict[str, str]:
    """As a form would send it."""
    fields = {
        "quiet_from": clock_of(wishes.quiet_from_min),
        "quiet_to": clock_of(wishes.quiet_to_min),
        "time_zone": wishes.time_zone or "",
        "urgent_anyway": "on" if wishes.urgent_anyway else "",
    }
    return {name: value for name, value in fields.items() if value}


def _minute(form: Mapping[str, str], name: str) -> int | None:
    try:
        return minute_of(form[name]) if name in form else None
    except ValueError as error:
        raise bad_field(name, str(error)) from None
