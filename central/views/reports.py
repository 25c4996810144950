"""What drivers said went wrong, for whoever operates the charge points, and for themselves."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from central.fold.reports import MOST_OF_A_SESSION
from central.store.paging import After, Order, Page, read_page
from central.store.tables import PROBLEM_REPORTS
from central.views.moments import iso
from central.views.sites import at_sites

_REPORT = PROBLEM_REPORTS.c
_NEWEST_FIRST: Order = ((_REPORT.at_ms, True), (_REPORT.session_id, False), (_REPORT.number, False))


@dataclass(frozen=True)
class Wanted:
    """Which reports; None: any."""

    cp_id: str | None = None
    driver_id: str | None = None
    sites: Collection[str] | None = None


def list_reports(connection: Connection, wanted: Wanted, limit: int, after: After | None = None) -> Page:
    """The newest first."""
    chosen = select(
        _REPORT.cp_id, _REPORT.session_id, _REPORT.driver_id, _REPORT.number, _REPORT.at_ms, _REPORT.text
    ).where(at_sites(_REPORT.cp_id, wanted.sites))
    for column, value in ((_REPORT.cp_id, wanted.cp_id), (_REPORT.driver_id, wanted.driver_id)):
        if value is not None:
            chosen = chosen.where(column == value)
    return read_page(connection, chosen, _NEWEST_FIRST, limit, after, _shown)


def has_room(connection: Connection, session_id: str) -> bool:
    """Whether one more report of this session is kept."""
    known = select(func.count()).select_from(PROBLEM_REPORTS).where(_REPORT.session_id == session_id)
    return connection.execute(known).scalar_one() < MOST_OF_A_SESSION


def _shown(row: RowMapping) -> dict[str, Any]:
    return {
        "cp_id": row["cp_id"],
        "session_id": row["session_id"],
        "driver_id": row["driver_id"],
        "number": row["number"],
        "at": iso(row["at_ms"]),
        "text": row["text"],
    }
