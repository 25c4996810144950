"""`wattline stop [CP|SESSION]`."""

from typing import Annotated

import typer

from driver_cli.api import charges
from driver_cli.api.answers import Charge
from driver_cli.api.client import Refused
from driver_cli.api.stream import Changed, Follower
from driver_cli.context import Run
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import DEFAULT_WAIT_S, ApiUrl, AsJson, DriverId, checked, identity, run_of, wait_option
from driver_cli.words.reasons import refusal
from driver_cli.words.tables import receipt_table

EXAMPLES = (
    "wattline stop",
    "wattline stop cp_001",
)


def stop(
    context: typer.Context,
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
    """Stop your charge and show its receipt."""
    run = run_of(context, as_json, api, driver)
    driver_id = run.driver_id()
    charge = charges.stop(run.api, driver_id, _meant(run, driver_id, name))
    ended = until_final(run, driver_id, charge, wait_s or DEFAULT_WAIT_S)
    if ended.state == "completed":
        receipt = charges.receipt(run.api, driver_id, ended)
        run.result(receipt.raw, receipt_table(receipt))
    else:
        run.result(ended.raw, f"{ended.cp_id}: {refusal(ended.reason, ended.cp_id)}")


def _meant(run: Run, driver_id: str, name: str | None) -> Charge:
    running = charges.of_driver(run.api, driver_id, limit=charges.SEARCHED, only_open=True)
    if name is not None:
        running = [each] if (each := charges.named(run.api, driver_id, name, running)) else []
    running = running or _unanswered(run, driver_id, name)
    if not running:
        what = f"at or named {name}" if name else "of yours"
        text = f"nothing to stop: no charge {what} is running; `wattline history` shows what there was"
        raise Failure(ExitCode.REFUSED, "not_running", text)
    if len(running) > 1:
        places = ", ".join(f"`wattline stop {each.cp_id}`" for each in running)
        raise Failure(ExitCode.USAGE, "ambiguous", f"several charges of yours are open; say which: {places}")
    return running[0]


def _unanswered(run: Run, driver_id: str, name: str | None) -> list[Charge]:
    """Requests of this machine that Wattline knows, though no table has them yet."""
    asked = [each for each in run.files.read().requests if each.driver_id == driver_id]
    meant = [each for each in asked if name in (None, each.cp_id, each.message_id)]
    known = [charges.by_id_or_none(run.api, driver_id, each.message_id) for each in meant]
    if meant and not any(known):
        where = meant[0].cp_id
        text = (
            f"your request at {where} has no answer yet, and Wattline does not know it; "
            f"`wattline charge {where}` takes it up under the same id"
        )
        raise Failure(ExitCode.REFUSED, "unknown_request", text)
    return [each for each in known if each is not None and not each.final]


def until_final(run: Run, driver_id: str, charge: Charge, wait_s: float) -> Charge:
    """Raises Failure (UNAVAILABLE) where the charge has not ended within `wait_s`, however much is heard of it."""
    deadline_s = run.timing.monotonic_s() + wait_s
    follower = Follower(run.api, charge.message_id, driver_id, idle_timeout_s=min(5.0, max(wait_s, 1.0)))
    updates = iter(()) if charge.final else follower.updates()
    try:
        for update in updates:
            if isinstance(update, Changed):
                charge = update.charge
            if run.timing.monotonic_s() > deadline_s:
                break
    except Refused as refused:
        raise charges.failure_of(refused, charge.cp_id) from None
    if not charge.final:
        text = (
            f"your stop is noted, but {charge.cp_id} has not answered within {wait_s:g} s; it is told again until it "
            f"does: `wattline charge {charge.cp_id}` follows it"
        )
        raise Failure(ExitCode.UNAVAILABLE, "not_confirmed", text)
    return charge
