"""Drivers: who is known, and who charges where."""

from typing import Annotated

import typer

from central.operate.options import AsJson, Command, DriverName, NewDriverId
from central.operate.settings_in_force import config_in_force

TITLE = "Drivers"


def drivers(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the drivers: those who hold a charge first, with its session and charge point, then the newest.

    `driver add ID` makes one known.
    """
    if context.invoked_subcommand is not None:
        return
    from central.operate.drivers import list_drivers
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table

    with opened_database(config_in_force()) as database, database.reader.connect() as connection:
        known = list_drivers(connection, limit)
    if as_json:
        print_json(known)
        return
    print_table(("driver_id", "name", "since", "charges_at", "session_id"), known, "no driver has registered yet")


def add(driver_id: NewDriverId, name: DriverName = None, as_json: AsJson = False) -> None:
    """Make a driver known under this id, who may then charge. One who is known already stays as is.

    Drivers who use `wattline register` or the API get ids of their own and need no such command.
    """
    from central.operate.drivers import add_driver
    from central.operate.opened import opened_operator
    from central.operate.output import print_json, say

    with opened_operator(config_in_force()) as operator:
        is_new = add_driver(operator, driver_id, name)
    if as_json:
        print_json({"driver_id": driver_id, "added": is_new})
        return
    say(f"{driver_id}: added, and may charge" if is_new else f"{driver_id}: known already")


COMMANDS = (
    Command("driver", drivers, ("wattline-central driver", "wattline-central driver --json")),
    Command(
        "driver add", add, ("wattline-central driver add driver_001", 'wattline-central driver add ada --name "Ada L."')
    ),
)
