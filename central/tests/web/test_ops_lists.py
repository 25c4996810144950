"""The operator's lists, by whom they are seen, and what may be done from them."""

import csv
import io
import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from central.people.roles import ADMIN, AUDITOR, OPERATOR
from central.people.sites import set_sites
from central.store.database import open_database
from central.store.parked import park_key
from central.tests.site import Site, sign_up
from central.tests.web.visits import Post
from tools.stack.tokens import people_at

MARKUP = "=<b>1+1</b>"


def client_of(site: Site, role: str, sites: frozenset[str] | None = None) -> httpx.Client:
    """Of somebody new, who serves these sites."""
    name = f"{role}-{uuid4().hex[:8]}"
    token = site.token(name, role)
    with people_at(site.people_file) as people, people.writer.begin() as connection:
        set_sites(connection, name, sites)
    headers = {"Origin": site.api_url}
    return httpx.Client(base_url=site.api_url, cookies={"wattline": token}, headers=headers)


@pytest.fixture(scope="module")
def charged(shared_site: Site) -> tuple[Post, str]:
    """A charge point where something is held of a driver's charge; the session."""
    post = Post.at(shared_site, location=MARKUP)
    with shared_site.client() as client:
        sign_up(client, MARKUP)
        wanted = {"message_id": "held-1", "cp_id": post.cp_id}
        session: str = client.post("/v1/charges", json=wanted).json()["session_id"]
        post.begin(session)
        post.register_wh = 90_000_000
        post.end(session)
        shared_site.wait_for(lambda: client.get("/v1/charges/held-1").json()["state"] == "completed", "it is over")
    return post, session


@pytest.fixture
def elsewhere(shared_site: Site) -> Iterator[httpx.Client]:
    with client_of(shared_site, OPERATOR, frozenset({"no-such-site"})) as client:
        yield client


def test_whoever_serves_another_site_sees_and_does_nothing_here(
    charged: tuple[Post, str], elsewhere: httpx.Client
) -> None:
    post, session = charged
    assert post.cp_id not in elsewhere.get("/ops").text
    for path in ("/ops/sessions", "/ops/sessions.csv", "/ops/held", "/ops/held.csv", "/ops/parked", "/ops/deliveries"):
        answer = elsewhere.get(path)
        assert answer.status_code == 200, path
        assert session not in answer.text
        assert post.cp_id not in answer.text
    hidden = (
        f"/ops/posts/{post.cp_id}", f"/ops/posts/{post.cp_id}/live", f"/ops/posts/{post.cp_id}/reset",
        f"/ops/sessions/{session}/accept-held", "/ops/dead",
    )  # fmt: skip
    for path in hidden:
        assert elsewhere.get(path).status_code == 404, path
    form = {"message_id": "m1", "reason": "curious"}
    for path in (f"/ops/posts/{post.cp_id}/stop", f"/ops/sessions/{session}/drop-held"):
        assert elsewhere.post(path, data=form).status_code == 404, path


def test_filters_choose_and_stay_in_the_address(shared_site: Site, charged: tuple[Post, str]) -> None:
    post, session = charged
    with client_of(shared_site, AUDITOR) as client:
        wanted = f"/ops/sessions?cp_id={post.cp_id}&driver_id=&state=completed&from=2020-01-01&to=&held=1"
        shown = client.get(wanted).text
        assert session in shown
        assert f'value="{post.cp_id}"' in shown
        assert session not in client.get("/ops/sessions?cp_id=cp_of_nobody").text
        assert client.get("/ops/sessions?from=yesterday").status_code == 400
        assert client.get("/ops/sessions?cursor=none").status_code == 400


def test_a_list_goes_on_where_its_page_ended(shared_site: Site) -> None:
    post = Post.at(shared_site)
    asked: set[str] = set()
    for number in range(3):  # the first charges, and the others find it busy
        with shared_site.client() as client:
            sign_up(client)
            wanted = {"message_id": f"page-{number}", "cp_id": post.cp_id}
            asked.add(client.post("/v1/charges", json=wanted).json()["session_id"])
    with client_of(shared_site, AUDITOR) as client:
        all_of_them = f"/ops/sessions?cp_id={post.cp_id}"

        def listed(path: str) -> list[str]:
            return re.findall(r'href="/c/([0-9a-f-]{36})"', client.get(path).text)

        shared_site.wait_for(lambda: set(listed(all_of_them)) == asked, "all are listed")
        path, seen = f"{all_of_them}&limit=1", list[str]()
        while True:
            (one,) = listed(path)
            seen.append(one)
            after = re.search(r'href="(\?[^"]*cursor=[^"]*)"', client.get(path).text)
            if after is None:
                break
            path = f"/ops/sessions{after[1].replace('&amp;', '&')}"
        assert seen == listed(all_of_them)


