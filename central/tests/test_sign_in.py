"""Signing in by name and password: who may, how often one may guess, and what is kept."""

import httpx
import pytest

from central.actions.people import add_user, set_password
from central.api.tries import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S, MAX_KEPT, Tries
from central.people.roles import OPERATOR
from central.people.tables import PEOPLE
from central.tests.site import Site
from tools.stack.tokens import bearer, people_at

PASSWORD = "correct horse battery"


def sign_in(client: httpx.Client, name: str, password: str) -> httpx.Response:
    return client.post("/v1/sign-in", json={"name": name, "password": password})


def test_who_signs_in_gets_a_token_that_holds_until_he_signs_out(site: Site) -> None:
    with people_at(site.people_file) as people:
        add_user(people, "grace", OPERATOR, PASSWORD)
        with people.reader.connect() as connection:
            (stored,) = connection.execute(PEOPLE.select().with_only_columns(PEOPLE.c.password_hash)).scalars()
    assert stored.startswith("$argon2id$")
    site.start()
    with site.client() as client:
        answer = sign_in(client, "grace", PASSWORD)
        assert answer.status_code == 201
        assert (answer.json()["role"], answer.json()["driver_id"]) == ("operator", None)
        client.headers.update(bearer(answer.json()["token"]))
        assert client.get("/v1/me").json()["id"] == "grace"
        with people_at(site.people_file) as people:
            set_password(people, "grace", PASSWORD.upper())
        assert sign_in(client, "grace", PASSWORD).status_code == 401
        assert sign_in(client, "grace", PASSWORD.upper()).status_code == 201
        client.post("/v1/sign-out", json={}).raise_for_status()
        assert client.get("/v1/me").status_code == 401


def test_who_guesses_has_to_wait(site: Site) -> None:
    """A name that exists and one that does not are told the same."""
    with people_at(site.people_file) as people:
        add_user(people, "grace", OPERATOR, PASSWORD)
    site.start()
    with site.client() as client:
        answers = [sign_in(client, ("grace", "nobody")[n % 2], f"wrong horse {n}") for n in range(FREE_TRIES)]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.text for answer in answers}) == 1
        late = sign_in(client, "grace", PASSWORD)
        assert (late.status_code, late.json()["code"]) == (429, "too_many_tries")
        assert int(late.headers["Retry-After"]) >= 1
    assert "wrong horse" not in site.api.said()


def test_waits_double_and_end() -> None:
    tries, now_s = Tries(), 1_000.0
    waits: list[float] = []
    for _ in range(FREE_TRIES + 12):
        tries.failed(now_s, "name", "address")
        waits.append(tries.wait_s(now_s, "name", "other"))
    assert waits[: FREE_TRIES - 1] == [0.0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert waits[-1] == LONGEST_WAIT_S
    assert tries.wait_s(now_s + LONGEST_WAIT_S, "name") == 0.0
    tries.succeeded("name", "address")
    assert tries.wait_s(now_s, "name", "address") == 0.0


@pytest.mark.parametrize("count", [MAX_KEPT + 5])
def test_what_is_kept_of_guesses_is_bounded(count: int) -> None:
    tries = Tries()
    for number in range(count):
        for _ in range(FREE_TRIES):
            tries.failed(float(number), number)
    assert tries.wait_s(float(count), count - 1) > 0.0
    assert tries.wait_s(0.0, 0) == 0.0, "the one that failed longest ago is forgotten"
