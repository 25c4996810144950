"""A plant as slow as the real world, for what a test must see before a charge reaches its limit."""

from collections.abc import Generator
from contextlib import contextmanager

from hil_tests.whole_line import SPEED
from tools.stack.stack import Stack


@contextmanager
def in_slow_motion(stack: Stack, cp_id: str) -> Generator[None]:
    """Inside, 0.1 kWh at 6 kW takes a minute; after it, a second."""
    plant = stack.charge_points[cp_id].plant
    plant.ask(do="speed", speed=1)
    try:
        yield
    finally:
        plant.ask(do="speed", speed=SPEED)
