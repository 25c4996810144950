"""Who may what: every route, by every role, of one's own and of others; and tokens that hold no more."""

from collections.abc import Iterator

import httpx
import pytest

from central.api.access import GuardedRoute
from central.model.ids import session_id
from central.people.roles import ADMIN, AUDITOR, DRIVER, OPERATOR, READ
from central.people.sites import set_sites
from central.serving.routes import API_ROUTES
from central.store.database import open_database
from central.store.tables import DRIVERS
from central.tests.notices import notices_at, tell
from central.tests.site import Site, sign_up
from central.tests.sse import charges
from central.tests.who_may_what import (
    ACTIONS,
    BODIES,
    ELSEWHERE,
    EMPTY,
    EVERYBODY,
    NAMES_A_DRIVER,
    NOT_FOUND,
    OF_A_CHARGE,
    REFUSED,
    SAME,
    TABLE,
    UNKNOWN,
)
from central.tests.working import rows_of
from runtime.tokens import new_token
from tools.stack.tokens import bearer, people_at


def routes() -> Iterator[tuple[str, str]]:
    for route in API_ROUTES:
        assert isinstance(route, GuardedRoute), "every route names the right that it needs"
        (method,) = (route.methods or set()) - {"HEAD"}
        yield method, route.path


def test_no_route_is_missing_here() -> None:
    assert set(routes()) == set(TABLE)
    closed = {route for route, (allowed, _) in TABLE.items() if None not in allowed and OPERATOR in allowed}
    assert closed == set(ELSEWHERE)


@pytest.fixture(scope="module")
def ada(shared_site: Site) -> Iterator[httpx.Client]:
    """Who has a charge `own`, at a charge point of the site `access`; her id is in `client.params`."""
    shared_site.connect("cp_access", "access")
    with notices_at(shared_site.folder / "notices.db") as notices:
        tell(notices, "d-access", cp_id="cp_access")
    shared_site.says("site_request", "operator", site_id="access", action="add", name="Access", time_zone="UTC")
    shared_site.says("operator_request", "operator", cp_id="cp_access", action="site", site_id="access")
    with shared_site.client() as client:
        driver_id = sign_up(client)
        client.post("/v1/charges", json={"message_id": "own", "cp_id": "cp_access"}).raise_for_status()
        shared_site.wait_for(lambda: client.get("/v1/charge-points/cp_access").json().get("site"), "on its site")
        client.params = httpx.QueryParams(driver_id=driver_id)
        yield client


NONE = ("key", "name", "token_id")


def ask(client: httpx.Client, method: str, path: str, driver_id: str, token: str | None) -> httpx.Response:
    names = {"cp_id": "cp_access", "message_id": "own", "driver_id": driver_id, "site_id": "access"}
    session = session_id(driver_id, "own") if method == "GET" else "none"
    place = path.format(**names, session_id=session, channel="email", **dict.fromkeys(NONE, "none"))
    query = f"?driver_id={driver_id}" if method == "GET" and (method, path) in NAMES_A_DRIVER else ""
    headers = {} if token is None else bearer(token)
    with client.stream(method, place + query, json=BODIES.get(path), headers=headers) as response:
        if not response.headers["content-type"].startswith("text/event-stream"):
            response.read()
        return response


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(("method", "path"), TABLE)
def test_each_role_at_each_route(
    shared_site: Site, ada: httpx.Client, method: str, path: str, role: str | None
) -> None:
    """Of another's charge: who may see it does; a driver hears that it does not exist, and the others are refused."""
    token = None if role is None else shared_site.token(f"{role}-{method}-{path.count('/')}-{len(path)}", role)
    with shared_site.client() as client:
        response = ask(client, method, path, ada.params["driver_id"], token)
    allowed, see_others = TABLE[method, path]
    if role not in allowed:
        assert response.status_code == (401 if role is None else 403), response.text
        assert response.json()["code"] == ("no_token" if role is None else "not_allowed")
    elif (method, path) in OF_A_CHARGE and role not in see_others:
        assert response.status_code == 404, response.text
    else:
        # A receipt that is not made yet, a body that is none: whatever it says, not that he may not.
        assert response.status_code not in (401, 403, 404), response.text


