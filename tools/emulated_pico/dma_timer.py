"""A mend of the emulator's DMA timers: it takes the fraction of the clock for the period, upside down."""

from rp2040py.peripherals.dma import TREQ
from rp2040py.rp2040 import RP2040


def right_way_up(mcu: RP2040) -> None:
    """A timer of X/Y beats at the clock times X/Y (RP2040 datasheet, 2.5.5)."""
    upside_down = mcu.dma.get_timer

    def period_us(treq: int) -> float:
        found_us = upside_down(treq)
        clock_us = 1e6 / mcu.clk_sys
        return found_us if treq == TREQ.PERMANENT or not found_us else clock_us * clock_us / found_us

    mcu.dma.get_timer = period_us
