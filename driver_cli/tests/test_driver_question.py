"""What Ctrl-C asks, and what the answers mean."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from rich.console import Console

from driver_cli.charge.question import Choice, stop_or_leave


def answering(*answers: str | type[BaseException]) -> Callable[[], str]:
    left: Iterator[str | type[BaseException]] = iter(answers)

    def read_line() -> str:
        answer = next(left)
        if isinstance(answer, str):
            return answer
        raise answer

    return read_line


@pytest.mark.parametrize(
    ("answers", "choice"),
    [
        (["s"], Choice.STOP),
        ([" STOP "], Choice.STOP),
        (["l"], Choice.LEAVE),
        (["leave"], Choice.LEAVE),
        ([""], Choice.LEAVE),
        (["what?", "yes", "s"], Choice.STOP),
        (["x", KeyboardInterrupt], Choice.LEAVE),
        ([KeyboardInterrupt], Choice.LEAVE),
        ([EOFError], Choice.LEAVE),
    ],
)
def test_answer(answers: Sequence[str | type[BaseException]], choice: Choice):
    console = Console(record=True, width=80)
    assert stop_or_leave(console, answering(*answers)) is choice
    asked = console.export_text().count("Stop the charge (s), or leave it running (l)? Enter is l:")
    assert asked == len(answers)
