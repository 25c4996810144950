"""The processes of Central."""

from typing import Annotated

import typer

from central.operate.options import Command
from central.operate.settings_in_force import config_in_force

TITLE = "Processes"


def worker() -> None:
    """Fold the log into the database and send commands, until SIGTERM."""
    from central.worker.run import run_worker

    raise typer.Exit(run_worker(config_in_force()))


def api() -> None:
    """Serve the HTTP API, until SIGTERM."""
    from central.serving.serve import run_api

    raise typer.Exit(run_api(config_in_force()))


def insight(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Empty the figures first, and make them anew from the log's beginning.")
    ] = False,
) -> None:
    """Read the log into the figures, until SIGTERM; `insight show` shows them.

    What was read goes on where it stopped, however it ended. The figures have a database of their own, which can be
    deleted at any time: it is made again from the log.
    """
    if context.invoked_subcommand is not None:
        return
    from central.outbound.insight.run import run_insight

    raise typer.Exit(run_insight(config_in_force(), rebuild=rebuild))


COMMANDS = (
    Command("worker", worker, ("wattline-central worker", "BROKER_ADDRESS=127.0.0.1:9092 wattline-central worker")),
    Command("api", api, ("wattline-central api", "API_ADDRESS=127.0.0.1:8081 wattline-central api")),
    Command("insight", insight, ("wattline-central insight", "wattline-central insight --rebuild")),
)
