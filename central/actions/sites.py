"""Sites, as operators make and change them, and the charge points that are put on them."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, select

from central.actions.asking import Operator, request, request_at_point
from central.actions.points import check_known
from central.actions.refusal import Refusal
from central.model.names import address, site_name
from central.store.tables import CHARGING_POINTS, SITES
from central.views.sites import read_sites, site_of
from runtime.time_zones import time_zone

SHOWN = 10
_SITE, _POINT = SITES.c, CHARGING_POINTS.c

# What is typed in is judged here; the table of kinds knows no time zones, and lets marks pass that turn writing round.
JUDGED: Mapping[str, Callable[[str], str]] = {"name": site_name, "address": address, "time_zone": time_zone}

NEEDED = ("name", "time_zone")  # of a new site
Facts = Mapping[str, Any]  # name, address, time_zone, guests; what is None is not told


def add_site(operator: Operator, site_id: str, facts: Facts) -> dict[str, Any]:
    """The site as it is shown. Raises NotDone, and what the log raises where it cannot take it."""
    told = _judged(facts)
    for name in NEEDED:
        if name not in told:
            raise Refusal(400, "missing_field", f"{name}: a new site needs it", name)
    if _there(operator, site_id) is not None:
        raise Refusal(409, "site_taken", f"there is a site {site_id} already; `site set {site_id}` changes it")

    def is_there(connection: Connection) -> bool:
        """Somebody else may have been first."""
        found = read_sites(connection, site_id)
        return bool(found) and all(found[0][name] == value for name, value in told.items())

    _request(operator, site_id, "add", is_there, told)
    return _shown(operator, site_id)


def change_site(operator: Operator, site_id: str, facts: Facts) -> dict[str, Any]:
    """Only what is told is changed. Raises as `add_site`."""
    told = _judged(facts)
    if not told:
        raise Refusal(400, "missing_field", f"say what to change: {', '.join(JUDGED)} or guests", "name")
    operator.read(lambda connection: check_site(connection, site_id))
    _request(operator, site_id, "set", lambda connection: bool(read_sites(connection, site_id)), told)
    return _shown(operator, site_id)


def remove_site(operator: Operator, site_id: str) -> None:
    """Raises as `add_site`, and where charge points are on it: they would be on none, unseen by who serves it."""
    on_it = select(_POINT.cp_id).where(_POINT.site_id == site_id, _POINT.removed_at_ms.is_(None)).order_by(_POINT.cp_id)

    def look(connection: Connection) -> list[str]:
        check_site(connection, site_id)
        return list(connection.execute(on_it).scalars())

    if points := operator.read(look):
        text = f"{len(points)} charge point(s) are on {site_id}: {_some(points)}; `site put` or `site take` them first"
        raise Refusal(409, "site_in_use", text)
    _request(operator, site_id, "remove", lambda connection: not read_sites(connection, site_id), {})


def put(operator: Operator, cp_id: str, site_id: str) -> None:
    """The charge point is on this site from now on. Raises as `add_site`."""

    def check(connection: Connection) -> None:
        check_known(connection, cp_id)
        check_site(connection, site_id)

    operator.read(check)
    request_at_point(operator, cp_id, "site", site_id=site_id)


def take(operator: Operator, cp_id: str) -> str:
    """The charge point is on no site from now on; the site that it was on. Raises as `add_site`."""

    def look(connection: Connection) -> str | None:
        check_known(connection, cp_id)
        return site_of(connection, cp_id)

    site_id = operator.read(look)
    if site_id is None:
        raise Refusal(409, "on_no_site", f"{cp_id} is on no site")
    request_at_point(operator, cp_id, "site")
    return site_id


def check_site(connection: Connection, site_id: str) -> None:
    """Raises Refusal for a site that is not there, and names the one that may be meant."""
    known = [each["site_id"] for each in read_sites(connection)]
    if site_id in known:
        return
    near = get_close_matches(site_id, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are: {_some(known) or 'none yet'}"
    raise Refusal(404, "unknown_site", f"there is no site {site_id}; {hint}", "site_id")


def _judged(facts: Facts) -> dict[str, Any]:
    told: dict[str, Any] = {name: value for name, value in facts.items() if value is not None}
    for name, judge in JUDGED.items():
        if name in told:
            try:
                told[name] = judge(told[name])
            except ValueError as error:
                raise Refusal(400, "bad_field", f"{name}: {error}", name) from None
    return told


def _request(
    operator: Operator, site_id: str, action: str, is_done: Callable[[Connection], bool], told: Facts
) -> None:
    word = {name: value for name, value in (("reason", operator.reason), ("by", operator.by)) if value is not None}
    request(operator, "site_request", is_done, site_id=site_id, action=action, **told, **word)


def _there(operator: Operator, site_id: str) -> dict[str, Any] | None:
    found = operator.read(lambda connection: read_sites(connection, site_id))
    return found[0] if found else None


def _shown(operator: Operator, site_id: str) -> dict[str, Any]:
    found = _there(operator, site_id)
    if found is None:
        raise Refusal(404, "unknown_site", f"{site_id} was removed by somebody else meanwhile")
    return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
