"""The time of a loop: milliseconds in 30 bits, which wrap after 12.4 days; only their difference says anything.

So they stay small integers on a 32-bit MicroPython, where a count of all milliseconds since boot becomes an object on
the heap after 12.4 days, on every pass. A difference is right up to 6.2 days: what may lie longer ago is forgotten
(None) once it has happened.
"""

TICKS_PERIOD = 1 << 30
# Literals: where the period is a large integer, what is reckoned from it stays one, and whatever meets that.
TICKS_MOST = 0x3FFFFFFF
_HALF = 0x20000000


def ticks_diff(now: int, then: int) -> int:
    """How many ms `now` comes after `then`; negative where it comes before."""
    difference = (now - then) & TICKS_MOST
    return difference - _HALF - _HALF if difference >= _HALF else difference


def ticks_add(now: int, ms: int) -> int:
    """|ms| below half of TICKS_PERIOD."""
    return ((now - _HALF + ms) & TICKS_MOST) ^ _HALF  # a plain sum may be too large for a small integer
