"""The months that pages show, kept for a while: one that the reader has not judged yet takes about a second to make."""

import logging
import threading
from collections.abc import Collection, Mapping

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from central.outbound.insight.judgement import first_attempts_in
from central.outbound.insight.local_time import Span
from central.outbound.insight.month import Month, months_of, read_month
from central.outbound.insight.period import Period, this_month
from central.outbound.insight.queries import SiteRow, sites_of
from central.outbound.insight.summary import Unavailable
from central.outbound.insight.version import MIGRATIONS
from central.outbound.insight.visits import FirstAttempts
from central.store.database import Database, reason_of
from central.store.offsets import TopicPartition, read_positions
from central.store.version import is_current

KEPT_MS = 120_000
FIRST_KEPT_MS = 60_000
MOST_KEPT = 64  # sites times months, each some ten kilobytes

logger = logging.getLogger(__name__)

_Places = Mapping[TopicPartition, int]


class Months:
    """`database`: insight's, which may not be there yet. `unavailable`: requests for a charge answered 503."""

    def __init__(self, database: Database, lost_after_ms: int, unavailable: Unavailable) -> None:
        self._database = database
        self._lost_after_ms = lost_after_ms
        self._unavailable = unavailable
        self._kept: dict[tuple[str, str], tuple[Month, _Places]] = {}  # the one made longest ago goes first
        self._first: dict[tuple[Collection[str] | None, int], tuple[FirstAttempts, int]] = {}
        self._making = threading.Lock()  # whoever asks for the same month meanwhile takes what is being made

    @property
    def is_there(self) -> bool:
        """False also while the database cannot be asked."""
        return is_current(self._database.reader, MIGRATIONS)

    def sites(self) -> list[SiteRow]:
        with self._database.reader.connect() as connection:
            return sites_of(connection)

    def names(self, site: SiteRow, now_ms: int) -> list[str]:
        """Of the months that may be looked at: those with figures, and this one; the newest first."""
        with self._database.reader.connect() as connection:
            found = {*months_of(connection, site.site_id), this_month(now_ms, site.zone).name}
        return sorted(found, reverse=True)

    def month(self, site: SiteRow, period: Period, now_ms: int) -> Month:
        """At most KEPT_MS old; one that is over stays until insight reads on."""
        with self._database.reader.connect() as connection:
            places = _places(connection)
            found = self._fresh(site, period, places, now_ms)
            if found is None:
                with self._making:
                    found = self._fresh(site, period, places, now_ms) or self._make(
                        connection, site, period, places, now_ms
                    )
            return found

    def first_attempts(self, sites: Collection[str] | None, since_ms: int, now_ms: int) -> FirstAttempts | None:
        """Of the visits that began since then at these sites (None: at all), at most FIRST_KEPT_MS old.

        None where nobody makes figures, or they cannot be read: whoever shows them beside other things leaves them out.
        """
        key = (None if sites is None else frozenset(sites), since_ms)
        with self._making:
            found, made_at_ms = self._first.get(key, (None, 0))
            if found is not None and 0 <= now_ms - made_at_ms < FIRST_KEPT_MS:
                return found
            if not self.is_there:
                return None
            try:
                with self._database.reader.connect() as connection:
                    found = first_attempts_in(connection, key[0], Span(since_ms, now_ms), now_ms, self._lost_after_ms)
            except SQLAlchemyError as error:
                logger.warning("the figures cannot be read: %s", reason_of(error))
                return None
            self._first = {other: of for other, of in self._first.items() if other[1] == since_ms}
            self._first[key] = (found, now_ms)
            return found

    def _fresh(self, site: SiteRow, period: Period, places: _Places, now_ms: int) -> Month | None:
        month, of = self._kept.get((site.site_id, period.name), (None, places))
        return month if month is not None and month.now.site == site and _is_fresh(month, of, places, now_ms) else None

    def _make(self, connection: Connection, site: SiteRow, period: Period, places: _Places, now_ms: int) -> Month:
        made = read_month(connection, site, period, now_ms, self._lost_after_ms, self._unavailable)
        self._kept.pop((site.site_id, period.name), None)
        self._kept[site.site_id, period.name] = (made, places)
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return made


def _is_fresh(month: Month, of: _Places, places: _Places, now_ms: int) -> bool:
    is_same = month.is_over and not month.now.first.open and of == places
    return is_same or 0 <= now_ms - month.made_at_ms < KEPT_MS


def _places(connection: Connection) -> _Places:
    return {place: position.next for place, position in read_positions(connection).items()}
