"""`wattline history`."""

from typing import Annotated

import typer

from driver_cli.amounts import LISTED
from driver_cli.api import charges
from driver_cli.options import ApiUrl, AsJson, DriverId, checked, run_of
from driver_cli.words.tables import history_table

DEFAULT_LIMIT = 20

EXAMPLES = (
    "wattline history --limit 5",
    "wattline --json history | jq '[.charges[].energy_wh] | add'",
)


def history(
    context: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            parser=checked(LISTED.parse),
            help=f"At most so many, the newest first; {DEFAULT_LIMIT} unless given.",
        ),
    ] = None,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """List your charges, the newest first."""
    run = run_of(context, as_json, api, driver)
    driver_id = run.driver_id()
    found = charges.of_driver(run.api, driver_id, limit=limit or DEFAULT_LIMIT)
    document = {"charges": [each.raw for each in found]}
    run.result(document, history_table(found) if found else "No charge yet; begin one with `wattline charge CP`.")
