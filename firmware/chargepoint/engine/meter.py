"""Sample windows in, current, voltage, power and the lifetime register out: integers only, no allocation.

Every intermediate of `take` stays within ±2^30, a small integer on a 32-bit MicroPython, whatever a window
holds. Current and voltage are RMS without their DC part (a sensor's zero drifts); power is the mean of their
product, so phase and harmonics count as they should. No export: the register never falls, and energy that
flows back pays off no more than the fraction of a watt-hour not yet in it. No creep: below STARTING_MW nothing
is counted.

Without a voltage channel energy is an estimate: current times a nominal voltage, which counts reactive current as well.
So nothing is counted below ESTIMATED_FROM_MA: a car draws 1.4 A at 1 W before it charges.
"""

from wire.constants import const

from chargepoint.sample_window import COUNT_BITS, HALVED_ABOVE, MAX_SAMPLES, SampleWindow

MAX_WINDOW_MS = 3600000  # only a plant that runs fast comes near it
I_UA_PER_COUNT = 29297  # ±60 A: real cars' peaks reach 48 A, and narrower sensors under-read them
V_UV_PER_COUNT = 195313  # ±400 V: 230 V mains peaks at 325 V
_MAX_I_UA_PER_COUNT = const(97656)  # ±200 A
_MAX_V_UV_PER_COUNT = const(488281)  # ±1000 V
# A class B meter for 5 A must register from 20 mA on (EN 50470-3, starting current 0.04 Itr): so much at 230 V.
# The noise of a good current sensor is about 1 W in a window; summed up with the relay open, it would be billed.
STARTING_MW = 4600
ESTIMATED_FROM_MA = 2000
_MAX_POWER_W = const(100000)  # at full scale of both channels; keeps every intermediate below in bounds

_SQUARE_BITS = 2 * COUNT_BITS
_FINE_BELOW = const(1 << 20)  # mean squares below it leave room for ten more bits in 30
_FINE_BITS = const(5)
_COARSE_BITS = const(3)
_WH = const(360000000)  # 1 Wh in mW * 10 ms
_WRAP = const(0x3FFFFFFF)


def isqrt(n: int) -> int:
    """The whole part of the square root of 0 <= n < 2^30, bit by bit."""
    root = 0
    bit = 1 << 28
    while bit > n:
        bit >>= 2
    while bit:
        if n >= root + bit:
            n -= root + bit
            root = (root >> 1) + bit
        else:
            root >>= 1
        bit >>= 2
    return root


