"""`wattline-central`: the processes of Central, and the operator's commands."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from central.operate.commands import drivers, failures, points, processes, stuck, system
from central.operate.options import PROGRAM, Command
from runtime.exit_codes import INTERRUPTED_EXIT, NOT_DONE_EXIT, USAGE_EXIT

GROUPS = (processes, points, drivers, stuck, failures, system)

cli = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings come from the environment or .env; docs/settings.md lists them, `wattline-central config` shows "
    "them. docs/wattline-central.md describes every command.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from runtime.program import version

        typer.echo(f"{PROGRAM} {version()}")
        raise typer.Exit


@cli.callback()
def _options(
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Central: turns the log into sessions and money, serves drivers, obeys the operator."""


def _help(command: Command) -> str:
    """The docstring, unwrapped for the reader's terminal."""
    return "\n\n".join(" ".join(each.split()) for each in (command.function.__doc__ or "").split("\n\n"))


def _epilog(command: Command) -> str:
    return "\n".join(["[bold]Examples[/bold]", *(f"  {example}" for example in command.examples)])


def _enter_all() -> None:
    """A command that others stand below is a command by itself too: `held` lists, `held accept` does something."""
    commands = [(command, group.TITLE) for group in GROUPS for command in group.COMMANDS]
    parents = {"": cli, **{name: typer.Typer() for command, _ in commands if (name := command.name.rpartition(" ")[0])}}
    for command, title in commands:
        parent, _, name = command.name.rpartition(" ")
        shown: dict[str, Any] = {"help": _help(command), "epilog": _epilog(command)}
        if not parent:
            shown["rich_help_panel"] = title
        if command.name in parents:
            below = parents[command.name]
            below.callback(invoke_without_command=True)(command.function)
            cli.add_typer(below, name=name, **shown)
        else:
            parents[parent].command(name, **shown)(command.function)


_enter_all()


def app(arguments: Sequence[str] | None = None) -> None:
    """The program `wattline-central`; ends with SystemExit."""
    sys.exit(_ended(list(sys.argv[1:] if arguments is None else arguments)))


def _ended(given: list[str]) -> int:
    """The exit code. What goes wrong is one line on stderr; only a mistake of ours is a traceback."""
    try:
        code = cli(given, prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        return _told(_usage(error), USAGE_EXIT)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED_EXIT
    except BrokenPipeError:  # who read the output wants no more of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE_EXIT
    except Exception as error:
        from central.operate.failures import text_of

        text = text_of(error)
        if text is None:
            raise
        return _told(text, NOT_DONE_EXIT)
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> str:
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else PROGRAM
    return f"{' '.join(error.format_message().split()).rstrip('.')}; `{command} --help` shows how"


def _told(text: str, code: int) -> int:
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    sys.stderr.write(f"{PROGRAM}: {shown}\n")
    return code


if __name__ == "__main__":
    app()
