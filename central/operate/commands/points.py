"""Charge points: what they are, and what is asked of them."""

from typing import Annotated

import typer
from wire.kinds.fields import PRICE_MAX

from central.operate.amounts import price_e4
from central.operate.options import AsJson, Command, PointId, wait_option
from central.operate.settings_in_force import config_in_force
from central.settings import CURRENCY
from runtime.arguments import checked

TITLE = "Charge points"


def list_points(as_json: AsJson = False) -> None:
    """Show the charge points."""
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table
    from central.views.points import read_points

    config = config_in_force()
    with opened_database(config) as database, database.reader.connect() as connection:
        points = read_points(connection, config[CURRENCY])
    if as_json:
        print_json(points)
        return
    columns = ("cp_id", "status", "location", "price_per_kwh", "vehicle", "power_w", "faults", "last_connection_time")
    rows = [{**point, "faults": ", ".join(point["faults"])} for point in points]
    print_table(columns, rows, "no charge point has registered yet")


def stop(
    cp_id: PointId,
    wait_s: Annotated[
        float, wait_option("How long to wait for the end of a charge that runs; 1 is returned if it does not end.")
    ] = 0,
) -> None:
    """Take a charge point out of service: a running charge ends, and starts are refused until `resume`.

    The request is carried out when this returns; a charge that runs ends once its charge point has heard of it, which
    takes seconds, or longer where it is away.
    """
    _request(cp_id, "stop", wait_s=wait_s)


def resume(cp_id: PointId) -> None:
    """Take a charge point into service again."""
    _request(cp_id, "resume")


def price(
    cp_id: PointId,
    per_kwh_e4: Annotated[
        int,
        typer.Argument(
            help=f"Currency units per kWh, from 0 to {PRICE_MAX}, with at most four decimals, such as 0.32.",
            metavar="N",
            parser=checked(price_e4),
        ),
    ],
) -> None:
    """Change the price per kWh. Charges that run keep the price they began with."""
    _request(cp_id, "price_change", price_per_kwh=per_kwh_e4 / 10_000)


def reset(cp_id: PointId) -> None:
    """Clear the latched faults of a charge point."""
    _request(cp_id, "reset")


def replace(cp_id: PointId) -> None:
    """Let another board take the place of the one bound to a charge point: the next that registers."""
    _request(cp_id, "replace")


def _request(cp_id: str, action: str, *, price_per_kwh: float | None = None, wait_s: float = 0) -> None:
    from central.money.formats import price as price_text
    from central.operate import requests
    from central.operate.opened import opened_database, opened_log
    from central.operate.output import say

    config = config_in_force()
    with opened_database(config) as database, opened_log(config) as log:
        point = requests.request(database, log, cp_id, action, price_per_kwh)
        running = requests.wait_for_end(database, cp_id, wait_s) if action == "stop" else None
    if running is not None:
        text = f"{cp_id}: stop sent; still charging (session {running})"
        if wait_s:
            raise requests.NotDone(f"{text}, {wait_s:g} s later")
        say(text)
        return
    say(f"{cp_id}: {action} done; {point.status}, {price_text(point.price_e4)} {config[CURRENCY]}/kWh")


COMMANDS = (
    Command("list", list_points, ("wattline-central list", "wattline-central list --json")),
    Command("stop", stop, ("wattline-central stop cp_001", "wattline-central stop cp_001 --wait 30")),
    Command("resume", resume, ("wattline-central resume cp_001",)),
    Command("price", price, ("wattline-central price cp_001 0.32",)),
    Command("reset", reset, ("wattline-central reset cp_001",)),
    Command("replace", replace, ("wattline-central replace cp_001",)),
)
