"""Notices on a device: asked for by its browser, kept, pushed to its service worker, shown, and taken back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from central.outbound.notify.push import Pushed, new_push_key, payload_of
from central.outbound.tests.subscribed import SubscribedBrowser
from central.people.devices import device_id_of, devices_of, find_device
from central.people.push_key import push_key_of
from central.tests.site import Site
from central.tests.web.visits import sign_in_as_driver
from central.web.devices import named
from eventlog.clock import wall_ms
from tools.stack.tokens import people_at
from tools.testing.browsers import PHONE
from tools.testing.deadlines import DEADLINE_S

SUBSCRIBED = SubscribedBrowser("https://push.example.org/ada?token=1").subscription
# Its maker's service is not in reach of a test, so it is the one part of the browser that the test stands in for.
SERVICE = """
const told = %s;
PushManager.prototype.subscribe = async (options) => {
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("bad options");
  const {endpoint, ...keys} = told;
  return {endpoint, toJSON: () => ({endpoint, expirationTime: null, keys})};
};
""" % json.dumps(SUBSCRIBED._asdict())  # noqa: UP031 -- its braces are JavaScript's
# Nobody but a person can click; what then opens is asked of the worker itself.
CLICK = """async (path) => {
  const seen = [], waits = [];
  self.clients.openWindow = (url) => { seen.push(url); };
  const notification = {close: () => seen.push("closed"), data: path};
  const waitUntil = (done) => waits.push(done);
  self.dispatchEvent(Object.assign(new Event("notificationclick"), {notification, waitUntil}));
  await Promise.all(waits);
  return seen;
}"""


@pytest.fixture
def told(browser: Browser, shared_site: Site) -> Iterator[BrowserContext]:
    """A phone that may show notices, of a system that sends some."""
    with people_at(shared_site.people_file) as people:
        push_key_of(people, new_push_key, wall_ms())
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-GB", permissions=["notifications"])
    context.set_default_timeout(DEADLINE_S * 1_000)
    yield context
    context.close()


def at_me(told: BrowserContext, site: Site) -> tuple[Page, str]:
    """Her page, and her id."""
    driver_id = sign_in_as_driver(site, told)
    page = told.new_page()
    page.goto(f"{site.api_url}/me")
    return page, driver_id


def test_a_device_is_told_once_its_person_asks_and_no_more_once_taken_back(
    told: BrowserContext, shared_site: Site
) -> None:
    told.add_init_script(SERVICE)
    page, driver_id = at_me(told, shared_site)
    page.get_by_role("button", name="Notify me on this device").tap()
    expect(page.get_by_text("Done.")).to_be_visible()
    device_id = device_id_of(SUBSCRIBED.endpoint)
    expect(page.locator(f"[data-device='{device_id}']")).to_contain_text("Chrome, Linux")
    with people_at(shared_site.people_file) as people, people.reader.connect() as connection:
        device = find_device(connection, device_id)
    assert device is not None
    assert device[1:] == SUBSCRIBED
    assert SUBSCRIBED.auth not in page.content()
    page.get_by_role("button", name="Tell it no more").tap()
    expect(page.locator("[data-device]")).to_have_count(0)
    with people_at(shared_site.people_file) as people, people.reader.connect() as connection:
        assert devices_of(connection, [driver_id]) == []


def test_where_its_maker_s_service_cannot_be_reached_it_says_so(told: BrowserContext, shared_site: Site) -> None:
    page, _ = at_me(told, shared_site)
    page.get_by_role("button", name="Notify me on this device").tap()
    expect(page.locator("[data-push-note]")).to_contain_text("push service of this browser did not answer")
    expect(page.get_by_role("button", name="Notify me on this device")).to_be_enabled()


def test_without_permission_and_without_scripts_it_says_so(
    browser: Browser, told: BrowserContext, shared_site: Site
) -> None:
    told.clear_permissions()
    page, _ = at_me(told, shared_site)
    page.get_by_role("button", name="Notify me on this device").tap()
    expect(page.locator("[data-push-note]")).to_contain_text("told to show no notices")
    plain = browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)
    bare, _ = at_me(plain, shared_site)
    expect(bare.locator("[data-push-note]")).to_contain_text("It takes scripts, https")
    expect(bare.get_by_role("button", name="Notify me on this device")).to_be_hidden()
    plain.close()


def test_what_is_pushed_is_shown_once_and_by_its_words(told: BrowserContext, shared_site: Site) -> None:
    page, _ = at_me(told, shared_site)
    expect(page.get_by_role("button", name="Notify me on this device")).to_be_visible()
    session: Any = told.new_cdp_session(page)
    registration = registration_of(session, page, shared_site)
    pushed = Pushed("Charged <b>12.9</b> kWh", "Your charge ended.", "/c/s1", "en", "d-1", False, 60)
    for own_id in ("d-1", "d-1", "d-2"):  # a delivery that came twice, and another one
        data = payload_of(pushed._replace(own_id=own_id)).decode()
        told_it = {"origin": shared_site.api_url, "registrationId": registration, "data": data}
        session.send("ServiceWorker.deliverPushMessage", told_it)
    shared_site.wait_for(lambda: {"d-1", "d-2"} <= {each["tag"] for each in shown(page)}, "they are shown")
    assert sorted(each["tag"] for each in shown(page)) == ["d-1", "d-2"]
    told_once = {"title": "Charged <b>12.9</b> kWh", "body": "Your charge ended.", "data": "/c/s1", "tag": "d-1"}
    assert told_once in shown(page)


def shown(page: Page) -> list[dict[str, str]]:
    return page.evaluate(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications())
             .map(({title, body, data, tag}) => ({title, body, data, tag}))"""
    )


