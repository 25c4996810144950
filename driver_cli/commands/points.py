"""`wattline list`."""

import typer

from driver_cli.api import charges
from driver_cli.api.answers import ChargePoint
from driver_cli.api.client import Refused
from driver_cli.options import ApiUrl, AsJson, DriverId, run_of
from driver_cli.words.tables import points_table

EXAMPLES = (
    "wattline list",
    "wattline --json list | jq -r '.charge_points[] | select(.status == \"ACTIVE\") | .cp_id'",
)


def points(context: typer.Context, as_json: AsJson = False, api: ApiUrl = None, driver: DriverId = None) -> None:
    """List the charge points with their state and price."""
    run = run_of(context, as_json, api, driver)
    try:
        answer = run.api.get("/v1/charge-points")
    except Refused as refused:
        raise charges.failure_of(refused) from None
    found = charges.read_list(ChargePoint.of, answer.get("charge_points"))
    none = "There is no charge point yet; one appears when its board connects for the first time."
    run.result(answer, points_table(found, run.timing.now) if found else none)
