"""`wattline history`."""

from typing import Annotated

import typer

from driver_cli.amounts import LISTED
from driver_cli.api import endpoints
from driver_cli.options import ApiUrl, AsJson, DriverId, context_of
from driver_cli.tables.history import history_table, is_refusal
from runtime.arguments import checked

DEFAULT_LIMIT = 20

EXAMPLES = (
    "wattline history --limit 5",
    "wattline history --all",
    "wattline --json history | jq '[.charges[].energy_wh] | add'",
)


def history(
    typer_context: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            parser=checked(LISTED.parse),
            help=f"At most so many, the newest first; {DEFAULT_LIMIT} unless given.",
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also the requests that were refused.")] = False,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """List your charges, the newest first. Requests that were refused are left out; --all shows them too."""
    context = context_of(typer_context, as_json, api, driver)
    driver_id = context.driver_id()
    most = limit or DEFAULT_LIMIT
    listed = endpoints.charges_of(context.api, driver_id, limit=most if everything else endpoints.MAX_LISTED)
    found = [each for each in listed if everything or not is_refusal(each)][:most]
    document = {"charges": [each.raw for each in found]}
    context.result(document, history_table(found) if found else "No charge yet; begin one with `wattline charge CP`.")
    hidden = sum(is_refusal(each) for each in listed) if not everything else 0
    if hidden and not found:
        context.say(f"{hidden} refused requests are left out; `wattline history --all` shows them.")
