"""What waits for somebody's decision: sessions that nobody ends, faults that nobody clears, energy that is held."""

from typing import Any

import typer

from central.operate.options import AsJson, Command, FaultName, PointId, Reason, SessionId
from central.operate.settings_in_force import config_in_force

MOST_HELD = 1_000  # sessions shown
TITLE = "When something is stuck"


def end_session(session_id: SessionId, reason: Reason = None, as_json: AsJson = False) -> None:
    """End a session in the books, without waiting for its charge point: it is billed up to its last sound reading.

    Its driver may charge elsewhere, and the charge point takes the next one. A board that still runs it is told to
    stop; what it tells of the charge later becomes a correction, with a ticket of its own.
    """
    from central.actions import sessions
    from central.operate.opened import opened_operator
    from central.operate.output import print_json, say

    with opened_operator(config_in_force(), reason) as operator:
        ended = sessions.end_session(operator, session_id)
    if as_json:
        print_json(ended)
        return
    say(f"session {session_id}: {ended['status']}, {_billed(ended)}; {ended['driver_id']} may charge again")


def clear_fault(cp_id: PointId, fault: FaultName, reason: Reason = None, as_json: AsJson = False) -> None:
    """Clear a fault at Central whose board will not: it is gone, or its recovery was lost.

    Look at the charge point first: a board that still has the fault goes on refusing to charge. `reset` asks the board
    itself to clear what it latched.
    """
    from central.actions.points import clear_fault as clear
    from central.operate.commands.points import show
    from central.operate.opened import opened_operator

    config = config_in_force()
    with opened_operator(config, reason) as operator:
        clear(operator, cp_id, fault)
        show(operator.database, config, cp_id, f"{fault} cleared", as_json=as_json)


def held(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the energy that is held: a meter told it, but it is more than can have flowed, so nobody is billed for it.

    `held accept SESSION` bills it, `held drop SESSION` does not.
    """
    if context.invoked_subcommand is not None:
        return
    from central.operate.opened import opened_database
    from central.operate.output import print_json, print_table
    from central.settings import PLANT_SPEED
    from central.views.held import list_held

    config = config_in_force()
    with opened_database(config) as database, database.reader.connect() as connection:
        sessions = list_held(connection, config[PLANT_SPEED], MOST_HELD).rows
    if as_json:
        print_json(sessions)
        return
    columns = ("session_id", "cp_id", "driver", "held_wh", "billed_wh", "cost_if_accepted", "ended_at", "why")
    rows = [
        {
            **each,
            "driver": each["driver_name"] or each["driver_id"],
            "cost_if_accepted": f"{each['cost_if_accepted']} {each['currency']}",
        }
        for each in sessions
    ]
    print_table(columns, rows, "nothing is held")


def accept(session_id: SessionId, reason: Reason = None, as_json: AsJson = False) -> None:
    """Bill what is held of a session, within what its driver ordered. The driver gets a ticket of it."""
    from central.actions import sessions
    from central.operate.opened import opened_operator
    from central.operate.output import print_json, say

    with opened_operator(config_in_force(), reason) as operator:
        held_wh = sessions.read_session(operator, session_id)["held_wh"]
        row = sessions.accept_held(operator, session_id)
    if as_json:
        print_json(row)
        return
    say(f"session {session_id}: {held_wh:,} Wh accepted; {_billed(row)}")


def drop(session_id: SessionId, reason: Reason = None, as_json: AsJson = False) -> None:
    """Bill nobody for what is held of a session. It stays with the session, as unbilled."""
    from central.actions import sessions
    from central.operate.opened import opened_operator
    from central.operate.output import print_json, say

    with opened_operator(config_in_force(), reason) as operator:
        held_wh = sessions.read_session(operator, session_id)["held_wh"]
        row = sessions.drop_held(operator, session_id)
    if as_json:
        print_json(row)
        return
    say(f"session {session_id}: {held_wh:,} Wh dropped; {_billed(row)}")


def _billed(row: dict[str, Any]) -> str:
    from central.money.formats import money

    if row["energy_wh"] is None:
        return "nothing billed"
    parts = [f"{row['energy_wh']:,} Wh billed for {money(row['cost_minor'])} in {row['tickets']} ticket(s)"]
    if row["unbilled_wh"]:
        parts.append(f"{row['unbilled_wh']:,} Wh unbilled")
    if row["held_wh"]:
        parts.append(f"{row['held_wh']:,} Wh held")
    return ", ".join(parts)


COMMANDS = (
    Command(
        "end-session",
        end_session,
        ("wattline-central list", "wattline-central end-session 0b6c2f1e-8a52-5d0c-9a53-3f1f4c1d2e77"),
    ),
    Command("clear-fault", clear_fault, ("wattline-central clear-fault cp_001 duplicate_id",)),
    Command("held", held, ("wattline-central held", "wattline-central held --json")),
    Command("held accept", accept, ("wattline-central held accept 0b6c2f1e-8a52-5d0c-9a53-3f1f4c1d2e77",)),
    Command("held drop", drop, ("wattline-central held drop 0b6c2f1e-8a52-5d0c-9a53-3f1f4c1d2e77",)),
)
