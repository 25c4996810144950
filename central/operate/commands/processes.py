"""The processes of Central."""

import typer

from central.operate import servers
from central.operate.options import Command

TITLE = "Processes"


def worker() -> None:
    """Fold the log into the database and send commands, until SIGTERM."""
    raise typer.Exit(servers.worker())


def api() -> None:
    """Serve the HTTP API, until SIGTERM."""
    raise typer.Exit(servers.api())


COMMANDS = (
    Command("worker", worker, ("wattline-central worker", "BROKER_ADDRESS=127.0.0.1:9092 wattline-central worker")),
    Command("api", api, ("wattline-central api", "API_ADDRESS=127.0.0.1:8081 wattline-central api")),
)
