"""Drivers' pages for everybody: by keyboard alone, and small."""

from playwright.sync_api import Page, Response, expect

from central.tests.site import Site
from central.tests.web.visits import Post, session_in, sign_in_as_driver

MOST_BYTES = 60_000


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
