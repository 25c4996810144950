"""The lists: pages that lose and double nothing while rows arrive, filters, and what is refused."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from central.api.lists import LISTINGS
from central.api.paging import MOST
from central.model.rows import Alarm, ChargingPoint, Command, Fault, OperatorWord, Session
from central.money.price_per_kwh import PricePerKwh
from central.money.tariff import text_of
from central.people.roles import ADMIN
from central.store.database import Database
from central.store.paging import After, BadCursor, Page, after_of, cursor_of, page_of
from central.store.sql_rows import SqlRows
from central.tests.site import Site
from central.views.events import list_alarms, list_commands, list_faults
from central.views.held import list_held
from central.views.sessions import Wanted, list_sessions, read_session
from central.views.words import list_words

TARIFF = text_of(PricePerKwh("EUR", 2_000))


def put(database: Database, *rows: Any) -> None:
    with database.writer.begin() as connection:
        written = SqlRows(connection)
        for row in rows:
            of_key = written.of(row.cp_id)
            of_key.put(row)
            of_key.accept()
        written.write()


def session(number: int, at_ms: int, **more: Any) -> Session:
    return Session(f"s{number:03}", "cp_001", "ada", f"r{number}", TARIFF, requested_at_ms=at_ms, **more)


def all_pages(database: Database, read: "Read", limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after: After | None = None
    while True:
        with database.reader.connect() as connection:
            page: Page = read(connection, limit, after)
        rows += page.rows
        assert len(page.rows) == limit or page.after is None
        if page.after is None:
            return rows
        after = page.after


def fill(database: Database) -> None:
    """Many of each, several of them at one time."""
    points = [ChargingPoint("cp_001"), ChargingPoint("cp_002")]
    rows: list[Any] = []
    for number in range(12):
        at_ms = 1_700_000_000_000 + number // 3
        cp_id = f"cp_00{1 + number % 2}"
        held = {
            "held_wh": number % 2, "status": "completed", "energy_wh": 5, "cost_minor": 1, "ended_at_ms": at_ms,
            "started_at_ms": at_ms, "start_register_wh": 0, "end_register_wh": 6, "last_register_wh": 5,
        }  # fmt: skip
        rows += [
            session(number, at_ms, flags="estimated" if number % 3 == 0 else "", **held),
            Fault(cp_id, f"fault{number}", "", at_ms, at_ms if number % 4 else None),
            Alarm(cp_id, "numbers_lost", f"subject{number}", "text", at_ms),
            Command("cp_001", number + 1, "start_charge", None, "{}", at_ms, "sent"),
            OperatorWord("cp_001", f"w{number:02}", at_ms, "stop", "{}", None, "why"),
        ]
    put(database, *points, *rows)


def _sessions(it: Connection, limit: int, after: After | None) -> Page:
    return list_sessions(it, Wanted(), limit, after)


def _held(it: Connection, limit: int, after: After | None) -> Page:
    return list_held(it, 1, limit, after)


def _faults(it: Connection, limit: int, after: After | None) -> Page:
    return list_faults(it, None, False, limit, after)


def _alarms(it: Connection, limit: int, after: After | None) -> Page:
    return list_alarms(it, None, limit, after)


def _commands(it: Connection, limit: int, after: After | None) -> Page:
    return list_commands(it, "cp_001", limit, after)


def _words(it: Connection, limit: int, after: After | None) -> Page:
    return list_words(it, "cp_001", limit, after)


Read = Callable[[Connection, int, After | None], Page]
LISTS: dict[str, Read] = {
    "sessions": _sessions,
    "held": _held,
    "faults": _faults,
    "alarms": _alarms,
    "commands": _commands,
    "words": _words,
}


@pytest.mark.parametrize("name", LISTS)
def test_pages_make_the_whole_list_whatever_their_size(database: Database, name: str) -> None:
    fill(database)
    whole = all_pages(database, LISTS[name], 100)
    assert len(whole) == (6 if name == "held" else 12)
    for limit in (1, 5, 6):
        assert all_pages(database, LISTS[name], limit) == whole


def test_what_arrives_meanwhile_moves_no_page(database: Database) -> None:
    fill(database)
    with database.reader.connect() as connection:
        first = list_sessions(connection, Wanted(), 5)
    put(database, session(99, 1_800_000_000_000))
    with database.reader.connect() as connection:
        second = list_sessions(connection, Wanted(), 100, first.after)
    seen = [row["session_id"] for row in first.rows + second.rows]
    assert len(seen) == len(set(seen)) == 12
    assert "s099" not in seen


def test_sessions_are_found_by_what_is_asked(database: Database) -> None:
    fill(database)
    first_ms = 1_700_000_000_000
    for wanted, count in (
        (Wanted(cp_id="cp_001"), 12), (Wanted(cp_id="cp_002"), 0), (Wanted(driver_id="ada"), 12),
        (Wanted(state="completed"), 12), (Wanted(state="failed"), 0), (Wanted(flag="estimated"), 4),
        (Wanted(flag="estimate_"), 0), (Wanted(from_ms=first_ms + 1), 9), (Wanted(to_ms=first_ms + 1), 3),
        (Wanted(is_held=True), 6),
    ):  # fmt: skip
        with database.reader.connect() as connection:
            assert len(list_sessions(connection, wanted, 100).rows) == count, wanted
    with database.reader.connect() as connection:
        found = read_session(connection, "s001")
        assert found is not None
        assert (found["held_wh"], found["currency"], found["flags"]) == (1, "EUR", [])
        assert read_session(connection, "none") is None


@given(st.lists(st.integers(), unique=True), st.integers(1, 5))
def test_a_short_list_is_paged_as_a_long_one(numbers: list[int], limit: int) -> None:
    rows = [{"number": number} for number in sorted(numbers)]
    seen: list[dict[str, Any]] = []
    after: After | None = None
    while True:
        page = page_of(rows, limit, after, lambda row: (row["number"],))
        seen += page.rows
        if page.after is None:
            break
        after = page.after
    assert seen == rows


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LONGEST = ["\U0001f50c" * 255]


@given(st.lists(st.one_of(st.integers(-(2**61), 2**61), NAMES), max_size=3) | st.just(LONGEST))
def test_a_cursor_says_where_a_page_ended(values: list[int | str]) -> None:
    cursor = cursor_of("list", tuple(values))
    assert cursor is not None
    assert after_of("list", cursor, [type(value) for value in values]) == tuple(values)
    with pytest.raises(BadCursor):
        after_of("another", cursor, [type(value) for value in values])


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_a_cursor_that_no_database_can_be_asked_for_is_none(value: str) -> None:
    forged = base64.urlsafe_b64encode(json.dumps(["list", value]).encode()).decode().rstrip("=")
    with pytest.raises(BadCursor):
        after_of("list", forged, [str])


@given(st.text(max_size=60))
def test_what_is_no_cursor_is_told(text: str) -> None:
    with pytest.raises(BadCursor):
        after_of("list", text, (int, str))


@pytest.fixture(scope="module")
def admin(shared_site: Site) -> Iterator[httpx.Client]:
    with shared_site.client(shared_site.token("lists", ADMIN)) as client:
        yield client


def paths() -> list[str]:
    return [each.path.format(cp_id="cp_lists") for each in LISTINGS] + ["/v1/dead-letters"]


@pytest.mark.parametrize("path", paths())
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", ("out_of_bounds", "limit")), (f"limit={MOST + 1}", ("out_of_bounds", "limit")),
        ("limit=x", ("bad_field", "limit")), ("limit=", ("bad_field", "limit")), ("limit=-1", ("bad_field", "limit")),
        ("limit=1&limit=2", ("bad_field", "limit")), ("cursor=x", ("bad_field", "cursor")),
        ("cursor=", ("bad_field", "cursor")), ("odd=1", ("unknown_field", "odd")),
    ],
)  # fmt: skip
def test_a_bad_question_is_told(
    shared_site: Site, admin: httpx.Client, path: str, query: str, expected: tuple[str, str]
) -> None:
    refused = admin.get(f"{path}?{query}")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, *expected)


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=melted", "state"), ("from=soon", "from"), ("to=2026-13-01", "to"), ("cp_id=a b", "cp_id"),
     ("held=2", "held"), ("flag=%00", "flag")],
)  # fmt: skip
def test_a_bad_filter_is_told(admin: httpx.Client, query: str, field: str) -> None:
    refused = admin.get(f"/v1/sessions?{query}")
    assert (refused.status_code, refused.json()["field"]) == (400, field)


def test_pages_by_the_api(shared_site: Site, admin: httpx.Client) -> None:
    for number in range(3):
        shared_site.appends("ev.cp", f"cp_page_{number}", uuid.uuid4().hex.encode(), "bridge")
        shared_site.connect(f"cp_page_{number}", f"page{number}")
    shared_site.wait_for(lambda: admin.get("/v1/charge-points/cp_page_2").status_code == 200, "cp_page_2")
    for path, name in (("/v1/charge-points", "charge_points"), ("/v1/overview", "charge_points"),
                       ("/v1/dead-letters", "dead_letters"), ("/v1/tokens", "tokens"), ("/v1/people", "people")):
        whole = admin.get(path, params={"limit": MOST}).json()[name]
        rows: list[dict[str, Any]] = []
        query = "limit=1"
        while True:
            answer = admin.get(f"{path}?{query}").json()
            rows += answer[name]
            if answer["next"] is None:
                break
            query = f"limit=1&cursor={answer['next']}"
        assert rows == whole, path
        assert len(rows) >= 1
    other = admin.get("/v1/charge-points", params={"limit": 1}).json()["next"]
    assert admin.get("/v1/overview", params={"cursor": other}).json()["field"] == "cursor"
