"""What could not be folded, and the way out."""

from typing import Annotated

import typer

from central.operate.options import AsJson, Command
from central.operate.settings_in_force import config_in_force

TITLE = "When something is wrong"


def parked(as_json: AsJson = False) -> None:
    """Show the keys whose folds failed, with the error and how many records wait."""
    from dataclasses import asdict

    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table
    from central.store import parked as parked_rows
    from central.views.moments import iso

    with opened_database(config_in_force()) as database, database.reader.connect() as connection:
        keys = [{**asdict(key), "since": iso(key.since_ms)} for key in parked_rows.list_keys(connection)]
    if as_json:
        print_json(keys)
        return
    print_table(("key", "topic", "records", "since", "error"), keys, "nothing is parked")


def unpark(
    key: Annotated[str, typer.Argument(help="A charge point, driver or site that `parked` lists.", metavar="KEY")],
) -> None:
    """Let the worker fold what waits of a key, after the fold was mended."""
    from central.actions.parked import unpark as unpark_key
    from central.operate.opened import opened_operator
    from central.operate.output import say

    with opened_operator(config_in_force()) as operator:
        folded = unpark_key(operator, key)
    say(f"{key}: {folded} records folded")


def dead(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the newest.")] = 20, as_json: AsJson = False
) -> None:
    """Show the newest records that could not be folded, and why."""
    from central.operate.opened import opened_log
    from central.operate.output import print_json, print_table
    from central.views.dead_letters import read_newest, shown_letter

    with opened_log(config_in_force()) as log:
        letters = [shown_letter(letter) for letter in read_newest(log, limit)]
    if as_json:
        print_json(letters)
        return
    columns = ("at", "reason", "text", "topic", "partition", "offset", "appender", "key", "value")
    print_table(columns, letters, "there are no dead letters")


COMMANDS = (
    Command("dead", dead, ("wattline-central dead --limit 20", "wattline-central dead --json")),
    Command("parked", parked, ("wattline-central parked", "wattline-central parked --json")),
    Command("unpark", unpark, ("wattline-central unpark cp_001",)),
)