def token_at(shared_site: Site, name: str, sites: frozenset[str] | None, role: str = OPERATOR) -> str:
    """Of somebody who serves these sites."""
    token = shared_site.token(name, role)
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        assert set_sites(connection, name, sites)
    return token


@pytest.mark.parametrize(
    ("sites", "sees"),
    [(("access",), True), (("access", "other"), True), (None, True), (("other",), False), ((), False)],
)
@pytest.mark.parametrize("role", [OPERATOR, AUDITOR])
@pytest.mark.parametrize(("method", "path"), [route for route in ELSEWHERE if route[1] not in ACTIONS])
def test_who_serves_sites_sees_what_is_there_alone(
    shared_site: Site, ada: httpx.Client, method: str, path: str, role: str, sites: tuple[str, ...] | None, sees: bool
) -> None:
    name = f"{role}-of-{'-'.join(sites or ()) or sites is None}-{method}-{path.count('/')}-{len(path)}"
    token = token_at(shared_site, name, None if sites is None else frozenset(sites), role)
    with shared_site.client() as client:
        response = ask(client, method, path, ada.params["driver_id"], token)
    expected = SAME if sees else ELSEWHERE[method, path]
    if expected == NOT_FOUND:
        code = next(UNKNOWN[name] for name in UNKNOWN if name in path)
        assert (response.status_code, response.json()["code"]) == (404, code)
    elif expected == REFUSED or (ELSEWHERE[method, path] == REFUSED and sites is not None):
        assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    else:
        assert response.status_code not in (401, 403, 404), response.text
    if expected == EMPTY:
        assert [] in response.json().values()
    elif path.endswith("/charges"):
        assert [each["message_id"] for each in response.json()["charges"]] == ["own"]
    elif path == "/v1/drivers":
        assert ada.params["driver_id"] in {each["driver_id"] for each in response.json()["drivers"]}
    elif path in ("/v1/overview", "/v1/sessions", "/v1/deliveries"):
        assert "cp_access" in response.text


FIELDS = {"price_per_kwh": 0.99, "limit_ma": 2_000, "fault": "weld", "reason": "not his"}


@pytest.mark.parametrize("path", ACTIONS)
def test_an_operator_of_another_site_does_nothing_there(shared_site: Site, ada: httpx.Client, path: str) -> None:
    """He hears what he hears of what does not exist, and nothing changes."""
    token = token_at(shared_site, f"other-{path.count('/')}-{len(path)}", frozenset({"other"}))
    names = {"session_id": ada.get("/v1/charges/own").json()["session_id"], "cp_id": "cp_access", "key": "cp_access"}
    body = {each.name: FIELDS[each.name] for each in ACTIONS[path].fields} | {"reason": "not his"}
    before = ada.get("/v1/charges/own").json(), ada.get("/v1/charge-points/cp_access").json()
    with shared_site.client(token) as client:
        refused = client.post(path.format(**names), json=body)
        unknown = client.post(path.format_map(dict.fromkeys(names, "none")), json=body)
    assert refused.status_code == unknown.status_code == 404
    told = (refused.json()["code"], refused.json()["detail"])
    name = next(each for each in names if f"{{{each}}}" in path)
    assert told == (unknown.json()["code"], unknown.json()["detail"].replace("none", names[name]))
    assert before == (ada.get("/v1/charges/own").json(), ada.get("/v1/charge-points/cp_access").json())


def test_an_operator_of_the_site_acts_there(shared_site: Site, ada: httpx.Client) -> None:
    del ada
    token = token_at(shared_site, "acts-at-access", frozenset({"access"}))
    with shared_site.client(token) as client:
        done = client.post("/v1/charge-points/cp_access/price", json={"price_per_kwh": 0.26})
    assert (done.status_code, done.json()["charge_point"]["price_per_kwh"]) == (200, "0.2600")


def test_an_operator_who_serves_no_site_any_more_serves_none(shared_site: Site, ada: httpx.Client) -> None:
    """Taken away is taken away: that none is named never comes to mean that all are."""
    token = token_at(shared_site, "was-at-access", frozenset({"access"}))
    with shared_site.client(token) as client:
        client.params = ada.params
        assert client.get("/v1/me").json()["sites"] == ["access"]
        assert client.get("/v1/charges/own").status_code == 200
        with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
            assert set_sites(connection, "was-at-access", frozenset())
        assert client.get("/v1/me").json()["sites"] == []
        assert client.get("/v1/charges/own").status_code == 404


