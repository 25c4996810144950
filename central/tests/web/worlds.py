"""Centrals with something of each sort to show, with nothing, and with something wrong: where pages are looked at.

All who look are named here: operators by their role, drivers by their names.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from central.model.ids import session_id
from central.people import roles
from central.people.checking import verify
from central.people.contacts import set_contacts
from central.people.devices import Subscription, add_device
from central.people.push_key import PushKey, push_key_of
from central.store.database import open_database
from central.store.parked import park_key
from central.tests.notices import notices_at, tell
from central.tests.site import Site, sign_up
from central.tests.web.figured import figured_at
from central.tests.web.visits import Post
from eventlog.clock import wall_ms
from runtime.tokens import id_of, sha256_of
from tools.stack.tokens import people_at

SETTINGS = {"PLANT_SPEED": "3600", "COMMAND_TTL_S": "3600"}  # charges of a moment are as plausible as long ones
PLAN = "cp_id,x,y\n" + "".join(f"cp_{number:03},{number * 20 % 100},{number // 5 * 45}\n" for number in range(1, 13))
NOBODY, NEWCOMER, ADMIN, AUDITOR = "nobody", "newcomer", roles.ADMIN, roles.AUDITOR
ADA, BOB, CAROL, DAN = "Ada", "Bob", "Carol", "Dan"
FULL, EMPTY, FIGURED, HALTED = "full", "empty", "figured", "halted"


@dataclass(frozen=True)
class World:
    """`places`: by the names that addresses have. `tokens`: of those who look, but for nobody."""

    site: Site
    places: Mapping[str, str]
    tokens: Mapping[str, str]


class Driver:
    """Somebody who charges, by the API."""

    def __init__(self, site: Site, name: str) -> None:
        self._site = site
        self._client = site.client()
        self.driver_id = sign_up(self._client, name)
        self.token = self._client.headers["authorization"].partition(" ")[2]

    def ask(self, post: Post, state: str, **order: object) -> str:
        """The session, once its request is in this state."""
        return self._ask(post, state, order)[1]

    def _ask(self, post: Post, state: str, order: Mapping[str, object]) -> tuple[str, str]:
        message_id = f"{uuid4()}"
        wish = {"message_id": message_id, "cp_id": post.cp_id, **order}
        session: str = self._client.post("/v1/charges", json=wish).json()["session_id"]
        self._site.wait_for(lambda: self._told(message_id)["state"] == state, f"{post.cp_id} is {state}")
        return message_id, session

    def charge(self, post: Post, energy_wh: int, power_w: int = 7_400, **order: object) -> str:
        """A session that goes on, with so much told of it."""
        message_id, session = self._ask(post, "authorized", order)
        post.begin(session)
        post.tell(session, energy_wh, power_w)
        self._site.wait_for(lambda: self._told(message_id)["energy_wh"], "it was told")
        return session

    def _told(self, message_id: str) -> Mapping[str, object]:
        return self._client.get(f"/v1/charges/{message_id}").json()

    def close(self) -> None:
        self._client.close()


def operators(site: Site) -> dict[str, str]:
    return {ADMIN: site.token("olga", ADMIN), AUDITOR: site.token("otto", AUDITOR)}


@contextmanager
def full_at(folder: Path) -> Generator[World]:
    plan = folder / "plan.csv"
    plan.write_text(PLAN, encoding="utf-8")
    site = Site(folder, {**SETTINGS, "SITE_PLAN": str(plan)})
    try:
        site.start()
        yield _filled(site)
    finally:
        site.close()


def _filled(site: Site) -> World:
    names = (
        "free", "guests", "charging", "faulty", "broken", "stopped", "away", "wrong", "ready", "resting", "parked",
        "bounded",
    )  # fmt: skip
    posts = {name: Post.at(site, f"Row {number}", cp_id=f"cp_{number:03}") for number, name in enumerate(names, 1)}
    drivers = {name: Driver(site, name) for name in (ADA, BOB, CAROL, DAN, NEWCOMER)}
    told = {"name": "North Yard", "time_zone": "Europe/Berlin", "guests": True}
    site.says("site_request", "operator", site_id="yard", action="add", **told)
    for name in ("guests", "broken"):
        site.says("operator_request", "operator", cp_id=posts[name].cp_id, action="site", site_id="yard")
    sessions = _charges(drivers, posts)
    for each in drivers.values():
        each.close()
    _told_by_many_ways(site, drivers[CAROL])
    _troubles(site, posts)
    _notices(site, posts)
    places = {name: post.cp_id for name, post in posts.items()} | sessions
    return World(site, places, operators(site) | {name: each.token for name, each in drivers.items()})


def _told_by_many_ways(site: Site, driver: Driver) -> None:
    """A contact that is hers, one that she has yet to show, and a browser."""
    now, own = wall_ms(), driver.driver_id
    with people_at(site.people_file) as people:
        push_key_of(people, lambda: PushKey("", "B" * 87), now)
        with people.writer.begin() as connection:
            set_contacts(connection, own, {"email": "carol@example.org", "ntfy": "carols-own-topic"}, now)
            verify(connection, own, "ntfy", now)
            browser = Subscription("https://push.example.org/carol", "B" * 87, "A" * 22)
            add_device(connection, own, id_of(sha256_of(driver.token)), browser, "Firefox, Linux", now)


def _charges(drivers: Mapping[str, Driver], posts: Mapping[str, Post]) -> dict[str, str]:
    """Sessions in all their states, by the names that addresses have."""
    ada, bob, carol, dan = (drivers[name] for name in (ADA, BOB, CAROL, DAN))
    pending = f"{uuid4()}"
    sessions = {"over": ada.charge(posts["free"], 9_300)}
    posts["free"].end(sessions["over"])
    _wait_until(posts["free"], "ACTIVE")
    sessions["bounded"] = bob.charge(posts["bounded"], 11_200, max_energy_wh=10_000)
    posts["bounded"].end(sessions["bounded"], "limit")
    _wait_until(posts["bounded"], "ACTIVE")
    sessions["failed"] = bob.ask(posts["free"], "failed", price_per_kwh=0.2)
    sessions["held"] = bob.charge(posts["wrong"], 900)
    posts["wrong"].register_wh = 90_000_000
    posts["wrong"].end(sessions["held"])
    sessions["session"] = ada.charge(posts["charging"], 4_100, max_energy_wh=20_000)
    sessions["refused"] = ada.ask(posts["free"], "refused")  # one at a time
    sessions["ready"] = carol.ask(posts["ready"], "authorized")
    sessions["resting"] = dan.charge(posts["resting"], 2_600, 0)
    sessions |= {"pending": session_id(bob.driver_id, pending), "pending_request": pending}
    return sessions


def _troubles(site: Site, posts: Mapping[str, Post]) -> None:
    faulty, broken, stopped, away = (posts[name] for name in ("faulty", "broken", "stopped", "away"))
    for fault in ("weld", "moon_phase"):
        site.board_says("fault_notification", faulty.cp_id, id=faulty.cp_id, fault=fault, failure_info="seen")
    broken.fails("over_temperature")
    site.says("operator_request", "operator", cp_id=stopped.cp_id, action="stop", reason="the cable is cut")
    site.says("link_down", "bridge", cp_id=away.cp_id, link_id=f"link-{away.cp_id}")
    site.appends("ev.cp", faulty.cp_id, b"{<script>", by="bridge")
    for post, status in ((faulty, "FAULTY"), (broken, "FAULTY"), (stopped, "STOPPED"), (away, "DISCONNECTED"),
                         (posts["wrong"], "ACTIVE")):  # fmt: skip
        _wait_until(post, status)
    site.worker.stop()
    books = open_database(f"sqlite:///{site.folder / 'central.db'}")
    with books.writer.begin() as connection:
        park_key(connection, "ev.cp", posts["parked"].cp_id, "ZeroDivisionError: division by zero", 1_774_696_200_000)
    books.dispose()
    site.start(site.worker)


def _notices(site: Site, posts: Mapping[str, Post]) -> None:
    with notices_at(site.folder / "notices.db") as notices:
        tell(notices, "told-1", cp_id=posts["faulty"].cp_id)
        tell(notices, "told-2", cp_id=posts["away"].cp_id, event="point_silent", state="due", tries=2,
             next_try_ms=1_900_000_000_000, last_error="ConnectionError: nobody answers")
        tell(notices, "told-3", cp_id="", event="webhook_disabled", person_id="", channel="webhook",
             lane="webhook/wh_1a2b3c4d", state="failed", tries=9, last_error="it answered 500")  # fmt: skip


def _wait_until(post: Post, status: str) -> None:
    post.site.wait_for(lambda: post.status == status, f"{post.cp_id} is {status}")


@contextmanager
def empty_at(folder: Path) -> Generator[World]:
    site = Site(folder)
    try:
        site.start()
        yield World(site, {}, operators(site))
    finally:
        site.close()


@contextmanager
def figures_at(folder: Path) -> Generator[World]:
    with figured_at(folder / "yard") as site:
        yield World(site, {}, operators(site))


@contextmanager
def halted_at(folder: Path) -> Generator[World]:
    """The worker is gone, and something waits for it."""
    site = Site(folder)
    try:
        site.start()
        post = Post.at(site, cp_id="cp_001")
        site.worker.stop()
        post.fails()
        yield World(site, {"free": post.cp_id}, operators(site))
    finally:
        site.close()


WORLDS: Mapping[str, Callable[[Path], AbstractContextManager[World]]] = {
    FULL: full_at, EMPTY: empty_at, FIGURED: figures_at, HALTED: halted_at,
}  # fmt: skip
