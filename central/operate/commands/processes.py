"""The processes of Central."""

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


COMMANDS = (
    Command("worker", worker, ("wattline-central worker", "BROKER_ADDRESS=127.0.0.1:9092 wattline-central worker")),
    Command("api", api, ("wattline-central api", "API_ADDRESS=127.0.0.1:8081 wattline-central api")),
)
