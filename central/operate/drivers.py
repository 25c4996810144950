"""Drivers as the operator sees and adds them."""

from typing import Any

from sqlalchemy import Connection, select

from central.actions.asking import Operator, request
from central.actions.refusal import NotDone
from central.store.names import write_name
from central.store.tables import DRIVERS
from central.views.moments import iso
from central.views.queries import read_driver

_DRIVER = DRIVERS.c


def list_drivers(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Those who hold a charge first, then the newest."""
    claim = (_DRIVER.claim_cp_id, _DRIVER.claim_session_id)
    wanted = (
        select(_DRIVER.driver_id, _DRIVER.username, _DRIVER.created_at_ms, *claim)
        .where(_DRIVER.created_at_ms.is_not(None))
        .order_by(_DRIVER.claim_session_id.is_(None), _DRIVER.created_at_ms.desc(), _DRIVER.driver_id)
        .limit(limit)
    )
    return [
        {"driver_id": driver, "name": name, "since": iso(created_at_ms), "charges_at": cp_id, "session_id": session_id}
        for driver, name, created_at_ms, cp_id, session_id in connection.execute(wanted)
    ]


def add_driver(operator: Operator, driver_id: str, name: str | None) -> bool:
    """Make a driver known, as `driver_register` does. False where that driver was known already.

    Raises NotDone where the driver has another name; LogError where the log cannot take it.
    """
    known_name, created_at_ms = operator.read(lambda it: read_driver(it, driver_id)) or (None, None)
    if name is not None and known_name not in (None, name):
        raise NotDone(f"{driver_id} is known already, as {known_name}; choose another id, or leave out --name")
    if name is not None and known_name is None:
        with operator.database.writer.begin() as connection:
            write_name(connection, driver_id, name)  # first: who is in the log has a name
    if created_at_ms is not None:
        return False

    def is_there(connection: Connection) -> bool:
        found = read_driver(connection, driver_id)
        return found is not None and found[1] is not None

    request(operator, "driver_register", is_there, driver_id=driver_id)
    return True
