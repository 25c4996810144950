"""What Ctrl-C asks while a charge is being followed."""

from collections.abc import Callable
from enum import Enum

from rich.console import Console

from driver_cli.charge.keyboard import read_line


class Choice(Enum):
    STOP = "s"
    LEAVE = "l"


_QUESTION = "Stop the charge ([bold]s[/bold]), or leave it running ([bold]l[/bold])? Enter is l: "
_ANSWERS = {"s": Choice.STOP, "stop": Choice.STOP, "l": Choice.LEAVE, "leave": Choice.LEAVE, "": Choice.LEAVE}


def stop_or_leave(console: Console, read_line: Callable[[], str] = read_line) -> Choice:
    """Asks until the answer is one; a second Ctrl-C and the end of input leave the charge running."""
    try:
        while True:
            console.print(_QUESTION, end="", highlight=False)
            answer = _ANSWERS.get(read_line().strip().lower())
            if answer is not None:
                return answer
    except (KeyboardInterrupt, EOFError):
        console.print()
        return Choice.LEAVE
