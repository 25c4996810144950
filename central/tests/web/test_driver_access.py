"""Drivers' pages for everybody: no violation of WCAG 2.2 AA in any state, by keyboard alone, and small."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from central.tests.site import Site
from central.tests.web.axe import violations
from central.tests.web.visits import Post, session_in, sign_in_as_driver
from central.web.languages import LANGUAGES
from tools.testing.browsers import PHONE
from tools.testing.deadlines import DEADLINE_S

MOST_BYTES = 60_000

pytestmark = pytest.mark.usefixtures("axe_is_there")


@pytest.fixture(params=[("light", "en"), ("dark", "de"), ("light", "es")], ids="-".join)
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    look, language = request.param
    made = browser.new_context(viewport=PHONE, color_scheme=look, locale=language, bypass_csp=True)
    made.set_default_timeout(DEADLINE_S * 1_000)
    yield made
    made.close()


def test_the_three_languages_are_tried() -> None:
    assert set(LANGUAGES) == {"en", "de", "es"}


def test_no_state_of_a_visit_keeps_anybody_out(shared_site: Site, context: BrowserContext) -> None:
    post, page = Post.at(shared_site), context.new_page()
    found: dict[str, list[str]] = {}

    def judge(state: str) -> None:
        found[state] = violations(page)

    page.goto(shared_site.api_url)
    judge("first page")
    page.goto(post.url)
    judge("a stranger at a free one")
    sign_in_as_driver(shared_site, context)
    page.goto(f"{shared_site.api_url}/me")
    judge("no charge yet")
    page.goto(f"{shared_site.api_url}/me/erase")
    judge("forget me?")
    page.goto(post.url)
    judge("free")
    page.locator("#start button").click()
    page.wait_for_url("**/c/*")
    expect(page.locator("#charge[data-state=authorized]")).to_be_visible()
    judge("getting ready")
    session = session_in(page.url)
    post.begin(session)
    post.tell(session, 1)
    expect(page.locator("#charge.flowing")).to_be_visible()
    page.locator("summary").click()
    judge("charging")
    post.end(session)
    expect(page.locator("#charge .lines")).to_be_visible()
    judge("receipt")
    page.goto(f"{shared_site.api_url}/me")
    judge("one charge")
    post.fails()
    shared_site.wait_for(lambda: post.status == "FAULTY", "broken")
    page.goto(post.url)
    judge("broken")
    page.goto(f"{shared_site.api_url}/c/nothing")
    judge("nothing here")
    assert {state: told for state, told in found.items() if told} == {}


def test_a_visit_by_keyboard_alone(shared_site: Site, phone: Page) -> None:
    post = Post.at(shared_site)
    sign_in_as_driver(shared_site, phone.context)
    phone.goto(post.url)
    expect(phone.get_by_role("button", name="Start")).to_be_visible()
    to(phone, "#limit")
    phone.keyboard.press("ArrowDown")
    to(phone, "#start button")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/c/*")
    session = session_in(phone.url)
    post.begin(session)
    expect(phone.locator("#charge[data-state=in_progress]")).to_be_visible()
    to(phone, "#charge form button")
    post.tell(session, 1)
    expect(phone.locator("#charge")).to_contain_text("7.4")
    expect(phone.locator("#charge form button")).to_be_focused()  # figures change, the focus stays
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Your stop was sent.")).to_be_visible()


def to(page: Page, selector: str) -> None:
    """By the tabulator alone."""
    for _ in range(30):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tabulator does not lead to {selector}")


def test_both_pages_together_are_small(shared_site: Site, phone: Page) -> None:
    """What comes over the network, compressed, for the charge point and for the charge, each on an empty cache."""
    post = Post.at(shared_site)
    sign_in_as_driver(shared_site, phone.context)
    sizes: dict[str, int] = {}

    def note(answer: Response) -> None:
        if not answer.url.endswith("/live") and "/live?" not in answer.url:
            told = answer.request.sizes()
            sizes[answer.url] = told["responseBodySize"] + told["responseHeadersSize"]

    phone.on("response", note)
    phone.goto(post.url, wait_until="load")
    assert sum(sizes.values()) <= MOST_BYTES, sizes
    phone.get_by_role("button", name="Start").tap()
    phone.wait_for_url("**/c/*")
    expect(phone.get_by_text("Getting ready")).to_be_visible()
    assert sum(sizes.values()) <= MOST_BYTES, sizes
