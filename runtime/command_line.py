"""What the programs with subcommands share: their help, their version, and how they end."""

import gc
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from rich.markup import escape

from runtime.exit_codes import INTERRUPTED_EXIT, NOT_DONE_EXIT, USAGE_EXIT

# How many new objects make Python look for cycles. At its 700 it looks through all that libraries bring while they are
# loaded, again and again: a sixth of the time in which a server starts.
GARBAGE_AFTER = 10_000


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
    """Runs it; the exit code. `text_of`: the one line of what went wrong; None: a mistake of ours, and a traceback."""
    gc.set_threshold(GARBAGE_AFTER)
    try:
        code = cli(list(given), prog_name=program, standalone_mode=False)
    except typer.TyperException as error:
        return told(program, usage_text(error, program), USAGE_EXIT)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED_EXIT
    except BrokenPipeError:  # who read the output wants no more of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE_EXIT
    except Exception as error:
        text = text_of(error)
        if text is None:
            raise
        return told(program, text, NOT_DONE_EXIT)
    return code if isinstance(code, int) else 0


def told(program: str, text: str, code: int) -> int:
    """On stderr; what others said in it cannot steer a terminal."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    sys.stderr.write(f"{program}: {shown}\n")
    return code
