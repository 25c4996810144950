"""Charge points in people's homes."""

import typer

from central.operate import servers
from central.operate.options import Command

TITLE = "Homes"


def homes() -> None:
    """Show charge points in Home Assistant, by way of the MQTT broker of MQTT_ADDRESS, until SIGTERM.

    HOME_ASSISTANT_PREFIX turns it on. What the broker holds of charge points that were removed is taken back.
    """
    raise typer.Exit(servers.homes())


COMMANDS = (Command("homes", homes, ("wattline-central homes",)),)
