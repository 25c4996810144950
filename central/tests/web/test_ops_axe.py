"""No state of an operator's page breaks a rule of WCAG 2.2 AA that a program can find, and none says anything in the
browser's console. In both colour schemes, at phone size and on a desk.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from central.people.roles import ADMIN
from central.tests.site import Site
from central.tests.web.axe import violations
from central.tests.web.states import SETTINGS, STATES, filled
from tools.testing.browsers import DESK, PHONE
from tools.testing.deadlines import DEADLINE_S

pytestmark = pytest.mark.usefixtures("axe_is_there")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, str]]]:
    """A Central with something of each sort to show; where: by names for the addresses."""
    site = Site(tmp_path_factory.mktemp("full"), SETTINGS)
    site.start()
    try:
        yield site, filled(site).places
    finally:
        site.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("empty"))
    site.start()
    try:
        yield site
    finally:
        site.close()


Looked = Callable[[Site, str, str, ViewportSize], Page]


@pytest.fixture
def looked(browser: Browser) -> Iterator[Looked]:
    """A page as somebody sees it, by address, colour scheme and size; what the console says is collected."""
    said: list[str] = []
    opened: list[Page] = []

    def look(site: Site, path: str, scheme: Any, size: ViewportSize) -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB", bypass_csp=True)
        context.set_default_timeout(DEADLINE_S * 1_000)
        context.add_cookies([{"name": "wattline", "value": site.token("axel", ADMIN), "url": site.api_url}])
        page = context.new_page()
        opened.append(page)
        page.on("console", lambda message: said.append(message.text) if _counts(message, page) else None)
        page.goto(f"{site.api_url}{path}")
        return page

    yield look
    for page in opened:
        page.context.close()
    assert said == []


def _counts(message: ConsoleMessage, page: Page) -> bool:
    """A page that is answered with an error is one, and the browser says so of its own accord."""
    is_of_page = message.location["url"] == page.url and "the server responded with a status of 4" in message.text
    return message.type in ("error", "warning") and not is_of_page


PATHS = (*(each.path for each in STATES if each.viewer == ADMIN), "/ops/posts/{faulty}?asked=r1")


@pytest.mark.parametrize("path", PATHS)
def test_pages_with_much_to_show(full: tuple[Site, dict[str, str]], looked: Looked, path: str) -> None:
    site, where = full
    address = path.format(**where)
    for scheme, size in (("light", PHONE), ("dark", DESK)):
        page = looked(site, address, scheme, size)
        assert violations(page) == [], f"{scheme} {size}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it does not scroll sideways"


LISTS = ("sessions", "held", "parked", "deliveries", "dead", "people")


@pytest.mark.parametrize("path", ["/ops", *(f"/ops/{name}" for name in LISTS)])
def test_pages_with_nothing_to_show(empty: Site, looked: Looked, path: str) -> None:
    assert violations(looked(empty, path, "light", PHONE)) == []


def test_a_form_that_was_refused(full: tuple[Site, dict[str, str]], looked: Looked) -> None:
    site, where = full
    page = looked(site, f"/ops/posts/{where['charging']}/price", "light", PHONE)
    page.get_by_label("Price a kWh").fill("a lot")
    page.get_by_role("button", name="Change the price").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []


def test_what_is_stale_stays_readable(full: tuple[Site, dict[str, str]], looked: Looked) -> None:
    site, _ = full
    page = looked(site, "/ops", "light", PHONE)
    page.evaluate("document.body.setAttribute('data-stale', '')")
    assert violations(page) == []
