"""What the current sensor shows of itself while nothing flows. Where that is gone, the sensor is no longer there."""

from wire.constants import const

_MOST_MA = const(500)  # more is a current, and not the sensor's own
_SHARE = const(16)  # of a window in the mean


class Noise:
    """`floor_ma`: RMS of the noise, 0 until it is known. Below least_ma a sensor is too quiet to be missed."""

    def __init__(self, least_ma):
        self.floor_ma = 0
        self._least_ma = least_ma
        self._sum = 0

    def learn(self, current_ma):
        """Of a window with the relay open. What lies far below the rest does not count: it is what is looked for."""
        if current_ma > _MOST_MA or current_ma * 2 < self.floor_ma:
            return
        self._sum += current_ma - self._sum // _SHARE if self._sum else current_ma * _SHARE
        mean_ma = self._sum // _SHARE
        self.floor_ma = mean_ma if mean_ma >= self._least_ma else 0

    def forget(self):
        """Another sensor may be another's noise."""
        self._sum = self.floor_ma = 0
