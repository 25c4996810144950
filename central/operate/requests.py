"""What the operator asks of a charge point: appended to the log, then awaited in the tables."""

import time
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from wire.appenders import OPERATOR, appended_by
from wire.check import check
from wire.frame import payload_of
from wire.kinds import CP
from wire.kinds.log import KINDS

from central.model.records import Message
from central.model.states import FINAL
from central.operate.failures import NotDone
from central.store.database import Database
from central.store.tables import CHARGING_POINTS, CHARGING_SESSIONS, SEEN_IDS
from eventlog import Log

APPEND_TIMEOUT_S = 5.0
FOLD_TIMEOUT_S = 5.0
FOLD_POLL_S = 0.02
END_POLL_S = 0.1
SHOWN_POINTS = 10


@dataclass(frozen=True)
class Point:
    """A charge point after the request was folded."""

    cp_id: str
    status: str
    price_e4: int


def request(database: Database, log: Log, cp_id: str, action: str, price_per_kwh: float | None = None) -> Point:
    """Raises NotDone; LogError where the log cannot take it."""
    _check_known(database, cp_id)
    message: Message = {"type": "operator_request", "message_id": str(uuid4()), "cp_id": cp_id, "action": action}
    if price_per_kwh is not None:
        message["price_per_kwh"] = price_per_kwh
    problem = check(message)
    if problem is not None:
        raise NotDone(problem.text)
    log.create_topics()
    topic = KINDS["operator_request"].topic
    log.append(topic, cp_id, payload_of(message), appended_by(OPERATOR)).result(APPEND_TIMEOUT_S)
    return _wait_for_fold(database, cp_id, message["message_id"])


def wait_for_end(database: Database, cp_id: str, timeout_s: float) -> str | None:
    """None once no charge runs at this charge point; the session that still runs after this time."""
    session = CHARGING_SESSIONS.c
    running = select(session.session_id).where(session.cp_id == cp_id, session.status.not_in(FINAL)).limit(1)
    deadline = time.monotonic() + timeout_s
    while True:
        with database.reader.connect() as connection:
            found = connection.execute(running).scalar_one_or_none()
        if found is None or time.monotonic() >= deadline:
            return found
        time.sleep(END_POLL_S)


def _check_known(database: Database, cp_id: str) -> None:
    with database.reader.connect() as connection:
        known = connection.execute(select(CHARGING_POINTS.c.cp_id).order_by(CHARGING_POINTS.c.cp_id)).scalars().all()
    if cp_id not in known:
        names = ", ".join(known[:SHOWN_POINTS]) + (", ..." if len(known) > SHOWN_POINTS else "")
        raise NotDone(f"there is no charge point {cp_id}; known are: {names or 'none yet'}")


def _wait_for_fold(database: Database, cp_id: str, message_id: str) -> Point:
    seen, point = SEEN_IDS.c, CHARGING_POINTS.c
    folded = select(seen.at_ms).where(seen.topic == CP, seen.key == cp_id, seen.message_id == message_id)
    shown = select(point.cp_id, point.status, point.price_e4).where(point.cp_id == cp_id)
    deadline = time.monotonic() + FOLD_TIMEOUT_S
    while time.monotonic() < deadline:
        with database.reader.connect() as connection:
            if connection.execute(folded).one_or_none() is not None:
                return Point(*connection.execute(shown).one())
        time.sleep(FOLD_POLL_S)
    raise NotDone(
        f"it is logged, but was not carried out within {FOLD_TIMEOUT_S:g} s; is wattline-central worker running? "
        "Is the charge point parked (wattline-central parked)?"
    )
