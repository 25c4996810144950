"""What the tests ask of a bench, whatever stands behind it: a board with a car, and a scripted bridge at its line."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from hil_tests.benches.scripted_bridge import ScriptedBridge


class Truth(NamedTuple):
    """What the plant knows. `relay`: whether the contact is closed; `closures`: how often it ever closed."""

    relay: bool
    energy_wh: float
    closures: int


class ChargePointBench(Protocol):
    """`enough_wh`: as much as a test should wait for here. `judged_wh`: how far meter and plant may be apart."""

    bridge: ScriptedBridge
    enough_wh: float
    judged_wh: float

    def start(self, power_w: int) -> None:
        """The board has power and registers; the car draws so much while its relay is closed, and is plugged in."""
        ...

    def until(self, condition: Callable[[], object], within_s: float) -> None:
        """Lets the board run until it holds. An AssertionError after `within_s` of the board's time; where that is
        the world's, not before the usual deadline of tests.
        """
        ...

    def truth(self) -> Truth: ...

    def fault(self, name: str, on: bool) -> None: ...

    def cut_power(self) -> None: ...

    def reset(self) -> None: ...

    def cut_line(self) -> None: ...

    def close(self) -> None: ...
