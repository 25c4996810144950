"""What happened at charge points, as operators list it: faults, alarms, commands."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from central.store.paging import After, Page, read_page
from central.store.tables import ALARMS, COMMANDS, FAULTS
from central.views.faults import text_of
from central.views.moments import iso
from central.views.sites import at_sites

Sites = Collection[str] | None

_FAULT, _ALARM, _COMMAND = FAULTS.c, ALARMS.c, COMMANDS.c


def list_faults(
    connection: Connection, cp_id: str | None, only_open: bool, limit: int, after: After | None = None,
    sites: Sites = None,
) -> Page:  # fmt: skip
    """The newest first. `sites`: at these alone; None: wherever."""
    wanted = select(_FAULT.cp_id, _FAULT.fault, _FAULT.info, _FAULT.since_ms, _FAULT.cleared_at_ms)
    if cp_id is not None:
        wanted = wanted.where(_FAULT.cp_id == cp_id)
    wanted = wanted.where(at_sites(_FAULT.cp_id, sites))
    if only_open:
        wanted = wanted.where(_FAULT.cleared_at_ms.is_(None))
    order = ((_FAULT.since_ms, True), (_FAULT.cp_id, False), (_FAULT.fault, False))
    return read_page(connection, wanted, order, limit, after, _shown_fault)


def list_alarms(
    connection: Connection, cp_id: str | None, limit: int, after: After | None = None, sites: Sites = None
) -> Page:
    """As `list_faults`."""
    wanted = select(_ALARM.cp_id, _ALARM.alarm, _ALARM.subject, _ALARM.text, _ALARM.at_ms)
    if cp_id is not None:
        wanted = wanted.where(_ALARM.cp_id == cp_id)
    wanted = wanted.where(at_sites(_ALARM.cp_id, sites))
    order = ((_ALARM.at_ms, True), (_ALARM.cp_id, False), (_ALARM.alarm, False), (_ALARM.subject, False))
    return read_page(connection, wanted, order, limit, after, _shown_alarm)


def list_commands(connection: Connection, cp_id: str, limit: int, after: After | None = None) -> Page:
    """What was sent to the engine of a charge point, the newest first."""
    columns = (
        _COMMAND.seq, _COMMAND.kind, _COMMAND.session_id, _COMMAND.state, _COMMAND.reason, _COMMAND.expires_at_ms
    )
    wanted = select(*columns).where(_COMMAND.cp_id == cp_id)
    return read_page(connection, wanted, ((_COMMAND.seq, True),), limit, after, _shown_command)


def _shown_fault(row: RowMapping) -> dict[str, Any]:
    return {
        "cp_id": row["cp_id"],
        "fault": row["fault"],
        "info": text_of(row["fault"], row["info"]),
        "since": iso(row["since_ms"]),
        "cleared_at": iso(row["cleared_at_ms"]),
    }


def _shown_alarm(row: RowMapping) -> dict[str, Any]:
    return {
        "cp_id": row["cp_id"],
        "alarm": row["alarm"],
        "subject": row["subject"],
        "text": row["text"],
        "at": iso(row["at_ms"]),
    }


def _shown_command(row: RowMapping) -> dict[str, Any]:
    return {
        "seq": row["seq"],
        "kind": row["kind"],
        "session_id": row["session_id"],
        "state": row["state"],
        "reason": row["reason"],
        "expires_at": iso(row["expires_at_ms"]),
    }
