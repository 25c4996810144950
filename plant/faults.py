"""The faults that can be switched on and off at a plant, by name."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from plant.car import Car
from plant.relay import Relay
from plant.sensor import Sensor
from plant.thermal import Thermal

OVER_DRAW = 1.3  # past (limit + 0.5 A) * 1.1, and still within the sensor's range at 32 A


class Breakable(Protocol):
    """The parts of a world that can fail. `stalled`: the board gets no sample windows."""

    relay: Relay
    sensor: Sensor
    car: Car
    thermal: Thermal
    stalled: bool


class Fault(NamedTuple):
    says: str
    switch: Callable[[Breakable, bool], None]


def _weld(world: Breakable, on: bool) -> None:
    world.relay.welded = on


def _stuck_open(world: Breakable, on: bool) -> None:
    world.relay.stuck_open = on


def _sensor_dead(world: Breakable, on: bool) -> None:
    world.sensor.dead = on


def _over_current(world: Breakable, on: bool) -> None:
    world.car.over_draw = OVER_DRAW if on else 1.0


def _over_temperature(world: Breakable, on: bool) -> None:
    world.thermal.loose_terminal = on


def _unplugged(world: Breakable, on: bool) -> None:
    (world.car.unplug if on else world.car.plug)()


def _sample_stall(world: Breakable, on: bool) -> None:
    world.stalled = on


FAULTS = {
    "weld": Fault("the relay's contact stays closed once it is", _weld),
    "stuck_open": Fault("the relay's contact does not close", _stuck_open),
    "sensor_dead": Fault("the current sensor has lost its supply", _sensor_dead),
    "over_current": Fault("the car draws 1.3 times what it should", _over_current),
    "over_temperature": Fault("a loose terminal heats the relay by 60 degrees", _over_temperature),
    "unplugged": Fault("the car is pulled out", _unplugged),
    "sample_stall": Fault("the board gets no more sample windows", _sample_stall),
}
