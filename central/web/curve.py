"""A power curve as SVG, which stands without any script: from the charge's start, on a scale that only grows."""

from collections.abc import Sequence

WIDTH, HEIGHT = 320, 96
SHORTEST_MS = 10 * 60_000  # the width of a charge that has only just begun
# The tops of the scale, in W: the next one that holds the peak.
TOPS_W = (1_000, 2_000, 4_000, 8_000, 12_000, 24_000, 50_000, 100_000)


def curve_top(peak_w: int) -> int:
    return next((top for top in TOPS_W if top >= peak_w), peak_w)


def curve_path(points: Sequence[tuple[int, int]], started_at_ms: int, peak_w: int) -> str:
    """The `d` of a path in a box of WIDTH by HEIGHT. `points`: (at_ms, power_w), in order."""
    lasted_ms = max(points[-1][0] - started_at_ms, SHORTEST_MS)
    highest_w = curve_top(peak_w)
    places = (
        f"{(at_ms - started_at_ms) * WIDTH / lasted_ms:.1f},{HEIGHT - power_w * HEIGHT / highest_w:.1f}"
        for at_ms, power_w in points
    )
    return "M" + "L".join(places)
