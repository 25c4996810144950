"""Which numbers of one board's epoch were folded, and with what content, in constant space.

`high` is the highest number seen, bit i of `bits` stands for high - 1 - i, and `digests` holds one checksum of content
for each of the WINDOW numbers below `high` and for `high` itself, newest first, so that a number which comes again with
other content is noticed. A board keeps its newest number sent less its oldest unacked one below WINDOW, so whatever it
may still say lies inside. Numbers that will never come are told by `gap`; where they are missing without one, the log
has lost them.
"""

from dataclasses import dataclass

from wire.ids import WINDOW

_MASK = (1 << WINDOW) - 1
_SIZE = 4  # bytes of a checksum
_UNKNOWN = 0  # the checksum of a number that was not seen, or was dropped


@dataclass(frozen=True)
class Window:
    """`digests`: four bytes for each number from `high` downwards."""

    high: int
    bits: int = 0
    digests: bytes = b""

    def has(self, n: int) -> bool:
        return n == self.high or (self.reaches(n) and bool(self.bits >> (self.high - 1 - n) & 1))

    def reaches(self, n: int) -> bool:
        """Whether n lies above the window's lower edge and not above `high`."""
        return self.high - WINDOW <= n <= self.high

    def digest_of(self, n: int) -> int:
        """_UNKNOWN (0) where nothing is known of it."""
        at = (self.high - n) * _SIZE
        return int.from_bytes(self.digests[at : at + _SIZE]) if at >= 0 else _UNKNOWN

    def missing_before(self, n: int) -> int:
        """How many numbers below n, and beyond what a board may hold back, were never seen."""
        return max(0, n - WINDOW - 1 - self.high)

    def with_n(self, n: int, digest: int = _UNKNOWN) -> "Window":
        """n is seen. It lies above `high`, at any distance, or within the window."""
        moved = self._moved_to(n) if n > self.high else self
        at = moved.high - n
        bits = moved.bits if at == 0 else moved.bits | 1 << (at - 1)
        start = at * _SIZE
        padded = moved.digests.ljust(start + _SIZE, b"\0")
        digests = padded[:start] + digest.to_bytes(_SIZE) + padded[start + _SIZE :]
        return Window(moved.high, bits, digests)

    def over_gap(self, first: int, last: int) -> "Window":
        """The numbers from `first` to `last` were dropped and will never come."""
        window = self.with_n(last) if last > self.high else self
        for n in range(max(first, window.high - WINDOW), min(last, window.high) + 1):
            if not window.has(n):
                window = window.with_n(n)
        return window

    def _moved_to(self, n: int) -> "Window":
        shift = n - self.high
        if shift > WINDOW:  # also keeps a wide leap from making a number of as many bits
            return Window(n)
        digests = bytes(shift * _SIZE) + self.digests
        return Window(n, (self.bits << shift | 1 << (shift - 1)) & _MASK, digests[: (WINDOW + 1) * _SIZE])

