"""Sites: a name, an address and a time zone for a set of charge points.

A site's own facts are told at its key, in ev.site; that a charge point is on it is told at the charge point's key, in
ev.cp, since a fold sees one key's rows. Whether the two fit is checked by `verify`, not here. Time zones were judged
where they were typed in: which names there are changes from year to year, and a fold must not.
"""

from collections.abc import Callable
from dataclasses import replace

from central.fold.step import Step
from central.model.records import Refused
from central.model.rows import ChargingPoint
from central.model.site_rows import Site, SiteStay

_TOLD = ("name", "address", "time_zone", "guests")


def handle_site_request(step: Step) -> None:
    """Raises Refused (`site_taken`, `unknown_site`, `missing_field`)."""
    ACTIONS[step.message["action"]](step, step.rows.get(Site, step.key))


def move(step: Step, point: ChargingPoint, site_id: str | None) -> None:
    """From now on the charge point is on this site, or on none. What it did before belongs to where it was then."""
    if point.site_id == site_id:
        return
    stays = step.rows.find(SiteStay, cp_id=point.cp_id)
    for stay in stays:
        if stay.until_ms is None:
            step.rows.put(replace(stay, until_ms=step.at_ms))
    if site_id is not None:
        step.rows.put(SiteStay(point.cp_id, len(stays) + 1, site_id, step.at_ms))
    point.site_id = site_id


def _add(step: Step, site: Site | None) -> None:
    """One that was removed may be added anew: nothing of it is left but its id."""
    if site is not None and site.removed_at_ms is None:
        raise Refused("site_taken", f"there is a site {step.key} already")
    for name in ("name", "time_zone"):
        if step.message.get(name) is None:
            raise Refused("missing_field", f"{name}: a new site needs it")
    step.rows.put(replace(Site(step.key), **_told(step), added_at_ms=step.at_ms))


def _set(step: Step, site: Site | None) -> None:
    """What is not told stays: two who change different things at once both have their way."""
    step.rows.put(replace(_there(step, site), **_told(step)))


def _remove(step: Step, site: Site | None) -> None:
    step.rows.put(replace(_there(step, site), removed_at_ms=step.at_ms))


def _there(step: Step, site: Site | None) -> Site:
    if site is None or site.removed_at_ms is not None:
        raise Refused("unknown_site", f"there is no site {step.key}")
    return site


def _told(step: Step) -> dict[str, str | bool]:
    return {name: step.message[name] for name in _TOLD if step.message.get(name) is not None}


ACTIONS: dict[str, Callable[[Step, Site | None], None]] = {"add": _add, "set": _set, "remove": _remove}
