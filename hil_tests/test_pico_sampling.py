"""The Pico's driver on the emulated one: windows of its converter, by DMA, against what stands at its pins."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hal.contract import BRIDGED_MS
from hal.windows import MEANS, PAIRS

from tools.emulated_pico.bench import PicoBench
from tools.emulated_pico.signals import Signal

A_PER_COUNT, V_PER_COUNT = 0.029297, 0.195313
AMPS, VOLTS, POWER_FACTOR = 16, 230, 0.92
WINDOW_MS = PAIRS // 2
BEGIN = """
import gc, json, time
from chargepoint.engine.meter import Meter
from chargepoint.settings import read
from hal import rp2
platform = rp2.make(read('{"cp_id": "cp_1", "role": "engine", "platform": "rp2", "engine": "usb"}'), True, ())
meter = Meter("m", 0)

def look(ms):
    told = {"ms": 0, "mw": 0, "heap": 0, "clipped": 0, "centred": True}
    gc.collect()
    gc.disable()
    began = time.ticks_ms()
    while time.ticks_diff(time.ticks_ms(), began) < ms:
        used = gc.mem_alloc()
        platform.step(platform.ticks_ms())
        window = platform.window()
        while window is not None and meter.take(window):
            told["heap"] += gc.mem_alloc() - used
            told["ms"] += window.duration_ms
            told["mw"] += meter.power_mw * window.duration_ms // 1000
            told["clipped"] += window.clipped
            told["centred"] = told["centred"] and window.centred
            used = gc.mem_alloc()
            window = platform.window()
        told["heap"] += gc.mem_alloc() - used
        time.sleep_ms(5)
    gc.enable()
    told["mw"] = told["mw"] * 1000 // (told["ms"] or 1)
    told.update({"ma": meter.current_ma, "mv": meter.voltage_mv, "bad": meter.bad_windows, "lost": platform.lost_ms})
    told["took"] = time.ticks_diff(time.ticks_ms(), began)
    print(json.dumps(told))
"""
LIMIT_S = 8.0


@pytest.fixture(scope="module")
def sampling(new_pico: Callable[[], PicoBench]) -> PicoBench:
    """One whose engine's platform is made, with 16 A at 230 V; the loop has run until mid-rail is known."""
    bench = new_pico()
    bench.install("hal.rp2", "hal.ntc", "hal.adc_dma", "chargepoint.engine.meter", "chargepoint.settings", "boot")
    bench.start()
    bench.signal(0, Signal(2085, AMPS * math.sqrt(2) / A_PER_COUNT, lag=math.acos(POWER_FACTOR)))
    bench.signal(1, Signal(2027, VOLTS * math.sqrt(2) / V_PER_COUNT))
    bench.boot()
    bench.exec(BEGIN, LIMIT_S)
    look(bench, WINDOW_MS * (MEANS + 3))
    return bench


def look(bench: PicoBench, duration_ms: int) -> dict[str, Any]:
    return json.loads(bench.exec(f"look({duration_ms})", LIMIT_S))


def right(told: dict[str, Any]) -> None:
    assert told["ma"] == pytest.approx(AMPS * 1000, rel=0.01)
    assert told["mv"] == pytest.approx(VOLTS * 1000, rel=0.01)
    assert told["mw"] == pytest.approx(AMPS * VOLTS * POWER_FACTOR * 1000, rel=0.01)
    assert (told["bad"], told["clipped"], told["centred"]) == (0, 0, True)


@pytest.mark.guest_s(1.6, quick=True)
def test_windows_hold_current_voltage_and_power_and_all_of_the_time(sampling: PicoBench):
    told = look(sampling, 400)
    right(told)
    assert told["ms"] == pytest.approx(told["took"], abs=2 * WINDOW_MS)
    assert told["lost"] == 0
    assert told["heap"] == 0, "a window allocates nothing, on integers of 31 bits"


@pytest.mark.guest_s(2.3, quick=True)
def test_pause_of_a_second_loses_nothing(sampling: PicoBench):
    """The prompt waits, and no line of the firmware runs: only the DMA does."""
    sampling.run(BRIDGED_MS / 1000)
    told = look(sampling, 200)
    right(told)
    assert told["lost"] == 0
    assert told["ms"] >= BRIDGED_MS


@pytest.mark.guest_s(3.6, quick=True)
def test_ring_that_went_round_is_told_and_the_channels_stay_apart(sampling: PicoBench):
    sampling.run(3.0)
    told = look(sampling, 200)
    right(told)
    assert told["lost"] >= 2900
