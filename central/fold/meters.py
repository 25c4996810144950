"""A meter's account: every Wh that it ever told lies in exactly one of billed, held, unbilled or unassigned.

A register only rises, so what a meter told is a path on its axis: from `first_wh`, where Central met it, to
`register_wh`, the highest told. A register that falls (its flash was wiped) begins another life of the same meter; the
path of the earlier ones is `earlier_wh`. Sessions claim parts of the path when they are closed, one behind the other:
billed, then held, then unbilled, from the session's start. What no session claims is `unassigned_wh`. So for each meter

    earlier_wh + register_wh - first_wh = unassigned_wh + the sum over its sessions of energy, held and unbilled Wh

and `verify` adds it up. No reading passes unjudged: a rise must fit into rated power x time, by the board's clock or by
the log's, whichever allows more, since either may have stepped or stood still.
"""

from dataclasses import dataclass
from typing import Literal

from central.model.rows import Meter

RATED_IF_UNKNOWN_MA = 80_000
_VOLTS_3_PHASES_AND_A_TENTH = 825  # 3 x 250 V x 1.1: a charge point does not say how many phases it has
_SLACK_MS = 10_000  # what is told is as old as the newest flash checkpoint at most
_PER_WH = 1_000 * 3_600_000  # mA and ms in A and h

# rise: plausible, at or above what was told. stale: overtaken by a newer one. fell: lower, though read later.
Verdict = Literal["rise", "stale", "fell", "implausible"]


@dataclass(frozen=True)
class Told:
    """A register, and when it was read: held (fold/clock.py), by the log, as the board said it (None: it did not)."""

    register_wh: int
    at_ms: int
    heard_at_ms: int
    told_at_ms: int | None


@dataclass(frozen=True)
class Limit:
    """What a charge point can deliver. `plant_speed`: how much faster than the clock the metered world runs."""

    rated_current_ma: int | None
    plant_speed: int

    def most_wh(self, duration_ms: int) -> int:
        """The most that can flow in this time, rounded up to the register's step."""
        rated_ma = self.rated_current_ma or RATED_IF_UNKNOWN_MA
        metered_ms = (max(0, duration_ms) + _SLACK_MS) * self.plant_speed
        return rated_ma * _VOLTS_3_PHASES_AND_A_TENTH * metered_ms // _PER_WH + 1


def opened(cp_id: str, meter_id: str, reading: Told) -> Meter:
    """The account of a meter that was never heard of: nothing before this reading is ours."""
    return Meter(
        cp_id, meter_id, first_wh=reading.register_wh, register_wh=reading.register_wh, sound_wh=reading.register_wh,
        claimed_to_wh=reading.register_wh, read_at_ms=reading.at_ms, heard_at_ms=reading.heard_at_ms,
        told_at_ms=_told_at(reading),
    )  # fmt: skip


def judged(meter: Meter, reading: Told, limit: Limit) -> Verdict:
    if reading.register_wh < meter.register_wh:
        is_later = reading.told_at_ms is not None and reading.at_ms > meter.read_at_ms
        return "fell" if is_later else "stale"
    told_ms = 0 if reading.told_at_ms is None else reading.told_at_ms - meter.told_at_ms
    passed_ms = max(reading.at_ms - meter.read_at_ms, reading.heard_at_ms - meter.heard_at_ms, told_ms)
    fits = reading.register_wh - meter.register_wh <= limit.most_wh(passed_ms)
    return "rise" if fits else "implausible"


def raise_to(meter: Meter, reading: Told, *, is_sound: bool = True) -> None:
    """The path goes on to this register. `is_sound` False: told, but not believed (held); no board is told of it."""
    rise_wh = max(0, reading.register_wh - meter.register_wh)
    meter.register_wh += rise_wh
    meter.unassigned_wh += rise_wh
    meter.read_at_ms = max(meter.read_at_ms, reading.at_ms)
    meter.heard_at_ms = max(meter.heard_at_ms, reading.heard_at_ms)
    meter.told_at_ms = _told_at(reading)
    if is_sound:
        meter.sound_wh = max(meter.sound_wh, reading.register_wh)


def begin_life(meter: Meter, reading: Told) -> None:
    """The register fell: what it told before is one path, what it tells from here on another."""
    meter.earlier_wh += meter.register_wh - meter.first_wh
    meter.life += 1
    meter.first_wh = meter.register_wh = meter.sound_wh = meter.claimed_to_wh = reading.register_wh
    meter.read_at_ms, meter.heard_at_ms, meter.told_at_ms = reading.at_ms, reading.heard_at_ms, _told_at(reading)


def _told_at(reading: Told) -> int:
    return reading.at_ms if reading.told_at_ms is None else reading.told_at_ms


def told_wh(meter: Meter) -> int:
    return meter.earlier_wh + meter.register_wh - meter.first_wh
