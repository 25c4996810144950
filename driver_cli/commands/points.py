"""`wattline list`."""

import typer

from driver_cli.api import endpoints
from driver_cli.options import ApiUrl, AsJson, DriverId, context_of
from driver_cli.tables.points import points_table

EXAMPLES = (
    "wattline list",
    "wattline --json list | jq -r '.charge_points[] | select(.status == \"ACTIVE\") | .cp_id'",
)


def points(typer_context: typer.Context, as_json: AsJson = False, api: ApiUrl = None, driver: DriverId = None) -> None:
    """List the charge points with their state and price."""
    context = context_of(typer_context, as_json, api, driver)
    found = endpoints.charge_points(context.api)
    none = "There is no charge point yet; one appears when its board connects for the first time."
    document = {"charge_points": [each.raw for each in found]}
    context.result(document, points_table(found, context.timing.now) if found else none)
