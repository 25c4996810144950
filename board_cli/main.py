"""`wattline-board`: its subcommands, and how it ends."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from board_cli.commands import calibrate, flash, install, provision, simulated, status
from board_cli.failures import Failure
from runtime.command_line import ended, help_of, version_option

PROGRAM = "wattline-board"

cli = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="None of it has met hardware yet: it was tried on MicroPython's unix port and on an emulated Pico.",
)

COMMANDS: dict[str, tuple[Callable[..., None], Sequence[str]]] = {
    "install": (install.install, install.EXAMPLES),
    "provision": (provision.provision, provision.EXAMPLES),
    "flash": (flash.flash, flash.EXAMPLES),
    "status": (status.status, status.STATUS_EXAMPLES),
    "calibrate": (calibrate.calibrate, calibrate.EXAMPLES),
    "log": (status.log, status.LOG_EXAMPLES),
    "sim": (simulated.sim, simulated.SIM_EXAMPLES),
    "fleet": (simulated.fleet, simulated.FLEET_EXAMPLES),
}


@cli.callback()
def options(_version: Annotated[bool, version_option(PROGRAM)] = False) -> None:
    """Make a charge point of a Pico, a Pico W or an ESP32, and look at one.

    In this order: `install` (MicroPython), `provision` (what it is), `flash` (the firmware), `status`.
    """


for _name, (_function, _examples) in COMMANDS.items():
    cli.command(_name, help=help_of(_function, _examples))(_function)


def app(arguments: Sequence[str] | None = None) -> None:
    """The program `wattline-board`; ends with SystemExit."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(ended(cli, given, PROGRAM, lambda error: str(error) if isinstance(error, Failure) else None))


if __name__ == "__main__":
    app()
