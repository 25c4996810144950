"""What the routes share."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from central.api.followers import Followers
from central.api.log_writer import LogWriter
from central.model.ids import session_id
from central.store.database import Database
from central.views.charge import Charge, charge_of, pending_charge
from central.views.queries import ChargeKey, read_followed

MAX_PENDING = 10_000

Answer = TypeVar("Answer")


class Pending:
    """Requests that were appended, so that they are known before the fold has seen them: driver, id -> charge point."""

    def __init__(self) -> None:
        self._points: OrderedDict[ChargeKey, str] = OrderedDict()

    def add(self, key: ChargeKey, cp_id: str) -> None:
        self._points[key] = cp_id
        while len(self._points) > MAX_PENDING:
            self._points.popitem(last=False)

    def get(self, key: ChargeKey) -> str | None:
        return self._points.get(key)


@dataclass
class Context:
    """`currency`: of prices that no session has taken yet."""

    database: Database
    log: LogWriter
    followers: Followers
    pending: Pending
    currency: str

    async def read(self, query: Callable[[Connection], Answer]) -> Answer:
        """In a thread: the database may be far away, or busy."""

        def run() -> Answer:
            with self.database.reader.connect() as connection:
                return query(connection)

        return await run_in_threadpool(run)

    async def find_charge(self, key: ChargeKey) -> Charge | None:
        """As the tables have it, else as it was appended by this process; None where nobody knows it."""
        found = await self.read(lambda connection: charges_of(connection, [key], self.currency))
        if key in found:
            return found[key]
        cp_id = self.pending.get(key)
        driver_id, message_id = key
        if cp_id is None:
            return None
        return pending_charge(message_id, session_id(driver_id, message_id), cp_id, driver_id, self.currency)


def charges_of(connection: Connection, keys: Sequence[ChargeKey], currency: str) -> Mapping[ChargeKey, Charge]:
    return {key: charge_of(row, now_ms(), currency) for key, row in read_followed(connection, keys).items()}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def context_of(request: Request) -> Context:
    return request.app.state.context
