"""Mistakes a driver of the converter can make, planted one at a time: each must be seen by a check of the contract."""

from chip import chip


def _skew_undeclared():
    """Pairs that lie 250 us apart are summed as if they were read at once."""
    from hal import windows

    windows.between = lambda sum_vi, sum_next, later, regain: sum_vi


def _wrong_channel_first():
    """An earlier reading left the multiplexer at the voltage."""
    from hal import adc_dma

    adc_dma._CS_ON |= 1 << 12


def _ring_not_chained():
    """The DMA ends with its ring: the FIFO runs over, and nobody knows any more which sample is which."""
    import rp2

    pack = rp2.DMA.pack_ctrl

    def unchained(self, **fields):
        fields.pop("chain_to", None)
        return pack(self, **fields)

    rp2.DMA.pack_ctrl = unchained


def _converter_restarted():
    """Stopped and started in the middle of a turn, as polled drivers do it."""
    from hal import adc_dma

    look = adc_dma.DmaSampler._look

    def restarting(self, now):
        look(self, now)
        converter = chip.converter
        if chip.now_us > 2000000 and converter.channel == 0 and not getattr(self, "restarted", False):
            self.restarted = True
            converter.set_control(1 | 8 | 3 << 16 | 1 << 12)

    adc_dma.DmaSampler._look = restarting


def _laps_uncounted():
    """The ring has gone round under a reader that does not look at the clock."""
    from hal import adc_dma

    adc_dma._KNOWN_MS = 1 << 29


def _level_of_now():
    """A window bears the relay's level when it is fetched, not the one during its samples."""
    from hal import adc_dma

    adc_dma.DmaSampler.mark = lambda self: None


MISTAKES = {
    "skew undeclared": _skew_undeclared,
    "wrong channel first": _wrong_channel_first,
    "ring not chained": _ring_not_chained,
    "converter restarted": _converter_restarted,
    "laps uncounted": _laps_uncounted,
    "level of now": _level_of_now,
}
