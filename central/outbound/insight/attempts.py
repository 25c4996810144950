"""An attempt is one request for a charge. What became of it is decided here, from tables."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["succeeded", "failed", "turned_away", "own_cause", "open"]

ENOUGH_WH = 100
EARLY_MS = 5 * 60_000
# How a charge ends that something broke: in its first 5 min, it failed.
BROKEN_ENDS = frozenset({"fault", "safe_mode", "power_loss", "lost"})
LIMIT = "limit"

# A request of which nothing was heard for so long was refused by the driver's own fold, which says no word of it in the
# log: the driver never registered, or has another charge.
UNHEARD_MS = 10 * 60_000

# Outcomes of a claim after which no word of a charge comes any more.
FINAL_OUTCOMES = frozenset({"refused", "failed", "cancelled"})

# Why a charge was refused, as far as that is no failure of the site. Every other reason is one.
REFUSALS: dict[str, Verdict] = {
    "busy": "turned_away",
    "unknown_driver": "own_cause",
    "already_charging": "own_cause",
    "unknown_charge_point": "own_cause",
    "price_changed": "own_cause",
    "limit_too_small": "own_cause",
}


@dataclass(frozen=True)
class Attempt:
    """What the log tells of one request. `outcome`, `reason`: of the driver's claim, once it was released.

    `claimed`: the driver's fold let it pass. `heard_at_ms`: the last word about it. `energy_wh` and what follows are
    those of its receipts, None without one; `ended_by` is the reason of its end.
    """

    session_id: str
    driver_id: str
    cp_id: str
    site_id: str
    asked_at_ms: int
    heard_at_ms: int
    claimed: bool = True
    outcome: str | None = None
    reason: str | None = None
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    energy_wh: int | None = None
    cost_minor: int | None = None
    ended_by: str | None = None

    @property
    def over_at_ms(self) -> int:
        """When it ended, as far as that is known; else the last word about it."""
        return self.heard_at_ms if self.ended_at_ms is None else self.ended_at_ms


def verdict(attempt: Attempt, now_ms: int, lost_after_ms: int) -> Verdict:
    """`lost_after_ms`: of silence, after which an attempt is given up that never ended."""
    if attempt.energy_wh is not None:
        return "succeeded" if is_success(attempt) else "failed"
    silent_ms = now_ms - attempt.heard_at_ms
    if attempt.outcome in FINAL_OUTCOMES:
        return REFUSALS.get(attempt.reason or "", "failed")
    if not attempt.claimed and attempt.outcome is None:
        return "own_cause" if silent_ms > UNHEARD_MS else "open"
    return "failed" if silent_ms > lost_after_ms else "open"


def is_success(attempt: Attempt) -> bool:
    """Of one with a receipt: 100 Wh or ended by `limit`, and nothing broke in its first 5 min."""
    assert attempt.energy_wh is not None
    lasted_ms = (attempt.ended_at_ms or 0) - (attempt.started_at_ms or 0)
    if attempt.ended_by in BROKEN_ENDS and lasted_ms < EARLY_MS:
        return False
    return attempt.energy_wh >= ENOUGH_WH or attempt.ended_by == LIMIT
