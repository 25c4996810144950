"""A sample window: what a platform's sensors give, and what the meter counts."""

MAX_SAMPLES = 400  # of each channel in a window
HALVED_ABOVE = 250  # 250 * 2048^2 is the largest sum of squares that stays below 2^30
COUNT_BITS = 11  # 12-bit converter, centred on mid-rail: -2048 to 2047


class SampleWindow:
    """Sums over the samples of one window, in counts around mid-rail; each within ±2^30.

    n samples of each channel (1 to 400) over duration_ms; clipped: how many lay at either end of the range.
    Where n is above HALVED_ABOVE it is even, and sum_ii, sum_vv, sum_vi are the halves (rounded down) of the sums.
    relay: the level of the relay's pin during all of it, None where it moved.
    centred: the sums are around the mean of the time before, so that nothing is left to subtract. Windows that hold no
    whole number of cycles need that: over 50 ms of 50 Hz the mean of a sine is an eighth of its peak.
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
        self.relay: "bool | None" = None
        self.centred = False
