"""Charge points in people's homes."""

from typing import Annotated

import typer

from central.operate import servers
from central.operate.options import Command

TITLE = "Homes"


def homes(
    forget: Annotated[
        bool, typer.Option("--forget", help="Take back all that the broker holds of charge points, and end.")
    ] = False,
) -> None:
    """Show charge points in Home Assistant, by way of the MQTT broker of MQTT_ADDRESS, until SIGTERM.

    HOME_ASSISTANT_PREFIX turns it on. What the broker holds of charge points that were removed is taken back. To turn
    it off: end it, let it --forget, and unset the prefix.
    """
    raise typer.Exit(servers.forget_homes() if forget else servers.homes())


COMMANDS = (Command("homes", homes, ("wattline-central homes", "wattline-central homes --forget")),)
