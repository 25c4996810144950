"""What shows a charge while it is followed: a panel on a terminal, lines elsewhere."""

from typing import Protocol, Self

from driver_cli.api.answers import Charge


class Display(Protocol):
    """A context: entered when following begins, left when it ends or asks a question."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def show(self, charge: Charge) -> None: ...

    def trouble(self, text: str) -> None: ...
