"""`wattline`, the drivers' command: its options, its subcommands, and how it ends."""

import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from driver_cli import exit_codes
from driver_cli.commands import charge, history, login, own_data, points, receipt, register, stop
from driver_cli.context import Options
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.options import DEFAULT_API, api_url, identity
from driver_cli.words.printable import as_json, clean
from runtime.arguments import checked
from runtime.command_line import help_of, usage_text, version_option

PROGRAM = "wattline"
COMPLETION = "_WATTLINE_COMPLETE"  # set by the shell that asks what a word could be completed to

cli = typer.Typer(
    name=PROGRAM,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def options(
    typer_context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON (charge: one line a state).")] = False,
    api: Annotated[
        str,
        typer.Option("--api", envvar="WATTLINE_API", metavar="URL", parser=checked(api_url), help="Wattline's address"),
    ] = DEFAULT_API,
    driver: Annotated[
        str | None,
        typer.Option(
            "--driver",
            envvar="WATTLINE_DRIVER",
            metavar="ID",
            parser=checked(identity),
            help="Be this driver instead of the one registered here.",
        ),
    ] = None,
    _version: Annotated[bool, version_option(PROGRAM)] = False,
) -> None:
    """Charge your car at Wattline's charge points.

    The options below may also stand after a command's name. Who you are, and requests without an answer, are kept in
    $XDG_CONFIG_HOME/wattline or ~/.config/wattline.
    """
    typer_context.obj = Options(as_json, api, driver)
    if typer_context.invoked_subcommand is None:
        typer.echo(typer_context.get_help())


_EXIT_CODES = "\n".join(
    ["[bold]Exit codes[/bold]", *(f"{code:>5}  {text}" for code, text in exit_codes.MEANINGS.items())]
)
_EXAMPLES = ("wattline register Ana", "wattline list", "wattline charge cp_001 --kwh 10")
cli.callback(invoke_without_command=True, help=help_of(options, _EXAMPLES, after=_EXIT_CODES))(options)

_COMMANDS: dict[str, tuple[Callable[..., None], Sequence[str]]] = {
    "register": (register.register, register.EXAMPLES),
    "login": (login.login, login.LOGIN_EXAMPLES),
    "logout": (login.logout, login.LOGOUT_EXAMPLES),
    "export": (own_data.export, own_data.EXPORT_EXAMPLES),
    "erase": (own_data.erase, own_data.ERASE_EXAMPLES),
    "list": (points.points, points.EXAMPLES),
    "charge": (charge.charge, charge.EXAMPLES),
    "stop": (stop.stop, stop.EXAMPLES),
    "receipt": (receipt.receipt, receipt.EXAMPLES),
    "history": (history.history, history.EXAMPLES),
}
for _name, (_function, _examples) in _COMMANDS.items():
    cli.command(_name, help=help_of(_function, _examples))(_function)


def app(arguments: Sequence[str] | None = None) -> None:
    """The program `wattline`; ends with SystemExit."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A name with characters that this terminal's encoding lacks must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(_ended(given))


def _ended(given: list[str]) -> int:
    try:
        code = cli(given, prog_name=PROGRAM, standalone_mode=False)
    except Failure as failure:
        return _told(failure, given)
    except typer.TyperException as error:
        return _told(Failure(ExitCode.USAGE, "usage", usage_text(error, PROGRAM)), given)
    except (KeyboardInterrupt, typer.Abort):
        return _told(_interrupted(), given)
    except SystemExit as end:  # by which Typer ends what is about completion, and answers a broken pipe
        return ExitCode.OUTPUT if end.code and COMPLETION not in os.environ else ExitCode.OK
    except OSError as error:
        return _told(_unwritten(error), given)
    except Exception as error:  # noqa: BLE001  # whatever it is, a driver gets one line and no traceback
        return _told(_defect(error), given)
    if code == ExitCode.INTERRUPTED:
        return _told(_interrupted(), given)
    return code if isinstance(code, int) else ExitCode.OK


def _interrupted() -> Failure:
    return Failure(ExitCode.INTERRUPTED, "interrupted", "interrupted")


def _unwritten(error: OSError) -> Failure:
    # What is still in the buffer would fail again when the program ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    text = f"the output cannot be written ({error.strerror}); what was done before stays done"
    return Failure(ExitCode.OUTPUT, "output", text)


def _defect(error: Exception) -> Failure:
    if os.environ.get("WATTLINE_DEBUG"):
        traceback.print_exception(error)
    text = f"this is a defect of wattline ({type(error).__name__}: {error}); WATTLINE_DEBUG=1 shows where"
    return Failure(ExitCode.DEFECT, "defect", " ".join(text.split()))


def _told(failure: Failure, given: Sequence[str]) -> int:
    """One line on stderr; with --json also a document on stdout."""
    print(f"wattline: {clean(failure.text)}", file=sys.stderr)
    if "--json" in given:
        document = {"error": {"code": failure.code, "message": failure.text, "exit_code": int(failure.exit_code)}}
        print(as_json(document))
    return failure.exit_code


if __name__ == "__main__":
    app()
