"""A mistake in the folds, and what tests of parking say and look at."""

import json
import uuid
from typing import Any

from wire.kinds import COMMANDS

from central.fold.apply import apply
from central.model.records import Incoming, Outgoing
from central.model.rows import Rows
from central.model.terms import Terms
from central.store.database import Database
from central.store.tables import PARKED, PARKED_KEYS, TABLES
from central.tests.site import Site
from central.tests.working import content, rows_of


class Mistaken:
    """The folds, with a mistake in them until it is mended."""

    def __init__(self) -> None:
        self.mended = False

    def __call__(self, rows: Rows, incoming: Incoming, terms: Terms) -> list[Outgoing]:
        said = apply(rows, incoming, terms)
        message = incoming.message
        if not self.mended and (message.get("vehicle") == "absent" or message.get("max_cost_minor") == 666):
            raise ZeroDivisionError("a mistake\nin a fold")
        return said


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All that folds have made, and what waits."""
    waiting = [{name: value for name, value in row.items() if name != "id"} for row in rows_of(database, PARKED)]
    made = {table.name: content(database, table) for table in TABLES.values()}
    return {**made, "ParkedKeys": content(database, PARKED_KEYS), "Parked": waiting}


def status(site: Site, vehicle: str, number: int = 1) -> None:
    site.board_says("status_notification", f"b{number}", cp_id=f"cp_00{number}", state="idle", vehicle=vehicle)


def said_to(site: Site, cp_id: str, until: int = 1) -> list[str]:
    told = [json.loads(record.value) for record in site.read(COMMANDS, until) if record.key == cp_id]
    return [message["type"] for message in told if message["type"] != "register_response"]


def free(site: Site, key: str, topic: str = "ev.cp") -> None:
    message = {"type": "key_unparked", "message_id": str(uuid.uuid4()), "key": key}
    site.appends(topic, key, json.dumps(message, separators=(",", ":")).encode(), "operator")
