"""`wattline stop [CP|SESSION]`."""

from typing import Annotated

import typer

from driver_cli.api import endpoints
from driver_cli.api.answers import Charge
from driver_cli.api.errors import Refused
from driver_cli.api.stream import Changed, ChargeStream
from driver_cli.charge.lookup import SEARCHED, named
from driver_cli.context import Context
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import DEFAULT_WAIT_S, ApiUrl, AsJson, DriverId, context_of, identity, wait_option
from driver_cli.tables.receipt import ReceiptTable
from driver_cli.words.reasons import STATES, refusal
from runtime.arguments import checked

EXAMPLES = (
    "wattline stop",
    "wattline stop cp_001",
)


def stop(
    typer_context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="CP|SESSION",
            parser=checked(identity),
            help="Its charge point, or its session's id (or the id's beginning). Default: the one that runs.",
        ),
    ] = None,
    wait_s: Annotated[float | None, wait_option("For the charge to end")] = None,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Stop your charge, wait for its end and show its receipt."""
    context = context_of(typer_context, as_json, api, driver)
    driver_id = context.driver_id()
    charge = endpoints.stop_charge(context.api, driver_id, _meant(context, driver_id, name))
    ended = until_final(context, driver_id, charge, wait_s or DEFAULT_WAIT_S)
    if ended.state == "completed":
        receipt = endpoints.receipt(context.api, driver_id, ended)
        context.result(receipt.raw, ReceiptTable(receipt, ended.fault))
    else:
        context.result(ended.raw, f"{ended.cp_id}: {refusal(ended.reason, ended.cp_id, ended.fault)}")


def _meant(context: Context, driver_id: str, name: str | None) -> Charge:
    running = endpoints.charges_of(context.api, driver_id, limit=SEARCHED, only_open=True)
    if name is not None:
        running = [each] if (each := named(context.api, driver_id, name, running)) else []
    running = running or _unanswered(context, driver_id, name)
    if not running:
        what = f"at or named {name}" if name else "of yours"
        text = f"nothing to stop: no charge {what} is running; `wattline history` shows what there was"
        raise Failure(ExitCode.REFUSED, "not_running", text)
    if len(running) > 1:
        places = ", ".join(f"`wattline stop {each.cp_id}`" for each in running)
        raise Failure(ExitCode.USAGE, "ambiguous", f"several charges of yours are open; say which: {places}")
    return running[0]


def _unanswered(context: Context, driver_id: str, name: str | None) -> list[Charge]:
    """This machine's requests that Wattline has received but not yet processed."""
    asked = [each for each in context.files.read().requests if each.driver_id == driver_id]
    meant = [each for each in asked if name in (None, each.cp_id, each.message_id)]
    known = [endpoints.charge_or_none(context.api, driver_id, each.message_id) for each in meant]
    if meant and not any(known):
        where = meant[0].cp_id
        text = (
            f"your request at {where} has no answer yet, and Wattline does not know it; "
            f"`wattline charge {where}` takes it up under the same id"
        )
        raise Failure(ExitCode.REFUSED, "unknown_request", text)
    return [each for each in known if each is not None and not each.final]


def until_final(context: Context, driver_id: str, charge: Charge, wait_s: float) -> Charge:
    """Raises Failure (UNAVAILABLE) where the charge has not ended within `wait_s`, however much is heard of it."""
    deadline_s = context.timing.monotonic_s() + wait_s
    stream = ChargeStream(context.api, charge.message_id, driver_id, idle_timeout_s=min(5.0, max(wait_s, 1.0)))
    updates = iter(()) if charge.final else stream.updates()
    try:
        for update in updates:
            if isinstance(update, Changed):
                charge = update.charge
            if context.timing.monotonic_s() > deadline_s:
                break
    except Refused as refused:
        raise endpoints.failure_of(refused, charge.cp_id) from None
    if not charge.final:
        text = (
            f"stop sent; still {STATES[charge.state]} at {charge.cp_id} after {wait_s:g} s. The stop is sent again "
            f"until the charge point has answered: `wattline charge {charge.cp_id}` follows it"
        )
        raise Failure(ExitCode.UNAVAILABLE, "not_confirmed", text)
    return charge
