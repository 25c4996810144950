"""A meter's account: every Wh that it ever told lies in exactly one of billed, held, unbilled or unassigned.

A register only rises, so what a meter told is a path on its axis: from `first_wh`, where Central met it, to
`register_wh`, the highest told. A register that falls (its flash was wiped) begins another life of the same meter; the
path of the earlier ones is `earlier_wh`. Sessions claim parts of the path when they are closed, one behind the other:
billed, then held, then unbilled, from the session's start. What no session claims is `unassigned_wh`. So for each meter

    earlier_wh + register_wh - first_wh = unassigned_wh + the sum over its sessions of energy, held and unbilled Wh

and `verify` adds it up.

No reading passes unjudged. What is told is compared with what can have flowed, at rated power, from the earliest moment
at which the meter can have shown its last register (`earliest_ms`) to the log's time of this reading. That moment is
the last reading's own time, held within the log's; where its board gave none, or one of long ago, it is the moment
before, and the time that its rise took at rated power: so the rises of a path together never exceed the log's time,
however its readings are stamped. What a board stamps can only narrow this, since a board may lie; with one exception.
Where the log's own clock is seen to have been wrong from one reading to the other (time went back, or stood still),
it says nothing about the time between, and the board's two stamps count, up to `Limit.trusted_ms`; where they went back
too (a board sets its clock by the log's), nobody knows, and it is that long.
"""

from dataclasses import dataclass
from typing import Literal

from central.model.rows import Meter

RATED_IF_UNKNOWN_MA = 80_000
_VOLTS_3_PHASES_AND_A_TENTH = 825  # 3 x 250 V x 1.1: a charge point does not say how many phases it has
_SLACK_MS = 10_000  # what is told is as old as the newest flash checkpoint at most
_PER_WH = 1_000 * 3_600_000  # mA and ms in A and h
_AHEAD_MS = 60_000  # of the log's clock: as far as a board's may be that is right
_DAY_MS = 24 * 3_600_000

# rise: plausible, at or above what was told. stale: overtaken by a newer one. fell: lower, though read later.
Verdict = Literal["rise", "stale", "fell", "implausible"]


@dataclass(frozen=True)
class Told:
    """A register, and when it was read: held (fold/clock.py), by the log, as the board said it (None: it did not).

    `earliest_ms`: when it can have been read at the earliest, 0 where nobody knows. `clock_stands`: the log's time of
    it is that of a record before it.
    """

    register_wh: int
    at_ms: int
    heard_at_ms: int
    told_at_ms: int | None
    earliest_ms: int
    clock_stands: bool = False


@dataclass(frozen=True)
class Limit:
    """What a charge point can deliver. `plant_speed`: how much faster than the clock the metered world runs.

    `trusted_ms`: how long a time may be that only a board's stamps tell.
    """

    rated_current_ma: int | None
    plant_speed: int
    trusted_ms: int = _DAY_MS

    def most_wh(self, duration_ms: int) -> int:
        """The most that can flow in this time, rounded up to the register's step."""
        metered_ms = max(0, duration_ms + _SLACK_MS) * self.plant_speed
        return self._rated * metered_ms // _PER_WH + 1

    def least_ms(self, energy_wh: int) -> int:
        """The time that this takes at least."""
        return energy_wh * _PER_WH // (self._rated * self.plant_speed)

    @property
    def _rated(self) -> int:
        return (self.rated_current_ma or RATED_IF_UNKNOWN_MA) * _VOLTS_3_PHASES_AND_A_TENTH


def opened(cp_id: str, meter_id: str, reading: Told) -> Meter:
    """The account of a meter that was never heard of: nothing before this reading is ours."""
    return Meter(
        cp_id, meter_id, first_wh=reading.register_wh, register_wh=reading.register_wh, sound_wh=reading.register_wh,
        claimed_to_wh=reading.register_wh, read_at_ms=reading.at_ms, heard_at_ms=reading.heard_at_ms,
        told_at_ms=_told_at(reading), clock_stood=reading.clock_stands,
        earliest_ms=reading.earliest_ms or reading.heard_at_ms,
    )  # fmt: skip


def judged(meter: Meter, reading: Told, limit: Limit) -> Verdict:
    if reading.register_wh < meter.register_wh:
        return "fell" if _is_later(meter, reading) else "stale"
    fits = reading.register_wh - meter.register_wh <= limit.most_wh(_longest_ms(meter, reading, limit))
    return "rise" if fits else "implausible"


def _is_later(meter: Meter, reading: Told) -> bool:
    """By its board's own clock too; what is stamped far in the future does not tell when it was read."""
    told_at_ms = reading.told_at_ms
    if told_at_ms is None or told_at_ms > reading.heard_at_ms + _AHEAD_MS:
        return False
    return reading.at_ms > meter.read_at_ms and told_at_ms > meter.told_at_ms


def is_clock_wrong(meter: Meter, reading: Told) -> bool:
    """Whether the log's clock is seen to have been put back, or to have stood still, since the newest reading."""
    return meter.clock_stood or reading.clock_stands or reading.heard_at_ms < meter.heard_at_ms


def _longest_ms(meter: Meter, reading: Told, limit: Limit) -> int:
    """The longest time that can lie between the newest reading and this one."""
    by_log_ms = reading.heard_at_ms - meter.earliest_ms
    if not is_clock_wrong(meter, reading):
        return by_log_ms
    told_at_ms = reading.told_at_ms
    if told_at_ms is None or told_at_ms < meter.told_at_ms:
        return max(by_log_ms, limit.trusted_ms)
    return max(by_log_ms, min(told_at_ms - meter.told_at_ms, limit.trusted_ms))


def raise_to(meter: Meter, reading: Told, limit: Limit, *, is_sound: bool = True) -> None:
    """The path goes on to this register. `is_sound` False: told, but not believed (held); no board is told of it."""
    rise_wh = max(0, reading.register_wh - meter.register_wh)
    meter.register_wh += rise_wh
    meter.unassigned_wh += rise_wh
    reached_ms = meter.earliest_ms + limit.least_ms(rise_wh)
    meter.earliest_ms = min(max(reached_ms, reading.earliest_ms), reading.heard_at_ms + (_SLACK_MS if is_sound else 0))
    _note_times(meter, reading)
    if is_sound:
        meter.sound_wh = max(meter.sound_wh, reading.register_wh)


def begin_life(meter: Meter, reading: Told) -> None:
    """The register fell: what it told before is one path, what it tells from here on another."""
    meter.earlier_wh += meter.register_wh - meter.first_wh
    meter.life += 1
    meter.first_wh = meter.register_wh = meter.sound_wh = meter.claimed_to_wh = reading.register_wh
    meter.earliest_ms = meter.read_at_ms = reading.at_ms
    _note_times(meter, reading)


def _note_times(meter: Meter, reading: Told) -> None:
    """Of the newest reading. A clock of the log that was ahead once must not count until that time comes."""
    went_back = reading.heard_at_ms < meter.heard_at_ms
    meter.read_at_ms = reading.at_ms if went_back else max(meter.read_at_ms, reading.at_ms)
    meter.heard_at_ms, meter.told_at_ms = reading.heard_at_ms, _told_at(reading)
    meter.clock_stood = reading.clock_stands


def _told_at(reading: Told) -> int:
    return reading.at_ms if reading.told_at_ms is None else reading.told_at_ms


def told_wh(meter: Meter) -> int:
    return meter.earlier_wh + meter.register_wh - meter.first_wh