def registration_of(session: Any, page: Page, site: Site) -> str:
    found: list[str] = []

    def hear(event: dict[str, Any]) -> None:
        found.extend(each["registrationId"] for each in event["registrations"])

    def is_heard() -> bool:
        page.evaluate("1")  # events arrive while something is asked
        return bool(found)

    session.on("ServiceWorker.workerRegistrationUpdated", hear)
    session.send("ServiceWorker.enable")
    site.wait_for(is_heard, "the browser tells its service workers")
    return found[0]


@pytest.mark.parametrize(
    ("path", "opens"),
    [("/c/s1", "/c/s1"), ("https://elsewhere.example/x", ""), ("//elsewhere.example", ""), ("javascript:alert(1)", "")],
)
def test_a_click_opens_a_page_of_this_server_alone(
    told: BrowserContext, shared_site: Site, path: str, opens: str
) -> None:
    page, _ = at_me(told, shared_site)
    expect(page.get_by_role("button", name="Notify me on this device")).to_be_visible()
    (worker,) = told.service_workers
    assert worker.evaluate(CLICK, path) == ["closed", f"{shared_site.api_url}{opens}"]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox, Android"),
     ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1",
      "Safari, iPhone"),
     ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge, Windows"),
     ("curl/8.0", ""), ("", "")],
)  # fmt: skip
def test_a_device_is_named_as_people_know_it(user_agent: str, name: str) -> None:
    assert named(user_agent) == name


def test_what_no_browser_says_is_refused_and_anothers_device_stays(told: BrowserContext, shared_site: Site) -> None:
    told.add_init_script(SERVICE)
    page, _ = at_me(told, shared_site)
    page.get_by_role("button", name="Notify me on this device").tap()
    expect(page.get_by_text("Done.")).to_be_visible()
    cookies = {"wattline": shared_site.token("another driver")}
    origin = {"Origin": shared_site.api_url}
    told.clear_cookies()
    told.add_cookies([{"name": name, "value": value, "url": shared_site.api_url} for name, value in cookies.items()])
    device_id = device_id_of(SUBSCRIBED.endpoint)
    gone = told.request.post(f"{shared_site.api_url}/me/devices/remove", form={"device_id": device_id}, headers=origin)
    assert gone.status == 404
    for wrong in ({"endpoint": "http://push.example.org/"}, {"endpoint": "https://127.0.0.1/"}, {"auth": "AAAA"}):
        form = {**SUBSCRIBED._asdict(), **wrong}
        refused = told.request.post(f"{shared_site.api_url}/me/devices", form=form, headers=origin)
        assert refused.status == 400, wrong
    with people_at(shared_site.people_file) as people, people.reader.connect() as connection:
        assert find_device(connection, device_id) is not None
