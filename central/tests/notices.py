"""Rows in the database of notices, as `wattline-central notify` writes them."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from central.outbound.notify.version import MIGRATIONS
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.notice_tables import DELIVERIES

AT_MS = 1_774_696_200_000


@contextmanager
def notices_at(file: Path) -> Generator[Database]:
    opened = open_database(f"sqlite:///{file}")
    try:
        migrate(opened.writer, folder=MIGRATIONS)
        yield opened
    finally:
        opened.dispose()


def tell(notices: Database, delivery_id: str, **fields: Any) -> None:
    """A delivery, sent to an operator by mail where `fields` say nothing else."""
    row = {
        "delivery_id": delivery_id, "event": "fault_opened", "cp_id": "cp_001", "person_id": "olga",
        "channel": "email", "lane": "email", "at_ms": AT_MS, "details": "{}", "state": "sent", "why": None, "tries": 1,
        "next_try_ms": 0, "last_error": None, "done_at_ms": AT_MS,
    }  # fmt: skip
    with notices.writer.begin() as connection:
        connection.execute(insert(DELIVERIES), {**row, **fields})
