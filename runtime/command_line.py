"""What the programs with subcommands share: their help, their version, and how they end."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import typer
from rich.markup import escape

from runtime.ending import ended_by, told
from runtime.exit_codes import INTERRUPTED_EXIT, USAGE_EXIT


def docstring_of(function: Callable[..., Any]) -> str:
    """Its docstring, each paragraph on one line: Typer's rich mode keeps line ends, and wraps for the terminal."""
    paragraphs = (inspect.getdoc(function) or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def examples_of(examples: Sequence[str]) -> str:
    return "\n".join(["[bold]Examples[/bold]", *(escape(f"  {each}") for each in examples)])


def help_of(function: Callable[..., Any], examples: Sequence[str], *, after: str = "") -> str:
    """Of a command: docstring, examples, and what else is to be said."""
    return "\n\n".join([escape(docstring_of(function)), examples_of(examples), *([after] if after else [])])


def version_option(program: str) -> Any:
    """`--version`."""

    def show(wanted: bool) -> None:
        if wanted:
            from runtime.program import version

            typer.echo(f"{program} {version()}")
            raise typer.Exit

    return typer.Option("--version", help="Show the version.", is_eager=True, callback=show)


def usage_text(error: typer.TyperException, program: str) -> str:
    """One line: what was wrong, and where help is."""
    context: typer.Context | None = getattr(error, "ctx", None)
    command = context.command_path if context else program
    return f"{' '.join(error.format_message().split()).rstrip('.')}; `{command} --help` shows how"


def ended(
    cli: typer.Typer, given: Sequence[str], program: str, text_of: Callable[[Exception], str | None]
) -> int:
    """Runs it; the exit code, as ended_by has it."""

    def run() -> object:
        try:
            return cli(list(given), prog_name=program, standalone_mode=False)
        except typer.TyperException as error:
            return told(program, usage_text(error, program), USAGE_EXIT)
        except typer.Abort:
            return INTERRUPTED_EXIT

    return ended_by(run, program, text_of)
