"""From a waveform to the meter as on a Pico: sensors, converter, round robin, windows, calibration.

`firmware/hal/adc_dma.py` puts current and voltage in turn into a ring, evenly paced; here the ring is filled by hand,
and all behind it is the firmware's own.
"""

import math
from collections.abc import Iterator

from chargepoint.engine.meter import I_UA_PER_COUNT, V_UV_PER_COUNT, Meter
from chargepoint.sample_window import SampleWindow
from hal.windows import CHANNELS, MID_RAIL, PAIR_US, PAIRS, Windows

from plant.converter import Converter
from plant.load import Sine, Wave
from plant.sensor import Quality

# What a Hall sensor of ±60 A and a resistive divider reach before their gain is calibrated.
CURRENT = Quality(gain=1.02, offset=35.0, noise=4.0)
VOLTAGE = Quality(gain=0.985, offset=-20.0, noise=1.0)
CALIBRATED_AT_A = 30.0  # a heater of 2.3 kW, its wire three times through the transformer
_SECOND = 1000000 // (PAIR_US * PAIRS)  # windows


class Chain:
    """`play(wave, windows)`: reads so many; the meter holds each one's figures in turn."""

    def __init__(self, current: Quality = CURRENT, voltage: Quality = VOLTAGE, seed: int = 1) -> None:
        self.meter = Meter("m", 0)
        self._current, self._voltage = current, voltage
        # Noise of sensor and converter together: all of it enters here.
        self._read_i = Converter(current.noise, seed=seed).read
        self._read_v = Converter(voltage.noise, seed=seed + 1).read
        self._ring = [0] * (CHANNELS * (PAIRS + 1))
        self._window = SampleWindow()
        self.clipped = 0  # samples of all windows
        self._windows = Windows(self._ring, CHANNELS, PAIR_US)
        self._wave_s = 0.0
        self._first: tuple[int, int] | None = None  # the pair behind the window before

    def calibrate(self, frequency_hz: float) -> None:
        """As against a known load without a lag: the gains that make the meter read it."""
        voltage_v = 230.0
        wave = Sine(voltage_v, CALIBRATED_AT_A, voltage_v * CALIBRATED_AT_A, frequency_hz)
        read = list(self.play(wave, _SECOND))
        read_a = math.sqrt(sum(ma * ma for ma, _, _ in read) / len(read)) / 1000
        read_v = math.sqrt(sum(mv * mv for _, mv, _ in read) / len(read)) / 1000
        i_ua = round(I_UA_PER_COUNT * CALIBRATED_AT_A / read_a)
        self.meter = Meter("m", 0, i_ua, round(V_UV_PER_COUNT * voltage_v / read_v))

    def play(self, wave: Wave, windows: int, weight_ms: int = 0) -> Iterator[tuple[int, int, int]]:
        """mA, mV and mW of each window. `weight_ms`: the time that each stands for, 0: its own."""
        for _ in range(windows):
            while not self._fill(wave):
                pass  # the first ones only find mid-rail
            self.clipped += self._window.clipped
            self._window.duration_ms = weight_ms or self._window.duration_ms
            assert self.meter.take(self._window), "a window that the meter refuses"
            yield self.meter.current_ma, self.meter.voltage_mv, self.meter.power_mw

    def _fill(self, wave: Wave) -> bool:
        ring = self._ring
        for at in range(0, len(ring), CHANNELS):
            if at == 0 and self._first is not None:
                ring[0], ring[1] = self._first
            else:
                ring[at], ring[at + 1] = self._pair(wave)
        self._first = ring[-2], ring[-1]
        return self._windows.fill(self._window, 0)

    def _pair(self, wave: Wave) -> tuple[int, int]:
        """The current, and half a turn later the voltage."""
        _, amps = wave.sample(self._wave_s)
        volts, _ = wave.sample(self._wave_s + PAIR_US / CHANNELS / 1e6)
        self._wave_s += PAIR_US / 1e6
        current, voltage = self._current, self._voltage
        i = self._read_i(MID_RAIL + current.offset + amps * current.gain * 1e6 / I_UA_PER_COUNT)
        return i, self._read_v(MID_RAIL + voltage.offset + volts * voltage.gain * 1e6 / V_UV_PER_COUNT)
