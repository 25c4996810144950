"""A sample window: what a platform's sensors give, and what the meter counts."""

MAX_SAMPLES = 250  # of each channel in a window: 250 * 2048^2 is the largest that stays below 2^30
COUNT_BITS = 11  # 12-bit converter, centred on mid-rail: -2048 to 2047


class SampleWindow:
    """Sums over the samples of one window, in counts around mid-rail; each within ±2^30.

    n samples of each channel (1 to 250) over duration_ms; clipped: how many lay at either end of the range.
    relay: the level of the relay's pin during all of it, None where it moved.
    """

    def __init__(self):
        self.n = 0
        self.duration_ms = 0
        self.sum_i = 0
        self.sum_ii = 0
        self.sum_v = 0
        self.sum_vv = 0
        self.sum_vi = 0
        self.clipped = 0
        self.relay = None
