"""Which charge points have fallen silent, and which are heard again, judged by the log's clock."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, literal, or_, select
from wire.kinds import CP
from wire.kinds.fields import TIME_MIN_MS

from central.model.record_time import JITTER_MS
from central.store.parked import is_parked
from central.store.tables import CHARGING_POINTS, LAST_SEEN

MAX_FOUND = 1_000  # of one sort at a time; the rest waits for the next


@dataclass(frozen=True)
class Silent:
    """`last_at_ms`: the last sign of life, or, where that is not known, when it was missed first."""

    cp_id: str
    last_at_ms: int


class Silence:
    """Remembers signs that lie in the future: a clock was put right since, and all they tell is whether they change."""

    def __init__(self, limit_ms: int) -> None:
        self.limit_ms = limit_ms
        self._missed: dict[str, tuple[tuple[int, int], int]] = {}  # the signs, and when they were seen first

    def silent(self, connection: Connection, now_ms: int) -> list[Silent]:
        missed, self._missed = self._missed, {}
        found: list[Silent] = []
        wanted = _linked(is_silent=False).where(~_heard(now_ms, self.limit_ms)).limit(MAX_FOUND)
        for cp_id, logged_at_ms, heartbeat_at_ms in connection.execute(wanted):
            signs = (logged_at_ms, heartbeat_at_ms)
            last_at_ms = max(*signs, TIME_MIN_MS)
            if last_at_ms > now_ms + JITTER_MS:
                known = missed.get(cp_id)
                last_at_ms = known[1] if known is not None and known[0] == signs else now_ms
                self._missed[cp_id] = (signs, last_at_ms)
            if now_ms - last_at_ms > self.limit_ms:
                found.append(Silent(cp_id, last_at_ms))
        return found

    def heard(self, connection: Connection, now_ms: int) -> list[str]:
        wanted = _linked(is_silent=True).where(_heard(now_ms, self.limit_ms)).limit(MAX_FOUND)
        return [cp_id for cp_id, _, _ in connection.execute(wanted)]


def _linked(*, is_silent: bool) -> Select[str, int, int]:
    """The id and the signs of those whose line is up."""
    point, seen = CHARGING_POINTS.c, LAST_SEEN.c
    return (
        select(point.cp_id, seen.logged_at_ms, seen.heartbeat_at_ms)
        .join(LAST_SEEN, seen.cp_id == point.cp_id)
        .where(point.link_id.is_not(None), point.silent.is_(is_silent), ~is_parked(literal(CP), point.cp_id))
    )


def _heard(now_ms: int, limit_ms: int) -> ColumnElement[bool]:
    signs = (LAST_SEEN.c.logged_at_ms, LAST_SEEN.c.heartbeat_at_ms)
    return or_(*(sign.between(now_ms - limit_ms, now_ms + JITTER_MS) for sign in signs))
