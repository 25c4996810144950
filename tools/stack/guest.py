"""A charge point that the stack does not make itself: it comes with a board of its own at a serial port."""

from typing import Protocol


class Guest(Protocol):
    """`serial_port`: where the bridge finds it. Whoever made it ends it."""

    @property
    def serial_port(self) -> str: ...

    def start(self) -> None: ...
