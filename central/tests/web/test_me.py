"""What somebody has of himself: his charges, his password, contacts, tokens; taken along, or forgotten."""

import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from central.people.checking import asked_for, new_code
from central.people.contacts import read_contacts, read_unwanted
from central.people.roles import ADMIN
from central.people.wishes import Wishes, read_wishes
from central.tests.site import Site
from central.tests.web.visits import Post, session_in, sign_in_as_driver
from eventlog.clock import wall_ms
from runtime.tokens import id_of, sha256_of
from tools.stack.tokens import people_at
from tools.testing.browsers import PHONE

PASSWORD = "a long enough password"


@pytest.fixture
def ada(shared_site: Site, phone: Page) -> str:
    """She sits at the phone, on her own page; her id."""
    driver_id = sign_in_as_driver(shared_site, phone.context)
    phone.goto(f"{shared_site.api_url}/me")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Ada")
    return driver_id


def test_a_charge_is_listed_and_leads_to_its_receipt(shared_site: Site, phone: Page, ada: str) -> None:
    del ada
    expect(phone.get_by_text("No charge yet.")).to_be_visible()
    post = Post.at(shared_site)
    shared_site.says("site_request", "operator", site_id="tokyo", action="add", name="Tokyo", time_zone="Asia/Tokyo")
    shared_site.says("operator_request", "operator", cp_id=post.cp_id, action="site", site_id="tokyo")
    phone.goto(post.url)
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    session = session_in(phone.url)
    post.begin(session)
    post.tell(session, 20)
    post.end(session, "vehicle")
    expect(phone.get_by_text("The car stopped taking current.")).to_be_visible()
    phone.goto(f"{shared_site.api_url}/me")
    charge = phone.get_by_role("link", name="0.01\N{NO-BREAK SPACE}€")
    expect(charge).to_contain_text("JST")  # the hours of the post, as on its receipt
    charge.tap()
    expect(phone.locator("#charge")).to_contain_text("0.020\N{NO-BREAK SPACE}kWh")
    expect(phone.locator("#charge")).to_contain_text("JST")
    with httpx.Client(cookies={"wattline": shared_site.token("zones-admin", ADMIN)}) as operator:
        assert "JST" in operator.get(f"{shared_site.api_url}/ops/sessions?cp_id={post.cp_id}").text


def test_a_password_opens_the_same_account_elsewhere(
    shared_site: Site, phone: Page, ada: str, browser: Browser
) -> None:
    phone.get_by_label("New password").fill(PASSWORD)
    phone.get_by_role("button", name="Set this password").tap()
    expect(phone.get_by_text("Done.")).to_be_visible()
    other = browser.new_context(viewport=PHONE, locale="en-GB")
    page = other.new_page()
    page.goto(f"{shared_site.api_url}/sign-in?next=/me")
    page.get_by_label("Name").fill(ada)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada")
    # A phone that lies about changes nothing, and can be signed out from elsewhere.
    page.get_by_label("Password until now").fill("not her password at all")
    page.get_by_label("New password").fill("another one of mine")
    page.get_by_role("button", name="Set this password").click()
    expect(page.get_by_role("alert")).to_contain_text("That is not your password.")
    phone.reload()
    phone.get_by_role("button", name="Sign out there").tap()
    expect(phone.get_by_text("Done.")).to_be_visible()
    page.goto(f"{shared_site.api_url}/me")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    other.close()


def test_contacts_are_judged_and_kept(shared_site: Site, phone: Page, ada: str) -> None:
    phone.get_by_label("E-mail").fill("ada@example.org")
    phone.get_by_label("ntfy topic").fill("not a topic")
    phone.get_by_role("button", name="Keep these").tap()
    expect(phone.get_by_role("alert")).to_contain_text("no ntfy topic")
    expect(phone.get_by_label("E-mail")).to_have_value("ada@example.org")
    phone.get_by_label("ntfy topic").fill("ada-charges")
    phone.get_by_role("button", name="Keep these").tap()
    expect(phone.get_by_text("Done.")).to_be_visible()
    expect(phone.get_by_label("ntfy topic")).to_have_value("ada-charges")
    with people_at(shared_site.people_file) as people, people.reader.connect() as connection:
        assert read_contacts(connection, ada) == {"email": "ada@example.org", "ntfy": "ada-charges"}


