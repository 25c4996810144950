"""A system of which people are told: a real log, books, people and notices, with a clock of the test's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from wire.kinds import DEAD

from central.outbound.notify.contact_checks import add_checks
from central.outbound.notify.posting import Reach
from central.outbound.notify.push import new_push_key
from central.outbound.notify.queue import lanes_due
from central.outbound.notify.rules import Holds
from central.outbound.notify.run import WAYS_OUT
from central.outbound.notify.sender import Sender, Voice
from central.outbound.notify.taking import TOPICS, Taking
from central.outbound.notify.version import MIGRATIONS
from central.outbound.notify.ways import Way, ways_of
from central.outbound.reader import Purpose
from central.outbound.tests.reading import reading
from central.people.checking import verify
from central.people.contacts import set_contacts
from central.people.opening import make_tables
from central.people.push_key import push_key_of
from central.people.register import add_person
from central.people.roles import DRIVER
from central.people.sites import Sites, set_sites
from central.store.database import Database, open_database
from central.store.migrate import migrate
from central.store.notice_tables import DELIVERIES
from central.store.tables import CHARGING_SESSIONS
from central.tests.site import Site
from central.tests.working import content
from eventlog.clock import wall_ms
from runtime.config import ConfigManager

HOLDS = Holds(fault_s=20, silence_s=300)
NOON_MS = 1_774_696_200_000  # 2026-03-28 11:10 UTC


class Notified:
    """`now_ms`: what the log stamps with and the sender reads; of the real clock where it is not the test's own.
    Nothing happens but what a test asks for.
    """

    def __init__(self, folder: Path, *, own_clock: bool = True, **settings: str) -> None:
        self.now_ms = NOON_MS if own_clock else wall_ms()
        folder.mkdir(exist_ok=True)
        self.site = Site(folder, now_ms=(lambda: self.now_ms) if own_clock else wall_ms)
        self.books = open_database(f"sqlite:///{folder / 'central.db'}")
        migrate(self.books.writer)
        self.people = open_database(f"sqlite:///{folder / 'people.db'}")
        make_tables(self.people)
        self.key = push_key_of(self.people, new_push_key, self.now_ms)
        self.notices = self.open_notices(folder / "notices.db")
        environment = {**self.site.environment, **settings}
        self.ways: dict[str, Way] = dict(ways_of(ConfigManager(environment=environment, env_file=None)))

    def open_notices(self, file: Path) -> Database:
        opened = open_database(f"sqlite:///{file}")
        migrate(opened.writer, folder=MIGRATIONS)
        return opened

    def person(
        self, person_id: str, contacts: Mapping[str, str], role: str = DRIVER, sites: Sites = None,
        *, is_shown: bool = True,
    ) -> None:
        with self.people.writer.begin() as connection:
            add_person(connection, person_id, role, self.now_ms)
            set_contacts(connection, person_id, contacts, self.now_ms)
            for channel in contacts if is_shown else ():
                verify(connection, person_id, channel, self.now_ms)
            if role != DRIVER:
                set_sites(connection, person_id, sites)

    def session(self, session_id: str, driver_id: str) -> None:
        """A row of the books, as the worker would write it."""
        row = {"session_id": session_id, "cp_id": "cp_001", "driver_id": driver_id, "request_id": "r"}
        with self.books.writer.begin() as connection:
            connection.execute(insert(CHARGING_SESSIONS), {**row, "tariff": "{}", "status": "in_progress"})

    def ticket(self, session_id: str, driver_id: str, *, number: int = 1, reason: str = "vehicle") -> None:
        self.site.says(
            "ticket", "worker", cp_id="cp_001", session_id=session_id, driver_id=driver_id, number=number,
            meter_id="m", start_register_wh=1_000, end_register_wh=13_900, energy_wh=12_900, cost_minor=258,
            started_at_ms=self.now_ms - 3_600_000, ended_at_ms=self.now_ms, reason=reason, currency="EUR",
        )  # fmt: skip

    def dead_letters(self, count: int) -> None:
        """As the worker buries what no table admits."""
        for _ in range(count):
            self.site.appends(DEAD, "cp_001", b"noise", "worker")

    def read(self) -> None:
        """All that the log holds; at its first call it begins at the end."""
        taking = self._taking()
        purpose = Purpose(TOPICS, taking.take, taking.rest, WAYS_OUT, begins_at_end=True, take_dead=taking.take_dead)
        with reading(self.notices, self.site.log, purpose) as one:
            one.catch_up()

    def check_contacts(self) -> None:
        """Sends the codes that were asked for."""
        add_checks(self.people, self.notices, self.now_ms)
        self.send()

    def ripen(self) -> None:
        """As once the log has been read for a while."""
        taking = self._taking()
        taking.settle()
        taking.ripen(self.notices)

    def sender(self) -> Sender:
        voice = Voice("https://w.example", "EUR", self.key, Reach(private_ok=True))
        return Sender(self.notices, self.people, self.ways, voice, lambda: self.now_ms)

    def send(self) -> None:
        """All that is due now."""
        sender = self.sender()
        with self.notices.reader.connect() as connection:
            lanes = lanes_due(connection, self.now_ms)
        for lane in sorted(lanes):
            while sender.send_next(lane):
                pass

    def rows(self) -> list[dict[str, Any]]:
        return content(self.notices, DELIVERIES)

    def _taking(self) -> Taking:
        return Taking(self.books, self.people, HOLDS, lambda: self.now_ms)

    def close(self) -> None:
        for database in (self.notices, self.people, self.books):
            database.dispose()
        self.site.close()
