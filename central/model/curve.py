"""A power curve of bounded size: however long a charge lasts, it has as many points, further and further apart.

Points come at most once a spacing. Where there would be too many, of each two the lower goes, so that the peak stays,
and the spacing doubles.
"""

import json
from typing import NamedTuple

MOST_POINTS = 240
FIRST_SPACING_MS = 5_000


class Point(NamedTuple):
    """The power at a time."""

    at_ms: int
    power_w: int


class Curve(NamedTuple):
    """`points`: in order of their time."""

    spacing_ms: int = FIRST_SPACING_MS
    points: tuple[Point, ...] = ()

    def told(self, new: Point) -> "Curve":
        """With one more point, or as it was where that comes too soon, or late: telemetry may overtake itself."""
        if self.points and new.at_ms < self.points[-1].at_ms + self.spacing_ms:
            return self
        if len(self.points) < MOST_POINTS:
            return Curve(self.spacing_ms, (*self.points, new))
        pairs = zip(self.points[::2], self.points[1::2], strict=True)
        return Curve(self.spacing_ms * 2, tuple(max(pair, key=_power) for pair in pairs)).told(new)


def _power(point: Point) -> int:
    return point.power_w


def points_from(text: str) -> tuple[Point, ...]:
    """Of a JSON list of [at_ms, power_w]."""
    return tuple(Point(at_ms, power_w) for at_ms, power_w in json.loads(text))


def text_of(points: tuple[Point, ...]) -> str:
    return json.dumps(points, separators=(",", ":"))
