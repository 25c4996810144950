"""`wattline-board`: its subcommands, and how it ends."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape

from board_cli.commands import calibrate, flash, install, provision, simulated, status
from board_cli.failures import Failure
from board_cli.output import tell
from runtime.exit_codes import INTERRUPTED_EXIT, NOT_DONE_EXIT, USAGE_EXIT

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


def _show_version(wanted: bool) -> None:
    if wanted:
        from runtime.program import version

        typer.echo(f"{PROGRAM} {version()}")
        raise typer.Exit


@cli.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Make a charge point of a Pico, a Pico W or an ESP32, and look at one.

    In this order: `install` (MicroPython), `provision` (what it is), `flash` (the firmware), `status`.
    """


def _help(function: Callable[..., Any], examples: Sequence[str]) -> str:
    """The docstring, unwrapped for the reader's terminal, and examples."""
    paragraphs = [" ".join(each.split()) for each in (function.__doc__ or "").split("\n\n")]
    listed = "\n".join(["[bold]Examples[/bold]", *(escape(f"  {each}") for each in examples)])
    return "\n\n".join([*(escape(each) for each in paragraphs), listed])


for _name, (_function, _examples) in COMMANDS.items():
    cli.command(_name, help=_help(_function, _examples))(_function)


def app(arguments: Sequence[str] | None = None) -> None:
    """The program `wattline-board`; ends with SystemExit."""
    sys.exit(_ended(list(sys.argv[1:] if arguments is None else arguments)))


def _ended(given: list[str]) -> int:
    """The exit code. What goes wrong is one line on stderr; only a mistake of ours is a traceback."""
    try:
        code = cli(given, prog_name=PROGRAM, standalone_mode=False)
    except Failure as failure:
        return _told(str(failure), NOT_DONE_EXIT)
    except typer.TyperException as error:
        return _told(_usage(error), USAGE_EXIT)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED_EXIT
    except BrokenPipeError:  # who read the output wants no more of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE_EXIT
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> str:
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else PROGRAM
    return f"{' '.join(error.format_message().split()).rstrip('.')}; `{command} --help` shows how"


def _told(text: str, code: int) -> int:
    tell(f"{PROGRAM}: {text}")
    return code


if __name__ == "__main__":
    app()
