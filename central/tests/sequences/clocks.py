"""The true time of a world, and the clocks of its hosts, which may be wrong and may step."""

START_MS = 1_750_000_000_000


class Time:
    """The true time; only the world moves it."""

    def __init__(self) -> None:
        self.now_ms = START_MS


class HostClock:
    """What a host believes. `offset_ms`: how far ahead of the truth."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.offset_ms = 0

    @property
    def ms(self) -> int:
        return self._time.now_ms + self.offset_ms
