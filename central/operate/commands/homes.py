"""Charge points in people's homes."""

import typer

from central.operate.options import Command
from central.operate.settings_in_force import config_in_force

TITLE = "Homes"


def homes() -> None:
    """Show charge points in Home Assistant, by way of the MQTT broker of MQTT_ADDRESS, until SIGTERM.

    HOME_ASSISTANT_PREFIX turns it on. What the broker holds of charge points that were removed is taken back.
    """
    from central.outbound.homes.run import run_homes

    raise typer.Exit(run_homes(config_in_force()))


COMMANDS = (Command("homes", homes, ("wattline-central homes",)),)
