"""The help of a command: its docstring, unwrapped for the reader's terminal, and examples."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.markup import escape


def help_of(function: Callable[..., Any], examples: Sequence[str], *, after: str = "") -> str:
    """For Typer's rich mode, which keeps the line ends inside a paragraph."""
    paragraphs = [" ".join(each.split()) for each in (function.__doc__ or "").split("\n\n")]
    listed = "\n".join(["[bold]Examples[/bold]", *(escape(f"  {each}") for each in examples)])
    return "\n\n".join([*(escape(each) for each in paragraphs), listed, *([after] if after else [])])
