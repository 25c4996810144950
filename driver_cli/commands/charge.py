"""`wattline charge CP`."""

from typing import Annotated

import typer

from driver_cli.amounts import KWH, MINUTES, MONEY
from driver_cli.options import DEFAULT_WAIT_S, ApiUrl, AsJson, ChargePointId, DriverId, context_of, wait_option
from runtime.arguments import checked

EXAMPLES = (
    "wattline charge cp_001",
    "wattline charge cp_001 --kwh 12.5 --money 5",
    "wattline --json charge cp_001 --minutes 90 | tail -n 1 | jq .cost_minor",
)


def charge(
    typer_context: typer.Context,
    cp_id: ChargePointId,
    kwh: Annotated[
        int | None, typer.Option("--kwh", metavar="N", parser=checked(KWH.parse), help="End after so much energy.")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", metavar="N", parser=checked(MINUTES.parse), help="End after so long.")
    ] = None,
    money: Annotated[
        int | None, typer.Option("--money", metavar="N", parser=checked(MONEY.parse), help="End at this cost.")
    ] = None,
    wait_s: Annotated[float | None, wait_option("For the answer to your request")] = None,
    as_json: AsJson = False,
    api: ApiUrl = None,
    driver: DriverId = None,
) -> None:
    """Charge at a charge point and follow it to its receipt; or take up your charge that runs there.

    The price is shown first, and the charge is refused if it has risen meanwhile. The request's id is kept on this
    machine until Wattline has answered: after a lost connection or a crash, the same command asks again under the same
    id, and nothing is charged twice. Ctrl-C asks whether to stop the charge or to leave it running; where nobody can
    answer (a script, --json) it is left running.
    """
    from driver_cli.charge.run import ChargeRun  # the live panel: nothing that `--help` should wait for

    context = context_of(typer_context, as_json, api, driver)
    given = {"max_energy_wh": kwh, "max_duration_s": minutes, "max_cost_minor": money}
    limits = {name: value for name, value in given.items() if value is not None}
    ChargeRun(context, cp_id, limits, wait_s or DEFAULT_WAIT_S).carry_out()