def test_a_stream_ends_where_its_person_serves_other_sites(shared_site: Site, ada: httpx.Client) -> None:
    token = token_at(shared_site, "moved", frozenset({"access"}))
    with (
        shared_site.client(token) as client,
        client.stream("GET", "/v1/charges/own/events", params=ada.params) as response,
    ):
        seen = charges(response)
        assert next(seen)["message_id"] == "own"
        token_at(shared_site, "moved", frozenset({"other"}))
        for _ in seen:
            pass  # until the stream ends, which the client's timeout bounds


@pytest.mark.parametrize("role", [DRIVER, ADMIN])
def test_sites_bind_no_driver_and_no_admin(shared_site: Site, ada: httpx.Client, role: str) -> None:
    del ada
    shared_site.token(f"bound-{role}", role)
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        assert not set_sites(connection, f"bound-{role}", frozenset({"other"}))


def test_a_driver_sees_his_own(ada: httpx.Client) -> None:
    assert ada.get("/v1/charges/own").json()["message_id"] == "own"
    (listed,) = ada.get(f"/v1/drivers/{ada.params['driver_id']}/charges").json()["charges"]
    assert listed["message_id"] == "own"
    assert ada.get("/v1/me").json()["driver_id"] == ada.params["driver_id"]


def test_a_driver_is_given_everything_and_forgotten(shared_site: Site) -> None:
    with shared_site.client() as client:
        asked = {"message_id": "forget-me", "username": "Eve Erased", "token": new_token()}
        driver_id = client.post("/v1/drivers", json=asked).json()["driver_id"]
        client.headers.update(bearer(asked["token"]))
        given = client.get("/v1/me/data").json()
        assert given["driver"]["username"] == "Eve Erased"
        assert (given["charges"], given["receipts"], len(given["tokens"])) == ([], [], 1)
        assert asked["token"] not in str(given)
        assert client.post("/v1/me/erase", json={}).json() == {"driver_id": driver_id, "erased": True}
        assert client.get("/v1/me").status_code == 401
        # Nobody takes over what was his by registering as he did.
        again = client.post("/v1/drivers", json={**asked, "token": new_token()})
        assert (again.status_code, again.json()["code"]) == (409, "already_registered")
    database = open_database(f"sqlite:///{shared_site.folder / 'central.db'}")
    (row,) = [row for row in rows_of(database, DRIVERS) if row["driver_id"] == driver_id]
    database.dispose()
    assert row["username"] is None


def test_who_charges_is_not_forgotten_yet(ada: httpx.Client) -> None:
    refused = ada.post("/v1/me/erase", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "still_charging")


def test_a_token_that_only_reads_charges_nothing(shared_site: Site, ada: httpx.Client) -> None:
    with shared_site.client(shared_site.token(ada.params["driver_id"], scope=READ)) as client:
        assert client.get("/v1/charges/own").status_code == 200
        refused = client.post("/v1/charges", json=BODIES["/v1/charges"])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


def test_nobody_asks_in_anothers_name(shared_site: Site, ada: httpx.Client) -> None:
    with shared_site.client() as bob:
        sign_up(bob, "Bob")
        body = {"message_id": "m", "cp_id": "cp_access", "driver_id": ada.params["driver_id"]}
        for path in ("/v1/charges", "/v1/charges/own/stop"):
            refused = bob.post(path, json={name: body[name] for name in body if "stop" not in path or name != "cp_id"})
            assert (refused.status_code, refused.json()["code"]) == (404, "unknown_driver")


def test_a_token_that_was_revoked_ends_its_stream(shared_site: Site, ada: httpx.Client) -> None:
    token = shared_site.token(ada.params["driver_id"])
    with (
        shared_site.client(token) as client,
        client.stream("GET", "/v1/charges/own/events") as response,
    ):
        seen = charges(response)
        assert next(seen)["message_id"] == "own"
        assert client.post("/v1/sign-out", json={}).status_code == 200
        for _ in seen:
            pass  # until the stream ends, which the client's timeout bounds
        assert client.get("/v1/me").status_code == 401
    assert ada.get("/v1/charges/own").status_code == 200, "her other token holds"
