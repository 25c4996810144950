"""The plant behind the emulated pins: mains, relay, car and sensors, by the guest's time."""

from collections.abc import Callable

from plant.faults import EMERGENCY_STOP, RCM_TRIP
from plant.mains import Mains
from plant.profile_files import load_of
from plant.sensor import I_A_PER_COUNT, USUAL_CURRENT, USUAL_VOLTAGE, V_V_PER_COUNT, Channel
from plant.world import World

RELAY, TRIP = 18, 19  # outputs
FEEDBACK, CONTACT, RCM, STOP = 20, 21, 22, 17  # inputs, which close to ground
CURRENT, VOLTAGE = 0, 1  # channels of the converter
MID_RAIL = 2048
NS_PER_MS = 1_000_000
NS = 1_000_000_000

Drive = Callable[[int, bool], None]


class PlantAtPins:
    """`world` is the truth: its integral and its relay's edges. `drive(gpio, level)`: puts a level on an input."""

    def __init__(self, load: str, drive: Drive, now_ns: int, seed: int = 1) -> None:
        """`load`: as wattline-plant takes it, such as `constant:3000`. Its time begins now. Raises ProfileError."""
        mains = Mains()
        self._began_ns = now_ns
        self.world = World(load_of(load, mains), mains=mains, seed=seed)
        self._current = Channel(I_A_PER_COUNT, USUAL_CURRENT, seed)
        self._voltage = Channel(V_V_PER_COUNT, USUAL_VOLTAGE, seed + 1)
        self._drive = drive
        self._inputs: dict[int, bool] = {}
        self.show_inputs()

    def advance(self, ns: int) -> None:
        """Up to the guest's time."""
        due_ms = (ns - self._began_ns) / NS_PER_MS - self.world.now_ms
        if due_ms > 0:
            self.world.advance(due_ms)
            self.show_inputs()

    def moved(self, gpio: int, high: bool, ns: int) -> None:
        """The guest has set an output."""
        set_level = {RELAY: self.world.pin, TRIP: self.world.trip}.get(gpio)
        if set_level:
            self.advance(ns)
            set_level(high)

    def counts(self, channel: int, ns: int) -> int:
        """What the converter reads."""
        self.advance(ns)
        world = self.world
        volts, amps = world.wave().sample(ns / NS)
        if channel == VOLTAGE:
            return MID_RAIL + world.sensor.voltage_count(self._voltage, volts)
        if channel != CURRENT:
            return MID_RAIL
        return MID_RAIL + world.sensor.current_count(self._current, amps * world.car.over_draw)

    def show_inputs(self) -> None:
        world = self.world
        closed = {
            FEEDBACK: world.powered, CONTACT: world.car.plugged,
            RCM: RCM_TRIP not in world.faults, STOP: EMERGENCY_STOP not in world.faults,
        }
        for gpio, is_closed in closed.items():
            if self._inputs.get(gpio) != is_closed:
                self._inputs[gpio] = is_closed
                self._drive(gpio, not is_closed)

    def state(self) -> dict[str, object]:
        world = self.world
        return {
            "relay": world.relay.contact, "plugged": world.car.plugged, "full": world.car.full,
            "plant_mwh": world.record.energy_mwh, "faults": sorted(world.faults),
            "sessions": [closure.shown() for closure in world.record.closures],
            "edges": [[edge.at_ms, edge.closed] for edge in world.relay.edges],
        }
