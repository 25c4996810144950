"""Telling people what happened, and what was told to whom."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from central.operate import servers
from central.operate.options import AsJson, Command
from central.operate.settings_in_force import config_in_force
from runtime.arguments import checked

TITLE = "Notices"


def notify(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Forget what was told, and begin at the log's end; nothing old is told.")
    ] = False,
) -> None:
    """Read the log, and tell drivers and operators by mail, ntfy or Telegram what happened, until SIGTERM.

    It begins at the log's end at its first start, and later where it stopped, however it ended. Each delivery has a
    row; `deliveries` shows them.
    """
    raise typer.Exit(servers.notify(rebuild))


def _state() -> Callable[[str], str]:
    def parse(text: str) -> str:
        from central.store.notice_tables import STATES

        if text not in STATES:
            raise ValueError(f"must be one of {', '.join(STATES)}, not {text[:40]!a}")
        return text

    return checked(parse)


def deliveries(
    state: Annotated[
        str | None, typer.Option(metavar="STATE", parser=_state(), help="due, sent, failed or dropped alone.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was told to whom, the newest first: by which channel, whether it was sent, and why not."""
    from central.operate.deliveries import shown_deliveries
    from central.operate.output import print_json, print_table

    rows: list[dict[str, Any]] = shown_deliveries(config_in_force(), limit, state)
    if as_json:
        print_json(rows)
        return
    columns = ("at", "event", "cp_id", "person", "channel", "state", "tries", "why")
    print_table(columns, rows, "nothing was told yet")


COMMANDS = (
    Command("notify", notify, ("wattline-central notify", "wattline-central notify --rebuild")),
    Command("deliveries", deliveries, ("wattline-central deliveries", "wattline-central deliveries --state failed")),
)  # fmt: skip
