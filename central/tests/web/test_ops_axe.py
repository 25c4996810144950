"""No state of an operator's page breaks a rule of WCAG 2.2 AA that a program can find, and none says anything in the
browser's console. In both colour schemes, at phone size and on a desk.
"""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from central.people.roles import ADMIN
from central.tests.site import Site, sign_up
from central.tests.web.conftest import PHONE
from central.tests.web.visits import Post
from tools.assets.bring import AXE
from tools.testing.deadlines import DEADLINE_S

DESK: ViewportSize = {"width": 1200, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK = "rules => axe.run(document, {runOnly: rules}).then(found => found.violations)"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, str]]]:
    """A Central with something of each sort to show; where: by names for the addresses."""
    site = Site(tmp_path_factory.mktemp("full"), {"PLANT_SPEED": "3600", "COMMAND_TTL_S": "3600"})
    site.start()
    try:
        yield site, _fill(site)
    finally:
        site.close()


def _fill(site: Site) -> dict[str, str]:
    charging, faulty, held, stopped, away = (Post.at(site, location=f"Row {number}") for number in range(5))
    session = _charge(site, charging, 4_100)
    over = _charge(site, held, 900)
    held.register_wh = 90_000_000
    held.end(over)
    for fault in ("weld", "moon_phase"):
        site.board_says("fault_notification", faulty.cp_id, id=faulty.cp_id, fault=fault, failure_info="seen")
    site.says("operator_request", "operator", cp_id=stopped.cp_id, action="stop", reason="the cable is cut")
    site.says("link_down", "bridge", cp_id=away.cp_id, link_id=f"link-{away.cp_id}")
    site.appends("ev.cp", charging.cp_id, b"{<script>", by="bridge")
    site.wait_for(lambda: away.status == "DISCONNECTED" and stopped.status == "STOPPED", "all is folded")
    site.wait_for(lambda: faulty.status == "FAULTY" and held.status == "ACTIVE", "all is folded")
    places = {"charging": charging.cp_id, "faulty": faulty.cp_id, "stopped": stopped.cp_id}
    return {**places, "session": session, "held": over}


def _charge(site: Site, post: Post, energy_wh: int) -> str:
    with site.client() as client:
        sign_up(client)
        message_id = f"{uuid4()}"
        asked = client.post("/v1/charges", json={"message_id": message_id, "cp_id": post.cp_id}).json()
        post.begin(asked["session_id"])
        post.tell(asked["session_id"], energy_wh)
        site.wait_for(lambda: client.get(f"/v1/charges/{message_id}").json()["energy_wh"] == energy_wh, "it was told")
        return asked["session_id"]


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
def looked(browser: Browser, missing: Callable[[str], NoReturn]) -> Iterator[Looked]:
    """A page as somebody sees it, by address, colour scheme and size; what the console says is collected."""
    if not AXE.exists():
        missing("axe-core (make assets)")
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


def violations(page: Page) -> list[str]:
    page.add_script_tag(path=str(AXE))
    found: list[dict[str, Any]] = page.evaluate(ASK, RULES)
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


PATHS = (
    "/ops", "/ops/posts/{charging}", "/ops/posts/{faulty}", "/ops/posts/{stopped}", "/ops/posts/{faulty}?asked=r1",
    "/ops/posts/{charging}/stop", "/ops/posts/{charging}/price", "/ops/posts/{charging}/limit",
    "/ops/posts/{faulty}/clear-fault", "/ops/sessions/{session}/end", "/ops/sessions/{held}/drop-held",
    "/ops/sessions", "/ops/sessions?state=failed", "/ops/held", "/ops/dead", "/ops/people", "/ops/posts/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_pages_with_much_to_show(full: tuple[Site, dict[str, str]], looked: Looked, path: str) -> None:
    site, where = full
    address = path.format(**where)
    for scheme, size in (("light", PHONE), ("dark", DESK)):
        page = looked(site, address, scheme, size)
        assert violations(page) == [], f"{scheme} {size}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it does not scroll sideways"


@pytest.mark.parametrize("path", ["/ops", "/ops/sessions", "/ops/held", "/ops/parked", "/ops/dead", "/ops/people"])
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
