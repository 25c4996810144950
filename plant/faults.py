"""The faults that can be switched on and off at a plant, by name."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from plant.car import Car
from plant.relay import Relay
from plant.sensor import Sensor
from plant.thermal import Thermal

RCM_TRIP, EMERGENCY_STOP = "rcm_trip", "emergency_stop"  # inputs of the board too
FAR_OVER_DRAW = 1.9  # past 1.5 times the limit, where the car draws most of that
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


def _over_current_fast(world: Breakable, on: bool) -> None:
    world.car.over_draw = FAR_OVER_DRAW if on else 1.0


def _over_temperature(world: Breakable, on: bool) -> None:
    world.thermal.loose_terminal = on


def _unplugged(world: Breakable, on: bool) -> None:
    (world.car.unplug if on else world.car.plug)()


def _sample_stall(world: Breakable, on: bool) -> None:
    world.stalled = on


def _clamp_backwards(world: Breakable, on: bool) -> None:
    world.sensor.backwards = on


def _clamp_off(world: Breakable, on: bool) -> None:
    world.sensor.clamp_off = on


def _voltage_dead(world: Breakable, on: bool) -> None:
    world.sensor.voltage_dead = on


def _driver_stuck_on(world: Breakable, on: bool) -> None:
    world.relay.driver_stuck = True if on else None


def _driver_stuck_off(world: Breakable, on: bool) -> None:
    world.relay.driver_stuck = False if on else None


def _break_coil(world: Breakable, by: str, on: bool) -> None:
    (world.relay.broken_by.add if on else world.relay.broken_by.discard)(by)


def _rcm_trip(world: Breakable, on: bool) -> None:
    _break_coil(world, RCM_TRIP, on)


def _emergency_stop(world: Breakable, on: bool) -> None:
    _break_coil(world, EMERGENCY_STOP, on)


FAULTS = {
    "weld": Fault("the relay's contact stays closed once it is", _weld),
    "stuck_open": Fault("the relay's contact does not close", _stuck_open),
    "sensor_dead": Fault("the current sensor has lost its supply", _sensor_dead),
    "over_current": Fault("the car draws 1.3 times what it should", _over_current),
    "over_current_fast": Fault("the car draws 1.9 times what it should", _over_current_fast),
    "over_temperature": Fault("a loose terminal heats the relay by 60 degrees", _over_temperature),
    "unplugged": Fault("the car is pulled out", _unplugged),
    "sample_stall": Fault("the board gets no more sample windows", _sample_stall),
    "clamp_backwards": Fault("the current clamp is on the wrong way round", _clamp_backwards),
    "clamp_off": Fault("the current clamp has fallen off", _clamp_off),
    "voltage_dead": Fault("the voltage channel is unplugged", _voltage_dead),
    "driver_stuck_on": Fault("the relay's driver conducts whatever its pin is", _driver_stuck_on),
    "driver_stuck_off": Fault("the relay's driver never conducts", _driver_stuck_off),
    RCM_TRIP: Fault("the residual current monitor has tripped, which breaks the coil's circuit", _rcm_trip),
    EMERGENCY_STOP: Fault("the emergency stop is pressed, which breaks the coil's circuit", _emergency_stop),
}
