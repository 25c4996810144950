"""Charge points: what they are, and what is asked of them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from wire.kinds.fields import PRICE_MAX

from central.operate.amounts import current_ma, price_e4
from central.operate.options import AsJson, Command, PointId, Reason, wait_option
from central.operate.settings_in_force import config_in_force
from central.settings import CURRENCY
from runtime.arguments import checked

if TYPE_CHECKING:
    from central.store.database import Database
    from runtime.config import ConfigManager

TITLE = "Charge points"


def list_points(as_json: AsJson = False) -> None:
    """Show the charge points, with the faults and the sessions that are open and what somebody must decide."""
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table
    from central.views.overview import list_points as read_points

    config = config_in_force()
    with opened_database(config) as database, database.reader.connect() as connection:
        points = read_points(connection, config[CURRENCY])
    if as_json:
        print_json(points)
        return
    columns = (
        "cp_id", "status", "site", "location", "price_per_kwh", "vehicle", "power_w", "faults", "sessions",
        "last_connection_time", "to_decide",
    )  # fmt: skip
    rows = [
        {
            **point,
            "site": _site(point),
            "faults": ", ".join(point["faults"]),
            "sessions": ", ".join(point["sessions"]),
            "to_decide": "; ".join(_to_decide(point)),
        }
        for point in points
    ]
    print_table(columns, rows, "no charge point has registered yet")


def point(cp_id: PointId, as_json: AsJson = False) -> None:
    """Show one charge point: its link and boards, open sessions and whose they are, faults, alarms, what is held."""
    from central.operate.opened import opened_database

    config = config_in_force()
    with opened_database(config) as database:
        show(database, config, cp_id, None, as_json=as_json)


def stop(
    cp_id: PointId,
    wait_s: Annotated[
        float, wait_option("How long to wait for the end of a charge that runs; 1 is returned if it does not end.")
    ] = 0,
    reason: Reason = None,
) -> None:
    """Take a charge point out of service: a running charge ends, and starts are refused until `resume`.

    The request is carried out when this returns; a charge that runs ends once its charge point has heard of it, which
    takes seconds, or longer where it is away.
    """
    _request(cp_id, "stop", reason, wait_s=wait_s)


def resume(cp_id: PointId, reason: Reason = None) -> None:
    """Take a charge point into service again."""
    _request(cp_id, "resume", reason)


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
    reason: Reason = None,
) -> None:
    """Change the price per kWh. Charges that run keep the price they began with."""
    _request(cp_id, "price_change", reason, price_per_kwh=per_kwh_e4 / 10_000)


def limit(
    cp_id: PointId,
    current: Annotated[
        int | None,
        typer.Option(
            "--current-a",
            help="Ampere, at most what the board is provisioned for (rated_current_ma).",
            metavar="N",
            parser=checked(current_ma),
        ),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="No limit any more, but the board's own.")] = False,
    reason: Reason = None,
) -> None:
    """Bound the current of a charge point below what its board is provisioned for, or lift that bound.

    A car that draws more loses its charge to over-current. The board keeps the bound over a power cut; one that is away
    hears of it when it registers.
    """
    if (current is None) != lift:
        raise typer.BadParameter("say --current-a N or --lift, one of the two")
    _limit(cp_id, current, reason)


def reset(cp_id: PointId, reason: Reason = None) -> None:
    """Ask the board of a charge point to clear the faults that it latched. `clear-fault` clears one at Central."""
    _request(cp_id, "reset", reason)


def maintenance(
    cp_id: PointId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether this is meant.")] = False,
    reason: Reason = None,
) -> None:
    """Let the engine's board of a charge point wait for new firmware: a running charge ends, the relay stays open.

    Somebody must stand at the board: it is away until `wattline-board flash` has ended, also over a power cut.
    """
    question = None if yes else "maintenance of"
    done = "maintenance sent; `wattline-board flash` at the board ends it"
    _ask_once_meant(cp_id, "maintenance", reason, question, done)


def replace(cp_id: PointId, reason: Reason = None) -> None:
    """Let another board take the place of the one bound to a charge point: the next that registers.

    The old one goes on until then. After REPLACE_FOR_S it is over; `keep` takes it back before.
    """
    _request(cp_id, "replace", reason)


def keep(cp_id: PointId, reason: Reason = None) -> None:
    """Take `replace` back, as long as no other board has registered."""
    from central.actions import points
    from central.operate.opened import opened_operator

    config = config_in_force()
    with opened_operator(config, reason) as operator:
        points.keep(operator, cp_id)
        show(operator.database, config, cp_id, "keep done")


def remove(
    cp_id: PointId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether this is meant.")] = False,
    reason: Reason = None,
) -> None:
    """Remove a charge point that is gone: what ran there ends, no board is bound, and lists leave it out.

    Its sessions, receipts and meters stay. It is back once a board registers it.
    """
    question = None if yes else "remove"
    _ask_once_meant(cp_id, "remove", reason, question, "removed; it is back once a board registers it")


def show(
    database: "Database", config: "ConfigManager", cp_id: str, done: str | None, *, as_json: bool = False
) -> None:
    """One line where something was `done`, else all about the charge point. Raises NotDone where it is not known."""
    from central.actions.points import check_known
    from central.operate.output import print_json, say
    from central.views.overview import read_point

    with database.reader.connect() as connection:
        check_known(connection, cp_id)
        found = read_point(connection, config[CURRENCY], cp_id)
    assert found is not None
    if as_json:
        print_json(found)
    elif done is None:
        _print_point(found)
    else:
        price_text = f"{found['price_per_kwh']} {found['currency']}/kWh"
        say("; ".join([f"{cp_id}: {done}", f"{found['status']}, {price_text}", *_to_decide(found)]))


def _limit(cp_id: str, limit_ma: int | None, reason: str | None) -> None:
    from central.actions import points
    from central.operate.opened import opened_operator

    config = config_in_force()
    with opened_operator(config, reason) as operator:
        points.limit(operator, cp_id, limit_ma)
        show(operator.database, config, cp_id, "limit lifted" if limit_ma is None else f"limit {limit_ma / 1_000:g} A")


def _request(cp_id: str, action: str, reason: str | None, *, wait_s: float = 0, **fields: object) -> None:
    from central.actions import points
    from central.actions.refusal import NotDone
    from central.operate.opened import opened_operator
    from central.operate.output import say

    config = config_in_force()
    with opened_operator(config, reason) as operator:
        points.ask(operator, cp_id, action, **fields)
        running = points.wait_for_end(operator, cp_id, wait_s) if action == "stop" else None
        if running is None:
            show(operator.database, config, cp_id, f"{action} done")
            return
    text = f"{cp_id}: stop sent; still charging (session {running})"
    if wait_s:
        raise NotDone(f"{text}, {wait_s:g} s later; wattline-central end-session {running} ends it in the books")
    say(text)


def _ask_once_meant(cp_id: str, action: str, reason: str | None, question: str | None, done: str) -> None:
    """`question`: how the action is called where the operator is asked whether it is meant; None: it is."""
    from central.actions import points
    from central.operate.opened import opened_operator
    from central.operate.output import say

    config = config_in_force()
    with opened_operator(config, reason) as operator:
        if question is not None:
            _confirm(operator.database, config, cp_id, question)
        points.ask(operator, cp_id, action)
    say(f"{cp_id}: {done}")


def _confirm(database: "Database", config: "ConfigManager", cp_id: str, action: str) -> None:
    """Raises NotDone where the operator does not mean it, or cannot be asked."""
    import sys

    from central.actions.points import check_known
    from central.actions.refusal import NotDone
    from central.operate.output import clean
    from central.views.overview import read_point

    with database.reader.connect() as connection:
        check_known(connection, cp_id)
        found = read_point(connection, config[CURRENCY], cp_id)
    assert found is not None
    charges = [f"the charge of {_driver(each)} ({_kwh(each)} so far)" for each in found["sessions"]]
    what = f"{action} {cp_id} ({found['location'] or 'no location'}, {found['status']})"
    what += f": ends {', '.join(charges)}" if charges else ": nobody charges there"
    if not sys.stdin.isatty():
        raise NotDone(f"{clean(what)}; say --yes if this is meant")
    if not typer.confirm(f"{clean(what)}. Is that meant?", err=True):
        raise NotDone(f"{cp_id}: nothing was asked")


def _print_point(found: dict[str, Any]) -> None:
    from central.operate.output import print_table, say

    tables = {
        "sessions": ("session_id", "driver_id", "driver_name", "status", "since", "energy_wh", "driver_is_free"),
        "open_faults": ("fault", "since", "info"),
        "alarms": ("at", "alarm", "text"),
        "requests": ("at", "action", "told", "reason", "by"),
    }
    told = {**found, "site": _site(found)}
    facts = [{"what": name.replace("_", " "), "is": value} for name, value in told.items() if name not in tables]
    print_table(("what", "is"), [each for each in facts if each["what"] != "faults"])
    for name, columns in tables.items():
        say("")
        print_table(columns, found[name], f"no {name.replace('_', ' ')}")


def _to_decide(point: dict[str, Any]) -> list[str]:
    """What somebody said or must say about a charge point, in words."""
    told: list[str] = []
    if point["replaceable_until"]:
        told.append(f"another board may take its place until {point['replaceable_until']}")
    if point["held_wh"]:
        told.append(f"{point['held_wh']:,} Wh held")
    return told


def _site(point: dict[str, Any]) -> str:
    return point["site"]["name"] if point["site"] else ""


def _driver(session: dict[str, Any]) -> str:
    return session["driver_name"] or session["driver_id"]


def _kwh(session: dict[str, Any]) -> str:
    return f"{session['energy_wh'] / 1_000:.1f} kWh"


COMMANDS = (
    Command("list", list_points, ("wattline-central list", "wattline-central list --json")),
    Command("point", point, ("wattline-central point cp_001", "wattline-central point cp_001 --json")),
    Command(
        "stop", stop,
        ("wattline-central stop cp_001 --reason 'cable cut'", "wattline-central stop cp_001 --wait 30"),
    ),
    Command("resume", resume, ("wattline-central resume cp_001",)),
    Command("price", price, ("wattline-central price cp_001 0.32",)),
    Command("limit", limit, ("wattline-central limit cp_001 --current-a 10", "wattline-central limit cp_001 --lift")),
    Command("reset", reset, ("wattline-central reset cp_001",)),
    Command("maintenance", maintenance, ("wattline-central maintenance cp_001",)),
    Command("replace", replace, ("wattline-central replace cp_001",)),
    Command("keep", keep, ("wattline-central keep cp_001",)),
    Command("remove", remove, ("wattline-central remove cp_001", "wattline-central remove cp_001 --yes")),
)  # fmt: skip
