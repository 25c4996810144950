"""What a home sees of a charge point, read from the books."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.model import states
from central.store.tables import CHARGING_SESSIONS, IS_OPEN
from central.views.charge import Charge, charge_of
from central.views.queries import list_charges, list_points, open_faults, read_followed

MOST_OPEN = 100  # charges of one driver that are looked at


@dataclass(frozen=True)
class Post:
    """A charge point now. `heard_ms`: the last sign of life. `energy_wh`, `cost_minor`: of the charge that runs there,
    whoever's it is, and 0 where none does. `own`: the open sessions there of the home's own driver.
    """

    cp_id: str
    name: str
    status: str
    faults: tuple[str, ...]
    power_w: int
    register_wh: int
    energy_wh: int
    cost_minor: int
    heard_ms: int | None
    own: tuple[str, ...] = ()


def read_posts(
    connection: Connection, shown: Sequence[str], driver_id: str, currency: str, now_ms: int
) -> list[Post]:
    """Those in `shown` that the books have, in the order of their ids; all of them where it is empty."""
    rows = [row for row in list_points(connection) if not shown or row.cp_id in shown]
    faults, running = open_faults(connection), _running(connection, currency, now_ms)
    own = own_sessions(connection, driver_id)
    posts: list[Post] = []
    for row in rows:
        charge = running.get(row.cp_id)
        posts.append(
            Post(
                cp_id=row.cp_id,
                name=row.location,
                status=row.status,
                faults=tuple(faults.get(row.cp_id, ())),
                power_w=(row.live_power_w or 0) if row.status == states.CHARGING else 0,
                register_wh=max(row.register_wh, row.live_register_wh or 0),
                energy_wh=0 if charge is None else charge["energy_wh"],
                cost_minor=0 if charge is None else charge["cost_minor"],
                heard_ms=row.seen_ms,
                own=tuple(session for cp_id, session in own if cp_id == row.cp_id),
            )
        )
    return posts


def own_sessions(connection: Connection, driver_id: str) -> list[tuple[str, str]]:
    """(cp_id, session_id) of each open charge of this driver; of nobody where it is empty."""
    if not driver_id:
        return []
    return [(row.cp_id, row.session_id) for row in list_charges(connection, driver_id, True, MOST_OPEN)]


def _running(connection: Connection, currency: str, now_ms: int) -> dict[str, Charge]:
    """The charge that runs at each charge point; of several that are open there the newest."""
    session = CHARGING_SESSIONS.c
    wanted = select(session.driver_id, session.request_id).where(IS_OPEN)
    keys = [(driver_id, request_id) for driver_id, request_id in connection.execute(
        wanted.order_by(session.requested_at_ms, session.session_id))]  # fmt: skip
    found = read_followed(connection, keys) if keys else {}
    return {row.cp_id: charge_of(row, now_ms, currency) for row in (found[key] for key in keys if key in found)}
