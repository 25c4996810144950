"""`wattline export` and `wattline erase`: what Wattline knows of you, and forgetting it."""

import typer

from driver_cli.api import endpoints
from driver_cli.api.errors import Refused
from driver_cli.context import Context
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import ApiUrl, AsJson, DriverId, context_of
from driver_cli.words.printable import as_json as shown_as_json

EXPORT_EXAMPLES = ("wattline export > my-charges.json",)
ERASE_EXAMPLES = ("wattline erase", "wattline erase --yes")


def export(
    typer_context: typer.Context, as_json: AsJson = False, api: ApiUrl = None, driver: DriverId = None
) -> None:
    """Print everything that Wattline knows of you, as JSON: name, charges, receipts, tokens."""
    context = context_of(typer_context, as_json, api, driver)
    context.driver_id()
    try:
        known = context.api.get("/v1/me/data")
    except Refused as refused:
        raise endpoints.failure_of(refused) from None
    context.result(known, shown_as_json(known))


def erase(
    typer_context: typer.Context,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Make Wattline forget who you are: name and tokens. Your receipts stay, as nobody's; `export` saves them first."""
    context = context_of(typer_context, as_json, api, driver)
    driver_id = context.driver_id()
    _check_wanted(context, driver_id, yes)
    try:
        answer = context.api.post("/v1/me/erase", {})
    except Refused as refused:
        raise endpoints.failure_of(refused) from None
    with context.files.change() as state:
        state.tokens.pop(driver_id, None)
        if state.driver is not None and state.driver.driver_id == driver_id:
            state.driver = None
    context.result(answer, f"{driver_id} is forgotten; what it charged stays in the books, as nobody's.")


def _check_wanted(context: Context, driver_id: str, yes: bool) -> None:
    """Raises Failure (USAGE) where nobody can be asked, or the answer is no."""
    if yes:
        return
    if not context.interactive:
        raise Failure(ExitCode.USAGE, "not_confirmed", "erase cannot be undone; say --yes where nobody can be asked")
    if not typer.confirm(f"Forget {driver_id} for good?"):
        raise Failure(ExitCode.REFUSED, "not_confirmed", "nothing was erased")
