"""Drivers' names: they lie in the database alone, beside the rows that the worker writes; the log knows ids."""

from sqlalchemy import Connection, insert, select, update

from central.store.database import lock_for_writing
from central.store.tables import DRIVERS

_DRIVER = DRIVERS.c


def erase_name(connection: Connection, driver_id: str) -> None:
    lock_for_writing(connection)
    connection.execute(update(DRIVERS).where(_DRIVER.driver_id == driver_id), {"username": None})


def write_name(connection: Connection, driver_id: str, username: str) -> None:
    """The first name stands: one that is written again changes nothing."""
    lock_for_writing(connection)
    known = connection.execute(select(_DRIVER.driver_id).where(_DRIVER.driver_id == driver_id)).one_or_none()
    if known is None:
        connection.execute(insert(DRIVERS), {"driver_id": driver_id, "username": username})
    else:
        unnamed = (_DRIVER.driver_id == driver_id, _DRIVER.username.is_(None))
        connection.execute(update(DRIVERS).where(*unnamed), {"username": username})
