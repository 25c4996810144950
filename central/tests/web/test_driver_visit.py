"""A driver's whole visit by the pages alone: the charge point, the charge, its end and its receipt."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from central.store.database import open_database
from central.tests.site import Site
from central.tests.web.visits import Post, session_in, sign_in_as_driver
from central.views.reports import Wanted, list_reports
from tools.testing.browsers import PHONE


def test_a_newcomer_charges_by_taps_and_sees_what_he_owes(shared_site: Site, phone: Page) -> None:
    post = Post.at(shared_site)
    errors: list[str] = []
    phone.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    phone.goto(post.url)
    expect(phone.get_by_text("0.32\N{NO-BREAK SPACE}€ a kWh")).to_be_visible()
    expect(phone.get_by_text("9.60\N{NO-BREAK SPACE}€")).to_be_visible()
    expect(phone.get_by_role("button", name="Start")).to_have_count(0)
    phone.get_by_label("I am new here: my name").fill("Ada")
    phone.get_by_role("button", name="Go on with this name").tap()
    phone.get_by_label("Limit").select_option("20 kWh")
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    session = session_in(phone.url)
    expect(phone.get_by_text("Getting ready")).to_be_visible()
    post.begin(session)
    post.tell(session, 12)
    expect(phone.locator("#charge")).to_contain_text("The car is charging.")
    expect(phone.locator("#charge .huge")).to_have_text("0.0\N{NO-BREAK SPACE}kWh")
    phone.get_by_role("button", name="Stop charging").tap()
    expect(phone.get_by_text("Your stop was sent.")).to_be_visible()
    post.end(session)
    expect(phone.locator("#charge")).to_contain_text("You stopped the charge.")
    expect(phone.locator("#charge")).to_contain_text("0.012\N{NO-BREAK SPACE}kWh")
    expect(phone.locator("#charge .huge")).to_have_text("0.00\N{NO-BREAK SPACE}€")
    expect(phone.get_by_text("The last live figure")).to_have_count(0)
    assert not errors


def test_the_same_visit_without_javascript(shared_site: Site, browser: Browser) -> None:
    post = Post.at(shared_site)
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(post.url)
    page.get_by_label("I am new here: my name").fill("Bob")
    page.get_by_role("button", name="Go on with this name").click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/c/*")
    session = session_in(page.url)
    post.begin(session)
    post.tell(session, 12)
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("button", name="Stop charging").click()
    expect(page.get_by_text("Your stop was sent.")).to_be_visible()
    post.end(session)
    shared_site.wait_for(lambda: post.status == "ACTIVE", "ended")
    page.reload()
    expect(page.get_by_text("You stopped the charge.")).to_be_visible()
    expect(page.locator("#charge .huge")).to_have_text("0.00\N{NO-BREAK SPACE}€")
    context.close()


def test_a_busy_one_says_since_when_and_a_free_one_says_so_by_itself(
    shared_site: Site, phone: Page, browser: Browser
) -> None:
    post = Post.at(shared_site)
    sign_in_as_driver(shared_site, phone.context)
    phone.goto(post.url)
    expect(phone.get_by_role("button", name="Start")).to_be_visible()
    other = browser.new_context(viewport=PHONE, locale="en-GB")
    sign_in_as_driver(shared_site, other, "Bob")
    page = other.new_page()
    page.goto(post.url)
    page.get_by_label("Limit").select_option("2 h 00 min")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/c/*")
    session = session_in(page.url)
    post.begin(session)
    expect(phone.get_by_text("In use")).to_be_visible()
    expect(phone.get_by_text(re.compile("Free again at .* at the latest"))).to_be_visible()
    expect(phone.get_by_role("button", name="Start")).to_be_hidden()
    post.end(session, "vehicle")
    expect(phone.get_by_text("Free", exact=True)).to_be_visible()
    expect(phone.get_by_role("button", name="Start")).to_be_visible()
    other.close()


def test_anothers_charge_is_not_there(shared_site: Site, phone: Page, browser: Browser) -> None:
    post = Post.at(shared_site)
    sign_in_as_driver(shared_site, phone.context)
    phone.goto(post.url)
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    other = browser.new_context(viewport=PHONE, locale="en-GB")
    sign_in_as_driver(shared_site, other, "Bob")
    page = other.new_page()
    for url in (phone.url, phone.url.partition("?")[0], phone.url.replace("?", "/live?")):
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 404
    other.close()


@pytest.mark.parametrize("location", ['<b>Yard</b>', '"><script>alert(1)</script>', "{{ 7 * 7 }}"])
def test_markup_in_names_is_text(shared_site: Site, phone: Page, location: str) -> None:
    post = Post.at(shared_site, location)
    phone.goto(post.url)
    phone.get_by_label("I am new here: my name").fill(location)
    phone.get_by_role("button", name="Go on with this name").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text(location)
    expect(phone).to_have_title(re.compile(re.escape(location)))
    expect(phone.get_by_role("button", name="Start")).to_be_visible()


def test_the_curve_begins_at_the_start_and_grows_and_stands_without_javascript(
    shared_site: Site, phone: Page, browser: Browser
) -> None:
    post = Post.at(shared_site)
    sign_in_as_driver(shared_site, phone.context)
    phone.goto(post.url)
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    session = session_in(phone.url)
    post.begin(session)

    def told_until_drawn() -> bool:
        """As a board tells: again and again; the curve takes a point every few seconds."""
        post.tell(session, 2)
        return phone.locator("#plot canvas").count() == 1

    shared_site.wait_for(told_until_drawn, "the curve")
    expect(phone.locator("#plot canvas")).to_be_visible()
    expect(phone.locator("#curve svg")).to_be_hidden()
    expect(phone.locator("#curve")).to_have_attribute("data-top", "8000")
    plain = browser.new_context(java_script_enabled=False, storage_state=phone.context.storage_state())
    page = plain.new_page()
    page.goto(phone.url)
    expect(page.locator("#curve svg path").first).to_have_attribute("d", re.compile("^M.*L.*"))
    expect(page.get_by_role("img", name="7.4")).to_be_visible()
    plain.close()


def test_a_report_of_a_problem_is_kept_where_an_operator_sees_it(shared_site: Site, phone: Page) -> None:
    post = Post.at(shared_site)
    sign_in_as_driver(shared_site, phone.context)
    phone.goto(post.url)
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    session = session_in(phone.url)
    post.begin(session)
    phone.get_by_text("Report a problem").tap()
    phone.get_by_label("What went wrong?").fill("The cable <b>is stuck</b>.\nI cannot pull it out.")
    phone.get_by_role("button", name="Send").tap()
    expect(phone.get_by_text("Thank you.")).to_be_visible()
    with open_database(f"sqlite:///{shared_site.folder / 'central.db'}").reader.connect() as connection:
        of_post = Wanted(post.cp_id)
        told = shared_site.wait_for(lambda: list_reports(connection, of_post, 5).rows, "the report is folded")
    assert [(each["session_id"], each["text"]) for each in told] == [
        (session, "The cable <b>is stuck</b>. I cannot pull it out.")
    ]
