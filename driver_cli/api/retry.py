"""When to try again, and after how long: decisions only, no clock and no sleep."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0
LONGEST_RETRY_AFTER_S = 3600.0
# A server or its proxy cannot answer now, or the outcome is unknown.
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long one question is asked again for, in seconds; an answer under way is waited for beyond it."""

    total_s: float


READING = Patience(1.0)  # a person waits at a prompt, and can ask again
ASKING = Patience(30.0)  # a request carries its id, so trying again is safe and spares the person the trouble


def pause_s(attempt: int, jitter: float, retry_after_s: float | None = None) -> float:
    """The pause before try `attempt` + 1 (the first try is 0): doubling, or as long as the server asks for.

    `jitter`: 0 to 1, so that a thousand commands do not come back in the same instant.
    """
    doubled = min(FIRST_PAUSE_S * 2 ** min(attempt, 16), LONGEST_PAUSE_S) * (0.5 + jitter / 2)
    return max(doubled, retry_after_s or 0.0)


def retry_after_s(header: str | None, now: Callable[[], datetime]) -> float | None:
    """Seconds of a Retry-After header (a number or a date), at most an hour; None where it means nothing."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_AFTER_S)
    from email.utils import parsedate_to_datetime  # slow to load, and rarely needed

    try:
        left_s = (parsedate_to_datetime(text) - now()).total_seconds()
    except (ValueError, TypeError):  # TypeError: a date without a zone cannot be compared
        return None
    return min(max(left_s, 0.0), LONGEST_RETRY_AFTER_S)
