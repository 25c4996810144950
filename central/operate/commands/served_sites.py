"""Which sites somebody serves: the options that say it, and the command that changes it."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.operate.options import AsJson, Command, PersonId, site_id
from central.operate.settings_in_force import config_in_force

if TYPE_CHECKING:
    from central.people.sites import Sites
    from runtime.config import ConfigManager

TITLE = "People"

ServedSites = Annotated[
    list[str] | None,
    typer.Option(
        "--site", metavar="SITE", parser=site_id, help="A site that is served; may be given several times."
    ),
]


def change_sites(
    name: PersonId,
    sites: ServedSites = None,
    all_sites: Annotated[bool, typer.Option("--all-sites", help="Every site, and what is on none.")] = False,
    none: Annotated[bool, typer.Option("--none", help="No site at all.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which sites an operator or auditor serves: these and no others, at once."""
    from central.actions.served_sites import serve_sites, sites_text
    from central.operate.opened import opened_people
    from central.operate.output import print_json, say

    if [bool(sites), all_sites, none].count(True) != 1:
        raise typer.BadParameter("say --site SITE (once or more), --all-sites or --none, one of the three")
    config = config_in_force()
    served = None if all_sites else served_of(config, sites or [])
    with opened_people(config) as people:
        serve_sites(people, name, served)
    if as_json:
        print_json({"name": name, "sites": None if served is None else sorted(served)})
        return
    say(f"{name}: serves {sites_text(served)}")


def served_of(config: "ConfigManager", sites: list[str]) -> "Sites":
    """The sites named, which the books must know. Raises NotDone."""
    from central.actions.served_sites import check_sites
    from central.operate.opened import opened_database

    if sites:
        with opened_database(config) as database:
            check_sites(database, sites)
    return frozenset(sites)


COMMANDS = (
    Command(
        "user sites", change_sites,
        ("wattline-central user sites ops --site north --site south", "wattline-central user sites ops --all-sites"),
    ),
)  # fmt: skip
