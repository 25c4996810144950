"""Sites: sets of charge points with a name, an address and a time zone."""

from typing import Annotated, Any

import typer

from central.model.names import address, site_name
from central.operate.options import AsJson, Command, PointId, Reason, SiteId
from central.operate.settings_in_force import config_in_force
from central.settings import CURRENCY
from runtime.arguments import checked
from runtime.time_zones import time_zone

TITLE = "Sites"

_NAME: Any = typer.Option("--name", metavar="TEXT", parser=checked(site_name), help="As people call it.")
_ZONE: Any = typer.Option(
    "--time-zone", metavar="ZONE", parser=checked(time_zone), help="Its IANA name, such as Europe/Berlin."
)
_ADDRESS: Any = typer.Option(
    "--address", metavar="TEXT", parser=checked(address), help='Where it is, in one line; "" for none.'
)
_GUESTS: Any = typer.Option(
    "--guests/--no-guests", help="Whether people without an account may charge there.", show_default=False
)


def sites(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the sites. `site add` makes one, `site put CP SITE` puts a charge point on it."""
    if context.invoked_subcommand is not None:
        return
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table
    from central.views.sites import read_sites

    with opened_database(config_in_force()) as database, database.reader.connect() as connection:
        known = read_sites(connection)
    if as_json:
        print_json(known)
        return
    rows = [{**each, "guests": _yes(each["guests"])} for each in known]
    columns = ("site_id", "name", "time_zone", "address", "guests", "charge_points")
    print_table(columns, rows, "there are no sites yet; `site add SITE --name TEXT --time-zone ZONE` makes one")


def add(
    site_id: SiteId,
    name: Annotated[str, _NAME],
    zone: Annotated[str, _ZONE],
    where: Annotated[str | None, _ADDRESS] = None,
    guests: Annotated[bool, _GUESTS] = False,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Make a site. Its time zone is that of its quarter hours, days and months."""
    from central.actions.sites import add_site
    from central.operate.opened import opened_operator

    with opened_operator(config_in_force(), reason) as operator:
        facts = {"name": name, "time_zone": zone, "address": where, "guests": guests}
        _say("added", add_site(operator, site_id, facts), as_json)


def change(
    site_id: SiteId,
    name: Annotated[str | None, _NAME] = None,
    zone: Annotated[str | None, _ZONE] = None,
    where: Annotated[str | None, _ADDRESS] = None,
    guests: Annotated[bool | None, _GUESTS] = None,
    reason: Reason = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named of a site; the rest stays. Another time zone holds from now on."""
    from central.actions.sites import change_site
    from central.operate.opened import opened_operator

    facts = {"name": name, "time_zone": zone, "address": where, "guests": guests}
    if all(value is None for value in facts.values()):
        raise typer.BadParameter("say what to change: --name, --time-zone, --address, --guests or --no-guests")
    with opened_operator(config_in_force(), reason) as operator:
        _say("changed", change_site(operator, site_id, facts), as_json)


def show(site_id: SiteId, as_json: AsJson = False) -> None:
    """Show one site and its charge points."""
    from central.actions.sites import check_site
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table, say
    from central.views.points import read_points
    from central.views.sites import read_sites

    config = config_in_force()
    with opened_database(config) as database, database.reader.connect() as connection:
        check_site(connection, site_id)
        (site,) = read_sites(connection, site_id)
        points = read_points(connection, config[CURRENCY], site_id=site_id)
    if as_json:
        print_json({**site, "charge_points": points})
        return
    facts = {**site, "guests": _yes(site["guests"])}
    print_table(("what", "is"), [{"what": name.replace("_", " "), "is": value} for name, value in facts.items()])
    say("")
    columns = ("cp_id", "status", "location", "price_per_kwh", "last_connection_time")
    print_table(columns, points, f"no charge point is on it; `site put CP {site_id}` puts one there")


def remove(site_id: SiteId, reason: Reason = None) -> None:
    """Remove a site on which no charge point is any more."""
    from central.actions.sites import remove_site
    from central.operate.opened import opened_operator
    from central.operate.output import say

    with opened_operator(config_in_force(), reason) as operator:
        remove_site(operator, site_id)
    say(f"{site_id}: removed")


def put(cp_id: PointId, site_id: SiteId, reason: Reason = None) -> None:
    """Put a charge point on a site, from now on. What it did before belongs to where it was then."""
    from central.actions.sites import put as put_on
    from central.operate.opened import opened_operator
    from central.operate.output import say

    with opened_operator(config_in_force(), reason) as operator:
        put_on(operator, cp_id, site_id)
    say(f"{cp_id}: on {site_id}")


def take(cp_id: PointId, reason: Reason = None) -> None:
    """Take a charge point off its site, from now on."""
    from central.actions.sites import take as take_off
    from central.operate.opened import opened_operator
    from central.operate.output import say

    with opened_operator(config_in_force(), reason) as operator:
        site_id = take_off(operator, cp_id)
    say(f"{cp_id}: taken off {site_id}, on no site now")


def _say(done: str, site: dict[str, Any], as_json: bool) -> None:
    from central.operate.output import print_json, say

    if as_json:
        print_json(site)
        return
    guests = "guests may charge" if site["guests"] else "no guests"
    facts = [site["name"], site["time_zone"], site["address"], guests]
    say(f"{site['site_id']}: {done}; {', '.join(each for each in facts if each)}")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


COMMANDS = (
    Command("site", sites, ("wattline-central site", "wattline-central site --json")),
    Command(
        "site add", add,
        ("wattline-central site add north --name 'Depot North' --time-zone Europe/Berlin",
         "wattline-central site add yard --name Yard --time-zone Europe/Madrid --guests"),
    ),
    Command(
        "site set", change,
        ("wattline-central site set north --address 'Hafenstr. 1, Kiel'", "wattline-central site set yard --no-guests"),
    ),
    Command("site show", show, ("wattline-central site show north", "wattline-central site show north --json")),
    Command("site remove", remove, ("wattline-central site remove north",)),
    Command("site put", put, ("wattline-central site put cp_001 north",)),
    Command("site take", take, ("wattline-central site take cp_001",)),
)  # fmt: skip