def _rms(squares: int, n: int, unit: int) -> int:
    """sqrt(squares / n) counts, in thousandths of what `unit` counts (mA of uA per count)."""
    bits = _FINE_BITS if squares // n < _FINE_BELOW else _COARSE_BITS
    mean = (squares // n << 2 * bits) + ((squares % n << 2 * bits) // n)
    root = isqrt(mean)
    return ((root >> bits) * unit + ((root & (1 << bits) - 1) * unit >> bits) + 500) // 1000


def _possible(window: SampleWindow, n: int, half: int) -> bool:
    """Whether each sum, for itself, is one that n samples can have; half: 1 where those of products are halves."""
    if not (1 <= n <= MAX_SAMPLES and not n & half and 1 <= window.duration_ms <= MAX_WINDOW_MS):
        return False
    most = n << COUNT_BITS
    if not (-most <= window.sum_i <= most and -most <= window.sum_v <= most):
        return False
    most = (n >> half) << _SQUARE_BITS
    return 0 <= window.sum_ii <= most and 0 <= window.sum_vv <= most and -most <= window.sum_vi <= most


class Meter:
    """One charge point's meter.

    After an accepted window: `current_ma`, `voltage_mv` (RMS), `power_mw`, `power_w` (negative: flows back),
    `register_wh`, and `window_ms`, the sum of durations, which wraps at 2^30 like ticks: use ticks_diff.
    `bad_windows` counts the refused ones. nominal_mv: where no voltage is measured, which makes all of it `estimated`.
    Raises ValueError for a calibration out of bounds.
    """

    def __init__(
        self,
        meter_id: str,
        register_wh: int,
        i_ua_per_count: int = I_UA_PER_COUNT,
        v_uv_per_count: int = V_UV_PER_COUNT,
        nominal_mv: "int | None" = None,
    ):
        if not 1 <= i_ua_per_count <= _MAX_I_UA_PER_COUNT:
            raise ValueError("i_ua_per_count must be 1 to %d" % _MAX_I_UA_PER_COUNT)
        if not 1 <= v_uv_per_count <= _MAX_V_UV_PER_COUNT:
            raise ValueError("v_uv_per_count must be 1 to %d" % _MAX_V_UV_PER_COUNT)
        # Made once, so that big integers may come up here. mW per count^2, in 2048ths.
        self._mw = (i_ua_per_count * v_uv_per_count * 2048 + 500000000) // 1000000000
        if (self._mw << _SQUARE_BITS - 11) > _MAX_POWER_W * 1000:
            raise ValueError("i_ua_per_count * v_uv_per_count: full scale must be at most %d W" % _MAX_POWER_W)
        self.meter_id = meter_id
        self.estimated = nominal_mv is not None
        self._nominal_mv = nominal_mv
        self.register_wh = register_wh
        self.current_ma = 0
        self.voltage_mv = 0
        self.power_mw = 0
        self.power_w = 0
        self.window_ms = 0
        self.bad_windows = 0
        self._i_ua = i_ua_per_count
        self._v_uv = v_uv_per_count
        self._fraction = 0  # of a Wh, in _WH-ths
        self._wh = 0  # the result of _energy, beside its fraction

    def raise_to(self, register_wh: int) -> int:
        """Take a register that is larger (a board whose flash was lost); returns by how many Wh it rose."""
        rise = max(0, register_wh - self.register_wh)
        self.register_wh += rise
        return rise

    def register_in(self, duration_ms: int) -> int:
        """What the register will read after so long (at most MAX_WINDOW_MS) at the power of the last window."""
        if self.power_mw < STARTING_MW:
            return self.register_wh
        fraction = self._energy(self.power_mw, min(duration_ms, MAX_WINDOW_MS))
        return self.register_wh + self._wh + (self._fraction + fraction) // _WH

    def take(self, window: SampleWindow) -> bool:
        """Count a window's energy; False, and nothing changed, where no samples can have made it."""
        n = window.n
        half = 1 if n > HALVED_ABOVE else 0
        if not _possible(window, n, half):
            return self._refuse()
        shares = n >> half  # what the sums of squares and products are sums of
        sum_i, sum_v = window.sum_i, window.sum_v
        if window.centred:
            sum_i = sum_v = 0
        mean_i, mean_v = sum_i // n, sum_v // n
        rest_i, rest_v = sum_i - n * mean_i, sum_v - n * mean_v
        ii = window.sum_ii - shares * mean_i * mean_i - (2 * mean_i * rest_i >> half) - (rest_i * rest_i // n >> half)
        vv = window.sum_vv - shares * mean_v * mean_v - (2 * mean_v * rest_v >> half) - (rest_v * rest_v // n >> half)
        means = shares * mean_v * mean_i
        if ii < 0 or vv < 0 or abs((window.sum_vi >> 1) - (means >> 1)) > shares << _SQUARE_BITS - 1:
            return self._refuse()
        vi = window.sum_vi - means - (mean_v * rest_i + mean_i * rest_v >> half) - (rest_i * rest_v // n >> half)
        self.current_ma = _rms(ii, shares, self._i_ua)
        if self._nominal_mv is None:
            self.voltage_mv = _rms(vv, shares, self._v_uv)
            self._set_power(vi, shares)
        else:
            self._estimate_power(self._nominal_mv)
        self._register(window.duration_ms)
        self.window_ms = self.window_ms + window.duration_ms & _WRAP
        return True

    def _refuse(self) -> bool:
        self.bad_windows = self.bad_windows + 1 & _WRAP
        return False

    def _set_power(self, products: int, n: int) -> None:
        """From the sum of products in counts^2; the division's rest matters for a window of few samples."""
        mean, rest = products // n, products % n
        scale = self._mw
        self.power_mw = (mean >> 11) * scale + ((mean & 2047) * scale >> 11) + ((rest * scale // n) >> 11)
        self.power_w = (self.power_mw + 500) // 1000

    def _estimate_power(self, nominal_mv: int) -> None:
        self.voltage_mv = nominal_mv
        watts_ma = self.current_ma if self.current_ma >= ESTIMATED_FROM_MA else 0
        self.power_mw = min((nominal_mv // 1000) * watts_ma, _MAX_POWER_W * 1000)
        self.power_w = (self.power_mw + 500) // 1000

    def _register(self, duration_ms: int) -> None:
        if abs(self.power_mw) < STARTING_MW:
            return
        fraction = self._energy(abs(self.power_mw), duration_ms)
        if self.power_mw < 0:
            self._fraction = 0 if self._wh else max(0, self._fraction - fraction)
            return
        self._fraction += fraction
        self.register_wh += self._wh
        if self._fraction >= _WH:
            self._fraction -= _WH
            self.register_wh += 1

    def _energy(self, power_mw: int, duration_ms: int) -> int:
        """power * duration as whole Wh (left in `_wh`) and the fraction in _WH-ths.

        Horner's scheme over the bits of the duration: the product itself would need 45 bits.
        """
        ticks = duration_ms // 10
        wh = fraction = 0
        bit = 1 << 18  # MAX_WINDOW_MS / 10 has 19 bits
        while bit:
            fraction = fraction * 2 + (power_mw if ticks & bit else 0)
            wh = wh * 2 + fraction // _WH
            fraction %= _WH
            bit >>= 1
        fraction += power_mw * (duration_ms % 10) // 10
        self._wh = wh + fraction // _WH
        return fraction % _WH