def test_a_file_for_spreadsheets_has_no_formula(shared_site: Site, charged: tuple[Post, str]) -> None:
    post, session = charged
    with client_of(shared_site, AUDITOR) as client:
        answer = client.get(f"/ops/sessions.csv?cp_id={post.cp_id}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["session_id"], row["driver_name"]) == (session, f"'{MARKUP}")
    assert int(row["held_wh"]) > 0


def test_what_is_held_is_accepted_with_a_reason_by_a_form(shared_site: Site, charged: tuple[Post, str]) -> None:
    post, session = charged
    with client_of(shared_site, OPERATOR) as client:
        path = f"/ops/sessions/{session}/accept-held"
        assert session in client.get("/ops/held").text
        assert "Bills" in client.get(path).text
        assert client.post(path, data={"message_id": f"{uuid4()}"}).status_code == 400, "without a reason"
        answer = client.post(path, data={"message_id": f"{uuid4()}", "reason": "the meter is right"})
        assert answer.status_code == 303
        told = client.get(answer.headers["location"]).text
        assert "It is accepted." in told
        assert "the meter is right" in told
        assert session not in client.get("/ops/held").text
    assert post.cp_id in answer.headers["location"]


def test_dead_letters_are_shown_as_text_and_told_until_somebody_looked(shared_site: Site) -> None:
    shared_site.appends("ev.cp", "cp_dead", b"{<script>alert(1)</script>", by="bridge")
    with client_of(shared_site, AUDITOR) as client:
        shared_site.wait_for(
            lambda: "could not be understood" in client.get("/ops/system/quiet").text, "the dead letter is told"
        )
        shown = client.get("/ops/dead").text
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown
        assert "could not be understood" not in client.get("/ops/system/quiet").text


def test_an_admin_adds_somebody_sets_a_password_and_revokes(shared_site: Site) -> None:
    name, password = f"olaf-{uuid4().hex[:6]}", "a long enough password"
    with client_of(shared_site, ADMIN) as client:
        wrong = (
            {"name": "o laf", "role": OPERATOR, "password": password},
            {"name": name, "role": "king", "password": password},
            {"name": name, "role": OPERATOR, "password": "short"},
            {"name": name, "role": OPERATOR, "password": password, "sites": "nowhere"},
            {"name": name, "role": OPERATOR, "password": password, "sites": ","},
            {"name": name, "role": ADMIN, "password": password, "sites": "nowhere"},
        )
        for form in wrong:
            answer = client.post("/ops/people/add", data=form)
            assert answer.status_code == 400, form
            assert 'role="alert"' in answer.text
            assert password not in answer.text
        form = {"name": name, "role": OPERATOR, "password": password}
        assert client.post("/ops/people/add", data=form).status_code == 303
        assert client.post("/ops/people/add", data=form).status_code == 409
        assert name in client.get("/ops/people").text
        other = {"name": name, "password": "another long password"}
        assert client.post("/ops/people/password", data=other).status_code == 303
        with shared_site.client() as api:
            assert api.post("/v1/sign-in", json={"name": name, "password": password}).status_code == 401
            token: str = api.post("/v1/sign-in", json=other).json()["token"]
        listed = client.get("/ops/people").text
        token_id = re.findall(rf"Revoke ([0-9a-f]+) of {name}", listed)[0]
        assert client.post("/ops/people/revoke", data={"token_id": token_id}).status_code == 303
        assert client.post("/ops/people/revoke", data={"token_id": token_id}).status_code == 404
    with shared_site.client(token) as api:
        assert api.get("/v1/me").status_code == 401


def test_the_worker_that_is_away_is_told_and_stops_everybody(site: Site) -> None:
    site.start()
    post = Post.at(site)
    site.worker.stop()
    site.says("heard", "ticker", cp_id=post.cp_id)
    with client_of(site, OPERATOR) as client:
        site.wait_for(lambda: "The worker is away" in client.get("/ops/system/urgent").text, "it is told")
        assert "data-stops-everybody" in client.get("/ops").text
    site.start(site.worker)
    with client_of(site, OPERATOR) as client:
        site.wait_for(lambda: "The worker is away" not in client.get("/ops").text, "it is back")


def test_what_is_put_aside_goes_on_by_a_form(site: Site) -> None:
    site.start()
    post = Post.at(site)
    site.worker.stop()
    books = open_database(f"sqlite:///{site.folder / 'central.db'}")
    with books.writer.begin() as connection:
        park_key(connection, "ev.cp", post.cp_id, "ValueError: <b>odd</b>", 1)
    books.dispose()
    site.start(site.worker)
    with client_of(site, OPERATOR) as client:
        assert f"What {post.cp_id} says is put aside" in client.get("/ops").text
        assert "ValueError: &lt;b&gt;odd" in client.get("/ops/parked").text
        path = f"/ops/parked/{post.cp_id}/unpark"
        assert client.get("/ops/parked/nothing/unpark").status_code == 404
        answer = client.post(path, data={"message_id": f"{uuid4()}"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/ops/parked?freed=done")
        told = client.get(answer.headers["location"]).text
    assert "It goes on." in told
    assert "Nothing is put aside." in told
