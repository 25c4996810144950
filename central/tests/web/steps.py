"""What somebody does on a page, or what happens to it, until it is in a state that its address does not tell. In any
language, so by what elements are and not by what they say.
"""

from playwright.sync_api import Page, expect

# Nothing is heard any more, and some time has gone by.
UNHEARD = """() => {
  for (const event of ["beat", "ended", "htmx:sse:after:message", "htmx:sse:after:connection"]) {
    window.addEventListener(event, (told) => told.stopImmediatePropagation(), true);
  }
  const now = Date.now;
  Date.now = () => now() + 60000;
}"""
KEPT = "caches.open('charges').then(cache => cache.keys()).then(keys => keys.length > 0)"


def stale(page: Page) -> None:
    page.evaluate(UNHEARD)
    expect(page.locator("[data-stale-note]")).to_be_visible()


def without_network(page: Page) -> None:
    """What the browser kept of the page is shown."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # the worker rules over it from now on
    page.wait_for_function(KEPT)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-stale-note]")).to_be_visible()


def press_main(page: Page) -> None:
    page.locator("main button.main, main button.danger").first.click()
    expect(page.locator(".problem:visible").first).to_be_visible()


def start_unheard(page: Page) -> None:
    _press_unheard(page, "**/start")


def stop_unheard(page: Page) -> None:
    _press_unheard(page, "**/stop")


def end_unheard(page: Page) -> None:
    page.locator("#reason").fill("it hangs")
    _press_unheard(page, "**/end")


def _press_unheard(page: Page, to: str) -> None:
    page.route(to, lambda route: route.abort())
    press_main(page)


def open_all(page: Page) -> None:
    for each in page.locator("main summary").all():
        each.click()


def report_nothing(page: Page) -> None:
    open_all(page)
    page.locator("#text").evaluate("text => text.required = false")
    page.locator("main details button").click()
    expect(page.locator("#report-problem")).to_be_visible()


def sign_in_wrongly(page: Page) -> None:
    page.locator("#name").fill("nobody")
    page.locator("#password").fill("not the password")
    press_main(page)


def keep_wrong_contact(page: Page) -> None:
    page.locator("#telegram").fill("no number")
    page.locator("form[action='/me/contacts'] button").click()
    expect(page.locator("#problem")).to_be_visible()


def price_wrongly(page: Page) -> None:
    page.locator("#price").fill("a lot")
    press_main(page)


def add_wrongly(page: Page) -> None:
    page.locator("#add-name").fill("two words")
    page.locator("#add-password").fill("long enough for all")
    page.locator("form[action='/ops/people/add'] button").click()
    expect(page.locator("#wrong-add")).to_be_visible()


def make_token(page: Page) -> None:
    page.locator("#token-label").fill("a script")
    page.locator("form[action='/ops/people/token'] button").click()
    expect(page.locator(".note .id")).to_be_visible()


def make_wrong_token(page: Page) -> None:
    page.locator("#token-days").fill("soon")
    page.locator("form[action='/ops/people/token'] button").click()
    expect(page.locator("#wrong-token")).to_be_visible()


def wait_for_urgent(page: Page) -> None:
    """A worker is called away only after some seconds."""
    expect(page.locator("#system-urgent h2")).to_be_visible()
