"""A converter as the RP2040 has it: 12 bits, noise, and four codes that are far too wide.

Erratum RP2040-E11 (RP2040 datasheet): differential non-linearity peaks at the codes 512, 1536, 2560 and 3584. How wide
they are was measured by M. Omo ("Characterizing the Raspberry Pi Pico ADC", sine histogram: 8.9 LSB at most, noise of
0.97 to 1.36 LSB) and lies between 7.2 and 9 on other chips; here each has the most. What they take, all others lack.
"""

import random
from bisect import bisect_right

BITS = 12
CODES = 1 << BITS
WIDE_CODES = (512, 1536, 2560, 3584)
PEAK_DNL_LSB = 8.9
NOISE_LSB = 1.4
_PARTS = 8  # of an ideal step, in the table of what each reads
_NOISE_TABLE = 4093  # a prime, so that noise does not repeat with the mains


class Converter:
    """`read(level)`: the code for an input of `level` ideal steps above 0 V. `noise_lsb`: standard deviation."""

    def __init__(self, noise_lsb: float = NOISE_LSB, dnl_lsb: float = PEAK_DNL_LSB, seed: int = 1) -> None:
        self._codes = _codes(dnl_lsb)
        dice = random.Random(seed)
        self._noise = [dice.gauss(0.0, noise_lsb * _PARTS) for _ in range(_NOISE_TABLE)]
        self._next = 0

    def read(self, level: float) -> int:
        self._next = (self._next + 1) % _NOISE_TABLE
        at = int(level * _PARTS + self._noise[self._next])
        return self._codes[max(0, min(len(self._codes) - 1, at))]


def _codes(dnl_lsb: float) -> list[int]:
    """What each _PARTS-th of an ideal step reads."""
    other = 1 - dnl_lsb * len(WIDE_CODES) / (CODES - len(WIDE_CODES))
    ends: list[float] = []
    at = 0.0
    for code in range(CODES):
        at += 1 + dnl_lsb if code in WIDE_CODES else other
        ends.append(at)
    return [min(CODES - 1, bisect_right(ends, part / _PARTS)) for part in range(CODES * _PARTS)]
