"""Sample windows for tests of the meter: from waveforms in volts and amperes, or from the plant."""

from collections.abc import Sequence

from chargepoint.engine.meter import I_UA_PER_COUNT, V_UV_PER_COUNT
from chargepoint.sample_window import HALVED_ABOVE, SampleWindow
from hal.contract import COUNT_MAX, COUNT_MIN

from plant.world import Window


def window_of_counts(i: Sequence[int], v: Sequence[int], duration_ms: int = 200) -> SampleWindow:
    window = SampleWindow()
    window.n, window.duration_ms = len(i), duration_ms
    window.sum_i, window.sum_v = sum(i), sum(v)
    half = len(i) > HALVED_ABOVE
    window.sum_ii, window.sum_vv = sum(x * x for x in i) >> half, sum(x * x for x in v) >> half
    window.sum_vi = sum(x * y for x, y in zip(i, v, strict=True)) >> half
    window.clipped = sum(1 for x in (*i, *v) if x in (COUNT_MIN, COUNT_MAX))
    return window


def quantised(values: Sequence[float], unit: float) -> list[int]:
    """As an exact sensor on a 12-bit converter gives them; `unit` per count."""
    return [max(COUNT_MIN, min(COUNT_MAX, round(value / unit))) for value in values]


def window_of(amps: Sequence[float], volts: Sequence[float], duration_ms: int = 200) -> SampleWindow:
    return window_of_counts(
        quantised(amps, I_UA_PER_COUNT / 1e6), quantised(volts, V_UV_PER_COUNT / 1e6), duration_ms
    )


def window_of_plant(window: Window) -> SampleWindow:
    filled = SampleWindow()
    for name, value in window.sums._asdict().items():
        setattr(filled, name, value)
    filled.duration_ms = window.duration_ms
    return filled
