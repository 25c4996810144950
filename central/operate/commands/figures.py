"""What the charges say, as figures."""

import time
from typing import Annotated

import typer
from wire.ids import ID_RULE, is_id

from central.operate import servers
from central.operate.options import AsJson, Command
from central.operate.settings_in_force import config_in_force
from runtime.arguments import checked

TITLE = "Figures"
NS_PER_MS = 1_000_000


def insight(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Empty the figures first, and make them anew from the log's beginning.")
    ] = False,
) -> None:
    """Read the log into the figures, until SIGTERM; `insight show` shows them.

    What was read goes on where it stopped, however it ended. The figures have a database of their own, which can be
    deleted at any time: it is made again from the log.
    """
    if context.invoked_subcommand is not None:
        return
    raise typer.Exit(servers.insight(rebuild))


def _period(text: str) -> str:
    from central.outbound.insight.period import parsed

    return parsed(text).name


def _site_id(text: str) -> str:
    if text and not is_id(text):
        raise ValueError(f"must be {ID_RULE}, not {text[:40]!a}; for example yard")
    return text


def show(
    period: Annotated[
        str | None,
        typer.Option(
            metavar="MONTH|DAY", parser=checked(_period), help="Such as 2026-11 or 2026-11-27; without it, this month."
        ),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(metavar="SITE", parser=checked(_site_id), help='One site; "" is that of posts which are on none.'),
    ] = None,
    posts: Annotated[bool, typer.Option("--posts", help="A line for each charge point instead of each site.")] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")] = False,
) -> None:
    """Show what charges say: energy, use, first-attempt success, lost visits, posts that meter low.

    docs/figures.md says what each figure means and what is left out. JSON and CSV have exact numbers in the unit that
    the name says.
    """
    from central.operate.insight import of_posts, of_sites, opened_insight, summaries
    from central.operate.opened import opened_people
    from central.operate.output import print_json, print_table
    from central.outbound.insight.period import Period
    from central.views.csv_text import csv_text

    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv are two ways to print; give one of them")
    config = config_in_force()
    with opened_insight(config) as connection, opened_people(config) as people, people.reader.connect() as others:
        wanted = None if period is None else Period(period)
        found = summaries(connection, others, config, wanted, site, time.time_ns() // NS_PER_MS)
    shown = (of_posts if posts else of_sites)(found)
    if as_json:
        print_json(shown.rows)
    elif as_csv:
        typer.echo(csv_text(shown.columns, shown.rows), nl=False)
    else:
        print_table(shown.headings, shown.texts, "no charge point has registered yet")


COMMANDS = (
    Command("insight", insight, ("wattline-central insight", "wattline-central insight --rebuild")),
    Command(
        "insight show", show,
        ("wattline-central insight show", "wattline-central insight show --period 2026-11 --posts",
         "wattline-central insight show --period 2026-11 --csv > november.csv"),
    ),
)  # fmt: skip
