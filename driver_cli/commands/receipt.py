"""`wattline receipt [ID]`."""

from typing import Annotated

import typer

from driver_cli.api import endpoints
from driver_cli.api.answers import Charge
from driver_cli.charge.lookup import SEARCHED, named
from driver_cli.context import Context
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import ApiUrl, AsJson, DriverId, context_of, identity
from driver_cli.tables.receipt import ReceiptTable
from runtime.arguments import checked

EXAMPLES = (
    "wattline receipt",
    "wattline receipt 5f3c01aa",
    "wattline --json receipt | jq .cost_minor",
)


def receipt(
    typer_context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            parser=checked(identity),
            help="A session's id, its beginning, or a charge point for the newest one there. Default: the newest.",
        ),
    ] = None,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Show the receipt of a charge."""
    context = context_of(typer_context, as_json, api, driver)
    driver_id = context.driver_id()
    charge = _meant(context, driver_id, name)
    found = endpoints.receipt(context.api, driver_id, charge)
    context.result(found.raw, ReceiptTable(found, charge.fault))


def _meant(context: Context, driver_id: str, name: str | None) -> Charge:
    known = endpoints.charges_of(context.api, driver_id, limit=SEARCHED)
    if name is not None:
        charge = named(context.api, driver_id, name, known)
        if charge is None:
            text = f"no charge of yours is named {name}; `wattline history` shows their ids"
            raise Failure(ExitCode.REFUSED, "unknown_charge", text)
        return charge
    ended = next((each for each in known if each.state == "completed"), None)
    if ended is None:
        text = "no charge of yours has a receipt yet; `wattline history` shows what there is"
        raise Failure(ExitCode.REFUSED, "no_receipt", text)
    if not known[0].final:
        context.note(f"your charge at {known[0].cp_id} is still running; this is the receipt before it")
    return ended
