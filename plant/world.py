"""One charge point's physics on a virtual clock: its owner decides how fast time passes."""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from plant.car import Car
from plant.closed_form import ClosedForm
from plant.faults import EMERGENCY_STOP, FAULTS, RCM_TRIP
from plant.load import Load, Sine, Wave
from plant.mains import Mains
from plant.record import Record
from plant.relay import Relay
from plant.sensor import SAMPLES, USUAL_CURRENT, USUAL_VOLTAGE, Quality, Sensor, Sums
from plant.thermal import Thermal

WINDOW_MS = 50  # a protection waits for a window's end, and the relay is to open within 100 ms
MAX_WINDOW_MS = 3_600_000
WAVE_STEP_S = 0.2 / SAMPLES  # whatever time a window spans, its samples see 200 ms of the mains' waveform


class Window(NamedTuple):
    """A finished sample window, and what the board's other inputs read at its end."""

    sums: Sums
    duration_ms: int
    vehicle: str
    temperature_mc: int
    feedback: bool
    relay: bool | None  # the level of the relay's pin throughout, as the board set it; None where it moved
    relay_level: bool  # as it is at the driver
    rcm_tripped: bool
    stop_pressed: bool


class World:
    """Mains, relay, car and sensor. `window_ms`: simulated time a sample window spans, from the next one on.

    A window holds 200 ms of waveform, whole cycles of 50 and of 60 Hz, pressed or stretched into `window_ms`: a sample
    every `window_ms / 250` of a fast plant would see the same phase of the mains again and again. A window of one sine
    from its beginning to its end is not sampled at all; every sample is taken of recorded waveforms, where something
    changes within the window, and while a fault is on.
    """

    def __init__(
        self,
        load: Load,
        *,
        plugged: bool = False,
        mains: Mains = Mains(),  # noqa: B008  # a NamedTuple does not change
        current: Quality = USUAL_CURRENT,
        voltage: Quality = USUAL_VOLTAGE,
        seed: int = 1,
        window_ms: int = WINDOW_MS,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.car = Car(load, plugged=plugged)
        self.relay = Relay(wall)
        self.sensor = Sensor(current, voltage, seed)
        self._closed_form = ClosedForm(current, voltage, seed)
        self.thermal = Thermal()
        self.record = Record()
        self.stalled = False
        self.tripped = False  # the contactor upstream is open
        self.window_ms = window_ms
        self.now_ms = 0.0
        self.faults: set[str] = set()
        self._idle = Sine(mains.voltage_v, 0.0, 0.0, mains.frequency_hz)
        self._off = Sine(0.0, 0.0, 0.0, mains.frequency_hz)
        self._wave: Wave = self._idle  # of the samples that are due and not yet taken
        self._wave_s = 0.0
        self._taken = 0  # samples of the window in the making
        self._begin_window()

    @property
    def vehicle(self) -> str:
        return "present" if self.car.plugged else "absent"

    def pin(self, closed: bool) -> None:
        """The level of the relay's pin; a floating one is pulled down, which is False."""
        self._pin_moved = self._pin_moved or closed != self.relay.pin
        self.relay.drive(closed, self.now_ms)

    def trip(self, on: bool) -> None:
        """The level of the trip output: a contactor upstream is open while it is high."""
        self.tripped = on

    @property
    def powered(self) -> bool:
        """Whether there is voltage on the relay's load side."""
        return self.relay.contact and not self.tripped

    def wave(self) -> Wave:
        """What there is to measure now."""
        if self.tripped:
            return self._off
        return self.car.wave() if self.powered and self.car.draws() else self._idle

    def fault(self, name: str, on: bool) -> None:
        """Raises KeyError for a name that FAULTS does not have."""
        self._sample(self.now_ms)
        FAULTS[name].switch(self, on)
        (self.faults.add if on else self.faults.discard)(name)
        self.relay.reconsider(self.now_ms)

    def advance(self, duration_ms: float) -> list[Window]:
        """Let so much time pass: the windows that were finished in it."""
        end_ms = self.now_ms + duration_ms
        windows: list[Window] = []
        while self.now_ms < end_ms:
            self._advance_unchanged(min(end_ms, self._next_change_ms()))
            edge = self.relay.settle(self.now_ms)
            if edge:
                self.record.moved(edge)
            if self.now_ms >= self._window_end_ms:
                window = self._finish_window()
                windows += [] if self.stalled else [window]
        return windows

    def _next_change_ms(self) -> float:
        """When the contact moves, the car changes what it draws, or the window ends: nothing changes until then."""
        moves_at_ms = self.relay.moves_at_ms()
        changes = [self._window_end_ms, math.inf if moves_at_ms is None else moves_at_ms]
        if self.powered:
            changes.append(self.now_ms + self.car.change_in_ms())
        return min(changes)

    def _advance_unchanged(self, to_ms: float) -> None:
        wave = self.wave()
        if wave is not self._wave:
            self._sample(self.now_ms)
            self._wave = wave
        duration_ms = to_ms - self.now_ms
        energy_j = self.car.run(duration_ms) if self.powered else 0.0
        self.record.flowed(energy_j)
        self.thermal.run(duration_ms, wave.rms_a * self.car.over_draw)
        self.now_ms = to_ms

    def _sample(self, until_ms: float) -> None:
        """Take the samples due before `until_ms`, of the wave that there was until now."""
        while self._taken < SAMPLES and self._due_ms < until_ms:
            volts, amps = self._wave.sample(self._wave_s)
            self.sensor.sample(volts, amps * self.car.over_draw)
            self._wave_s += WAVE_STEP_S
            self._due_ms += self._step_ms
            self._taken += 1

    def _sums(self) -> Sums:
        """Of the window that ends now."""
        wave = self._wave
        if isinstance(wave, Sine) and not (self._taken or self.faults):
            sums = self._closed_form.sums(wave, self.car.over_draw)
            if sums is not None:
                return sums
        self._sample(math.inf)  # not only until now: rounding must not lose the last one
        return self.sensor.finish()

    def _begin_window(self) -> None:
        self._taken = 0
        self._pin_moved = False
        self._duration_ms = self.window_ms
        self._step_ms = self._duration_ms / SAMPLES
        self._due_ms = self.now_ms + self._step_ms / 2
        self._window_end_ms = self.now_ms + self._duration_ms

    def _finish_window(self) -> Window:
        pin = None if self._pin_moved else self.relay.pin
        window = Window(
            self._sums(), self._duration_ms, self.vehicle, self.thermal.temperature_mc, self.powered, pin,
            self.relay.coil, RCM_TRIP in self.faults, EMERGENCY_STOP in self.faults,
        )
        self._begin_window()
        return window
