"""What the routes share."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from central.api.followers import Followers
from central.api.keys import InWork
from central.api.log_writer import LogWriter
from central.api.revocation import Revocation
from central.api.tries import Tries
from central.api.unavailable import Unavailable
from central.model.ids import session_id
from central.people.sites import Sites
from central.store.database import Database
from central.views.charge import Charge, charge_of, pending_charge
from central.views.overview import Points
from central.views.queries import ChargeKey, read_followed

MAX_PENDING = 10_000

Answer = TypeVar("Answer")


class Wish(NamedTuple):
    """What a request asks for; under one message_id it is one wish."""

    cp_id: str
    limits: tuple[int | None, ...]


class Pending:
    """What this process was asked for, so that it is known before the fold has seen it. The newest MAX_PENDING."""

    def __init__(self) -> None:
        self._wishes: OrderedDict[ChargeKey, Wish] = OrderedDict()
        self._appended: set[ChargeKey] = set()
        self._stopping: OrderedDict[ChargeKey, None] = OrderedDict()

    def claim(self, key: ChargeKey, wish: Wish) -> Wish:
        """The first wish under this id, from now on or already. Of two posts at the same instant one is the first."""
        first = self._wishes.setdefault(key, wish)
        while len(self._wishes) > MAX_PENDING:
            self._appended.discard(self._wishes.popitem(last=False)[0])
        return first

    def appended(self, key: ChargeKey) -> None:
        if key in self._wishes:
            self._appended.add(key)

    def stopping(self, key: ChargeKey) -> None:
        """Its end was asked for."""
        self._stopping[key] = None
        while len(self._stopping) > MAX_PENDING:
            self._stopping.popitem(last=False)

    def is_stopping(self, key: ChargeKey) -> bool:
        return key in self._stopping

    def wish(self, key: ChargeKey) -> Wish | None:
        """Whether or not it reached the log."""
        return self._wishes.get(key)

    def point(self, key: ChargeKey) -> str | None:
        """The charge point of a request that is in the log."""
        return self._wishes[key].cp_id if key in self._appended else None


@dataclass
class Context:
    """`currency`: of prices that no session has taken yet. `people`: their database, beside that of the books.
    `notices`: that of what people were told, which another process writes."""

    database: Database
    people: Database
    log: LogWriter
    followers: Followers[ChargeKey, Charge]
    point_followers: Followers[Sites, Points]
    pending: Pending
    revocation: Revocation
    tries: Tries
    unavailable: Unavailable
    currency: str
    plant_speed: int = 1
    notices: Database | None = None
    in_work: InWork = field(default_factory=InWork)

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
        cp_id = self.pending.point(key)
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
