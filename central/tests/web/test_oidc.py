"""Signing in by an OpenID Connect issuer: a real one in a thread, and a real browser between the two."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Page, expect

from central.people.roles import OPERATOR
from central.store.database import open_database
from central.store.tables import DRIVERS
from central.tests.site import Site
from central.tests.working import rows_of
from tools.services.ports import LOOPBACK, free_port

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the issuer's own code

MAIL = "olga@depot.example"
PEOPLE = [
    User(sub="ada", claims={"name": "Ada Lovelace", "email": "ada@depot.example", "email_verified": True}),
    User(sub="olga", claims={"email": MAIL, "email_verified": True}),
    User(sub="mallory", claims={"name": "Mallory", "email": MAIL, "email_verified": False}),
    User(sub="odd", claims={"name": "<b>\u202eodd</b>\n", "email": ["not", "a", "text"]}),
]


@dataclass
class Signed:
    site: Site
    url: str

    def sign_in(self, page: Page, subject: str) -> httpx.Response:
        """Through both servers, and who the browser is afterwards by the API."""
        page.goto(f"{self.url}/sign-in?next=/v1")
        page.get_by_role("link", name="Sign in with your organisation").click()
        page.locator("input[name=sub]").fill(subject)
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url("**/v1")
        with self.site.client(page.context.cookies(self.url)[0].get("value")) as client:
            return client.get("/v1/me")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    url = f"http://{LOOPBACK}:{free_port()}"
    secret = tmp_path_factory.mktemp("secret") / "oidc"
    secret.write_text("a secret that this issuer does not ask for\n")
    with run_server_in_thread(user_claims=PEOPLE) as issuer:
        settings = {
            "API_ADDRESS": url.removeprefix("http://"),
            "PUBLIC_URL": url,
            "OIDC_ISSUER": f"http://{LOOPBACK}:{issuer.server_port}",
            "OIDC_CLIENT_SECRET_FILE": str(secret),
        }
        site = Site(tmp_path_factory.mktemp("oidc"), settings)
        site.token(MAIL, OPERATOR)
        try:
            site.start()
            yield Signed(site, url)
        finally:
            site.close()


def test_somebody_new_becomes_a_driver_and_stays_the_same_one(signed: Signed, phone: Page) -> None:
    me = signed.sign_in(phone, "ada").json()
    assert me["role"] == "driver"
    phone.context.clear_cookies()
    assert signed.sign_in(phone, "ada").json()["id"] == me["id"]
    database = open_database(f"sqlite:///{signed.site.folder / 'central.db'}")
    (row,) = [row for row in rows_of(database, DRIVERS) if row["driver_id"] == me["id"]]
    database.dispose()
    assert row["username"] == "Ada Lovelace"


def test_a_verified_address_is_the_operator_of_that_name(signed: Signed, phone: Page) -> None:
    me = signed.sign_in(phone, "olga").json()
    assert (me["id"], me["role"]) == (MAIL, "operator")


@pytest.mark.parametrize("subject", ["mallory", "odd", "somebody the issuer tells nothing of"])
def test_everybody_else_is_a_driver(signed: Signed, phone: Page, subject: str) -> None:
    assert signed.sign_in(phone, subject).json()["role"] == "driver"


def test_who_was_erased_comes_back_as_somebody_new(signed: Signed, phone: Page) -> None:
    first = signed.sign_in(phone, "eve").json()["id"]
    with signed.site.client(phone.context.cookies(signed.url)[0].get("value")) as client:
        client.post("/v1/me/erase", json={}).raise_for_status()
    phone.context.clear_cookies()
    assert signed.sign_in(phone, "eve").json()["id"] != first


def test_what_somebody_else_began_signs_nobody_in(signed: Signed, phone: Page) -> None:
    """A link back with another browser's code and state."""
    phone.goto(f"{signed.url}/sign-in/oidc")
    with httpx.Client(base_url=signed.url) as other:
        answer = other.get("/sign-in/oidc/back?code=x&state=y")
        assert (answer.status_code, answer.cookies) == (400, httpx.Cookies())
    phone.goto(f"{signed.url}/sign-in/oidc/back?code=x&state=y")
    expect(phone.get_by_role("heading", level=1)).to_have_text("That did not work")


def test_who_says_no_at_the_issuer_is_not_signed_in(signed: Signed, phone: Page) -> None:
    phone.goto(f"{signed.url}/sign-in/oidc")
    phone.get_by_role("button", name="Deny").click()
    expect(phone.get_by_text("did not sign you in")).to_be_visible()
    assert not [each for each in phone.context.cookies(signed.url) if each.get("name") == "wattline"]


def test_an_issuer_that_is_away_is_said(tmp_path: Path) -> None:
    url = f"http://{LOOPBACK}:{free_port()}"
    settings = {"API_ADDRESS": url.removeprefix("http://"), "PUBLIC_URL": url, "OIDC_ISSUER": f"http://{LOOPBACK}:9"}
    site = Site(tmp_path, settings)
    try:
        site.start()
        answer = httpx.get(f"{url}/sign-in/oidc")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    finally:
        site.close()
