"""Whether a driver charges at a charge point, and whether somebody asked for the end of it already."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.store.tables import CHARGE_REQUESTS, CHARGING_SESSIONS
from central.views.queries import ChargeRow, list_charges

MOST_OPEN = 100  # charges of one driver that are looked at


@dataclass(frozen=True)
class Charging:
    """`open`: his newest charge there that has not ended. `is_stopping`: its end was asked for.
    `newest_id`: of his newest request there, whatever came of it; None: he never asked.
    """

    open: ChargeRow | None
    is_stopping: bool
    newest_id: str | None


def read_charging(connection: Connection, driver_id: str, cp_id: str) -> Charging:
    own = [row for row in list_charges(connection, driver_id, True, MOST_OPEN) if row.cp_id == cp_id]
    asked, session = CHARGE_REQUESTS.c, CHARGING_SESSIONS.c
    newest = select(asked.message_id).where(asked.driver_id == driver_id, asked.cp_id == cp_id)
    newest = newest.order_by(asked.requested_at_ms.desc(), asked.message_id).limit(1)
    newest_id = connection.execute(newest).scalar_one_or_none()
    if not own:
        return Charging(None, False, newest_id)
    stopped = select(session.stop_requested).where(session.session_id == own[0].session_id)
    return Charging(own[0], connection.execute(stopped).scalar_one_or_none() is True, newest_id)
