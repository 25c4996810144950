"""What drivers said went wrong, for whoever operates the charge points."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from central.store.tables import PROBLEM_REPORTS
from central.views.moments import iso
from central.views.sites import at_sites

_REPORT = PROBLEM_REPORTS.c


def read_reports(
    connection: Connection, limit: int, sites: Collection[str] | None = None, cp_id: str | None = None
) -> list[dict[str, Any]]:
    """The newest first. `sites`: at these alone; None: wherever. `cp_id`: of this charge point alone."""
    wanted = select(_REPORT.cp_id, _REPORT.session_id, _REPORT.number, _REPORT.at_ms, _REPORT.text)
    wanted = wanted.where(at_sites(_REPORT.cp_id, sites))
    if cp_id is not None:
        wanted = wanted.where(_REPORT.cp_id == cp_id)
    newest = wanted.order_by(_REPORT.at_ms.desc(), _REPORT.session_id, _REPORT.number).limit(limit)
    return [
        {"cp_id": cp, "session_id": session, "number": number, "at": iso(at_ms), "text": text}
        for cp, session, number, at_ms, text in connection.execute(newest)
    ]
