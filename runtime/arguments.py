"""What is typed on a command line, and how a bad value is told."""

from collections.abc import Callable
from typing import TypeVar

import typer

T = TypeVar("T")


def checked(parse: Callable[[str], T]) -> Callable[[str], T]:
    """A parser for Typer: what the ValueError of `parse` says becomes the usage error of its option."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parsed