def test_a_contact_is_shown_by_its_code_and_chosen_for(shared_site: Site, phone: Page, ada: str) -> None:
    phone.get_by_label("E-mail").fill("ada-me@example.org")
    phone.get_by_role("button", name="Keep these").tap()
    phone.get_by_label("The code that came to ada-me@example.org").fill("12")
    phone.get_by_role("button", name="This is mine").tap()
    expect(phone.get_by_role("alert")).to_contain_text("not the code that was sent last")
    phone.get_by_role("button", name="Send another code").tap()
    expect(phone.get_by_text("Done.")).to_be_visible()
    with people_at(shared_site.people_file) as people, people.writer.begin() as connection:
        (asked,) = [each for each in asked_for(connection, wall_ms()) if each.person_id == ada]
        code = new_code(connection, asked)
    phone.get_by_label("The code that came to").fill(code)
    phone.get_by_role("button", name="This is mine").tap()
    phone.get_by_text("What to tell me there").tap()
    phone.get_by_label("charge began").uncheck()
    phone.get_by_role("button", name="Keep this choice").tap()
    expect(phone.get_by_text("Done.")).to_be_visible()
    with people_at(shared_site.people_file) as people, people.reader.connect() as connection:
        assert read_unwanted(connection, ada) == {"email": frozenset({"charge_started"})}


def test_quiet_hours_are_kept_and_notices_speak_the_page_s_language(
    shared_site: Site, phone: Page, ada: str
) -> None:
    phone.get_by_label("Leave me alone from").fill("22:30")
    phone.get_by_role("button", name="Keep these").tap()
    expect(phone.get_by_role("alert")).to_contain_text("say both of them")
    expect(phone.get_by_label("Leave me alone from")).to_have_value("22:30")
    phone.get_by_label("until").fill("06:15")
    phone.get_by_label("Time zone").fill("Europe/Berlin")
    phone.get_by_role("button", name="Keep these").tap()
    expect(phone.get_by_text("Done.")).to_be_visible()
    expect(phone.get_by_label("until")).to_have_value("06:15")
    with people_at(shared_site.people_file) as people, people.reader.connect() as connection:
        assert read_wishes(connection, ada) == Wishes("en", "Europe/Berlin", 22 * 60 + 30, 6 * 60 + 15)


def test_all_is_taken_along_and_then_forgotten(shared_site: Site, phone: Page, ada: str, tmp_path: Path) -> None:
    phone.get_by_label("E-mail").fill("ada@example.org")
    phone.get_by_role("button", name="Keep these").tap()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Take all of it along").tap()
    download.value.save_as(tmp_path / "all.json")
    told = json.loads((tmp_path / "all.json").read_text())
    assert (told["driver"]["driver_id"], told["contacts"]) == (ada, {"email": "ada@example.org"})
    phone.get_by_role("link", name="Forget me").tap()
    expect(phone.get_by_text("Your receipts stay in the books")).to_be_visible()
    phone.get_by_role("button", name="Forget me for good").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Charge here")
    assert phone.context.cookies() == []
    for file in (shared_site.people_file, shared_site.folder / "central.db"):
        assert b"ada@example.org" not in file.read_bytes()


def test_anothers_token_stays(shared_site: Site, phone: Page, ada: str) -> None:
    del ada
    token = shared_site.token("somebody")
    answer = phone.request.post(
        f"{shared_site.api_url}/me/tokens", form={"token_id": id_of(sha256_of(token))},
        headers={"Origin": shared_site.api_url},
    )  # fmt: skip
    assert answer.status == 404
    with shared_site.client(token) as client:
        assert client.get("/v1/me").status_code == 200
