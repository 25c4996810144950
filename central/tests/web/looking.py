"""A page as somebody sees it: a state of the table, in a look."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from central.tests.web.states import State
from central.tests.web.worlds import World
from central.web.cookies import NAME
from tools.testing.deadlines import DEADLINE_S


class Look(NamedTuple):
    name: str
    language: str
    scheme: Literal["light", "dark"]
    size: ViewportSize


class Eyes:
    """Everybody, in every look: a browser context for each, since making one takes longer than a page."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[tuple[str, ...], BrowserContext] = {}

    @contextmanager
    def on(self, world: World, state: State, look: Look) -> Generator[Page]:
        context = self._of(world, state.viewer, look)
        page = context.new_page()
        try:
            page.goto(world.site.api_url + state.path.format_map(dict(world.places)))
            if state.then is not None:
                state.then(page)
            yield page
        finally:
            context.set_offline(False)
            page.close()

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _of(self, world: World, viewer: str, look: Look) -> BrowserContext:
        key = (world.site.api_url, viewer, look.name, look.language)
        if key not in self._contexts:
            context = self._contexts[key] = self._browser.new_context(
                viewport=look.size, color_scheme=look.scheme, locale=look.language, reduced_motion="reduce",
                bypass_csp=True,
            )  # fmt: skip
            context.set_default_timeout(DEADLINE_S * 1_000)
            if viewer in world.tokens:
                context.add_cookies([{"name": NAME, "value": world.tokens[viewer], "url": world.site.api_url}])
        return self._contexts[key]
