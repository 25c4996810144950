"""What was told to whom, as rows."""

from typing import Any

from central import settings
from central.operate.failures import NotDone
from central.operate.program import PROGRAM
from central.outbound.notify.version import MIGRATIONS
from central.store.opening import database_of
from central.store.version import is_current
from central.views.deliveries import Wanted, list_deliveries
from runtime.config import ConfigManager


def shown_deliveries(config: ConfigManager, limit: int, state: str | None = None) -> list[dict[str, Any]]:
    """The newest first. Raises NotDone where there are no tables yet, BadPlace where the file cannot be used."""
    notices = database_of(config, settings.NOTICES)
    try:
        if not is_current(notices.reader, MIGRATIONS):
            raise NotDone(f"nothing was told yet in {notices.place}; start {PROGRAM} notify, which makes its tables")
        with notices.reader.connect() as connection:
            rows = list_deliveries(connection, Wanted(state), limit).rows
    finally:
        notices.dispose()
    return [_shown(row) for row in rows]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "delivery_id": row["delivery_id"],
        "at": row["at"],
        "event": row["event"],
        "cp_id": row["cp_id"] or "",
        "person": row["person_id"] or "",
        "channel": row["channel"],
        "state": row["state"],
        "tries": row["tries"],
        "why": row["why"] or row["error"] or "",
        "done_at": row["done_at"],
    }
