"""The fake `time`: chip.py's clock. Its ticks wrap at 2^30 ms, 10 s after the start."""

from chip import chip

_PERIOD = 1 << 30
_FIRST = _PERIOD - 10000


def ticks_ms():
    return (_FIRST + chip.skip_ms + chip.now_us // 1000) % _PERIOD


def ticks_diff(a, b):
    return (a - b + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def sleep_ms(duration_ms):
    chip.advance_us(duration_ms * 1000)


def sleep(duration_s):
    sleep_ms(int(duration_s * 1000))
