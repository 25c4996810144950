"""The terms under which folds work: settings that a rebuild must repeat to make the same rows."""

from dataclasses import dataclass

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Terms:
    """`currency`: ISO code with two decimals. Every `_ms` is a duration.

    `plant_speed`: how much faster than the clock the metered world runs. 1 wherever current is real; a simulated
    plant on fast time meters more than rated power x clock time would allow, which is otherwise held as implausible.
    """

    currency: str = "EUR"
    command_ttl_ms: int = 30_000
    command_resend_ms: int = 5_000
    lost_after_ms: int = 24 * HOUR_MS
    request_ttl_ms: int = 60_000  # after which nobody stands at the car any more
    claim_hold_ms: int = 600_000  # for which a claim outlives its charge point's connection
    unnamed_for_ms: int = 60_000  # for which a session outlives a status of its engine that does not name it
    replace_for_ms: int = 24 * HOUR_MS  # for which the operator's word lets another board in
    plant_speed: int = 1
