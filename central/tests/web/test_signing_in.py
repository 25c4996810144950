"""Signing in and out in a browser, and what a page of elsewhere cannot do with the cookie."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from central.people.passwords import hash_of
from central.people.register import set_password
from central.people.roles import ADMIN
from central.tests.site import Site
from tools.stack.tokens import people_at

PASSWORD = "a password for these tests"


@pytest.fixture(scope="module")
def olga(shared_site: Site) -> str:
    """An admin with a password; her name."""
    shared_site.token("olga", ADMIN)
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        assert set_password(connection, "olga", hash_of(PASSWORD))
    return "olga"


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_said_and_the_right_one_opens(shared_site: Site, olga: str, phone: Page) -> None:
    phone.goto(f"{shared_site.api_url}/sign-in?next=/v1")
    sign_in(phone, olga, "not her password")
    expect(phone.get_by_role("alert")).to_contain_text("do not belong together")
    expect(phone.get_by_label("Name")).to_have_value(olga)
    sign_in(phone, olga, PASSWORD)
    phone.wait_for_url("**/v1")
    (cookie,) = phone.context.cookies()
    assert (cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("secure")) == (True, "Lax", False)
    assert phone.evaluate("document.cookie") == ""


def test_signing_out_ends_the_token_itself(shared_site: Site, olga: str, phone: Page) -> None:
    phone.goto(f"{shared_site.api_url}/sign-in?next=/sign-in")
    sign_in(phone, olga, PASSWORD)
    (cookie,) = phone.context.cookies()
    phone.get_by_role("button", name="Sign out").click()
    expect(phone.get_by_role("link", name="Sign in")).to_have_count(0)
    assert phone.context.cookies() == []
    with shared_site.client(cookie.get("value")) as client:
        assert client.get("/v1/me").status_code == 401


def test_the_language_stays_as_it_was_chosen(shared_site: Site, phone: Page) -> None:
    phone.goto(f"{shared_site.api_url}/sign-in")
    phone.get_by_role("button", name="Deutsch").click()
    expect(phone.locator("html")).to_have_attribute("lang", "de")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Anmelden")
    phone.reload()
    expect(phone.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 403),  # nobody says where it comes from
        ({"Origin": "null"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "{own}"}, 303),
    ],
)
def test_a_page_of_elsewhere_posts_nothing(
    shared_site: Site, olga: str, headers: dict[str, str], expected: int
) -> None:
    token = shared_site.token(olga, ADMIN)
    sent = {name: value.format(own=shared_site.api_url) for name, value in headers.items()}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with httpx.Client(base_url=shared_site.api_url, cookies={"wattline": token}) as client:
        assert client.post("/sign-out", headers={**sent, **form}).status_code == expected
    with shared_site.client(token) as client:
        assert client.get("/v1/me").status_code == (401 if expected == 303 else 200)


def test_a_cookie_is_no_token_of_the_api(shared_site: Site, olga: str) -> None:
    """So that no page of elsewhere can ask the API in somebody's name."""
    with httpx.Client(base_url=shared_site.api_url, cookies={"wattline": shared_site.token(olga, ADMIN)}) as client:
        assert client.get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    "elsewhere",
    ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "me"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(shared_site: Site, olga: str, elsewhere: str) -> None:
    form = {"name": olga, "password": PASSWORD, "next": elsewhere}
    with shared_site.client() as client:
        answer = client.post("/sign-in", data=form, headers={"Origin": shared_site.api_url})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
