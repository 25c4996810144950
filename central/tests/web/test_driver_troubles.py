"""What goes wrong on the way: two taps, two tabs, a server that dies, a phone that sleeps, and no network."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from wire.kinds import DRIVER

from central.tests.site import Site
from central.tests.web.visits import Post, session_in, sign_in_as_driver

HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
STARTED = b'"charge_request"'


@pytest.fixture
def post(shared_site: Site) -> Post:
    return Post.at(shared_site)


@pytest.fixture
def ada(shared_site: Site, phone: Page) -> str:
    return sign_in_as_driver(shared_site, phone.context)


def charging(site: Site, post: Post, page: Page) -> str:
    """Ada charges at the post; the session."""
    page.goto(post.url)
    page.get_by_role("button", name="Start").tap()
    page.wait_for_url("**/c/*")
    session = session_in(page.url)
    post.begin(session)
    post.tell(session, 1, 7_400)
    expect(page.locator("#charge")).to_contain_text("7.4\N{NO-BREAK SPACE}kW")
    return session


def asked(site: Site, driver_id: str) -> int:
    """How often this driver asked for a charge, by the log."""
    return sum(STARTED in record.value and driver_id.encode() in record.value for record in site.read(DRIVER))


def test_two_taps_are_one_charge(shared_site: Site, post: Post, phone: Page, ada: str) -> None:
    phone.goto(post.url)
    phone.get_by_role("button", name="Start").dblclick()
    phone.wait_for_url("**/c/*")
    assert asked(shared_site, ada) == 1


def test_two_posts_of_one_form_are_one_charge(shared_site: Site, post: Post, phone: Page, ada: str) -> None:
    """As of a browser without JavaScript, or one that goes back and sends again."""
    phone.goto(post.url)
    form: dict[str, str | float | bool] = {
        "message_id": phone.locator("#start [name=message_id]").input_value(),
        "price_per_kwh": phone.locator("[name=price_per_kwh]").input_value(),
    }
    answers = [
        phone.request.post(f"{post.url}/start", form=form, headers={"Origin": shared_site.api_url}, max_redirects=0)
        for _ in range(2)
    ]
    assert [answer.status for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert asked(shared_site, ada) == 1


def test_two_tabs_are_one_charge(shared_site: Site, post: Post, phone: Page, ada: str) -> None:
    del ada
    other = phone.context.new_page()
    for page in (phone, other):
        page.goto(post.url)
        expect(page.get_by_role("button", name="Start")).to_be_visible()
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    expect(other.get_by_text("In use")).to_be_visible()
    other.locator("#start").evaluate("form => form.requestSubmit()")  # pressed just before it went away
    other.wait_for_url("**/c/*")
    expect(other.get_by_text(re.compile("Another charge of yours|Somebody else was faster"))).to_be_visible()
    expect(other.get_by_text("you owe nothing")).to_be_visible()


def test_a_price_that_rose_meanwhile_is_told(shared_site: Site, post: Post, phone: Page, ada: str) -> None:
    del ada
    phone.goto(post.url)
    phone.evaluate("document.querySelector('[data-live]').remove()")  # the page stays as it is
    phone.evaluate(
        "document.querySelector('#start').insertAdjacentHTML('beforeend',"
        " '<input type=hidden name=price_per_kwh value=0.2000>')"
    )
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    expect(phone.get_by_text("The price has just gone up.")).to_be_visible()
    phone.get_by_role("link", name="Back to the charge point").tap()
    phone.wait_for_url("**/p/*")


def test_a_server_that_dies_leaves_the_fate_unknown_and_the_same_form_counts_once(site: Site, browser: Browser) -> None:
    site.start()
    post = Post.at(site)
    context = browser.new_context(locale="en-GB")
    ada = sign_in_as_driver(site, context)
    page = context.new_page()
    page.goto(post.url)
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    port = site.api_url.rpartition(":")[2]
    site.api.kill()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("No answer came")).to_be_visible()
    expect(page.get_by_text("The connection is gone; trying again.")).to_be_visible()
    site.api = site.process("api", API_ADDRESS=f"127.0.0.1:{port}")
    site.start(site.api)
    expect(page.get_by_text("The connection is gone; trying again.")).to_be_hidden()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/c/*")
    assert asked(site, ada) == 1
    # And the charge's page catches up by itself after one more death.
    session = session_in(page.url)
    post.begin(session)
    post.tell(session, 1, 3_600)
    expect(page.locator("#charge")).to_contain_text("3.6\N{NO-BREAK SPACE}kW")
    site.api.kill()
    expect(page.get_by_text("The charge itself goes on.")).to_be_visible()
    post.tell(session, 1, 3_700)
    site.api = site.process("api", API_ADDRESS=f"127.0.0.1:{port}")
    site.start(site.api)
    expect(page.locator("#charge")).to_contain_text("3.7\N{NO-BREAK SPACE}kW")
    expect(page.get_by_text("The charge itself goes on.")).to_be_hidden()
    context.close()


def test_a_phone_that_slept_catches_up(shared_site: Site, post: Post, phone: Page, ada: str) -> None:
    del ada
    session = charging(shared_site, post, phone)
    phone.evaluate(HIDE, True)
    post.tell(session, 1, 3_600)
    phone.evaluate(HIDE, False)
    expect(phone.locator("#charge")).to_contain_text("3.6\N{NO-BREAK SPACE}kW")


def test_without_a_network_the_last_figures_and_their_time_stand(
    shared_site: Site, post: Post, phone: Page, ada: str
) -> None:
    del ada
    session = charging(shared_site, post, phone)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    post.tell(session, 1, 3_500)
    expect(phone.locator("#charge")).to_contain_text("3.5\N{NO-BREAK SPACE}kW")
    phone.reload()  # the worker rules over it from now on
    expect(phone.locator("#charge")).to_contain_text("3.5\N{NO-BREAK SPACE}kW")
    phone.wait_for_function("caches.open('charges').then(c => c.keys()).then(k => k.length > 0)")
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("#charge")).to_contain_text("3.5\N{NO-BREAK SPACE}kW")
    expect(phone.get_by_text("The charge itself goes on.")).to_be_visible()
    expect(phone.get_by_text(re.compile(r"As of \d"))).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text("The charge itself goes on.")).to_be_hidden()
    phone.get_by_role("button", name="Sign out").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert phone.evaluate("caches.keys().then(names => names.includes('charges'))") is False
