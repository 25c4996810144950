"""No state of any page breaks a rule of WCAG 2.2 AA that a program can find, none scrolls sideways, and none says
anything in the browser's console: in the three languages, light and dark, at phone size and on a desk.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from central.tests.web.axe import violations
from central.tests.web.looking import Eyes, Look
from central.tests.web.states import STATES, State
from central.tests.web.worlds import WORLDS, World
from central.web.access import PageRoute
from central.web.languages import LANGUAGES
from central.web.routes import ROUTES
from tools.testing.browsers import DESK, PHONE

LOOKS = (
    Look("desk", "en-GB", "light", DESK), Look("phone, dark", "de", "dark", PHONE), Look("phone", "es", "light", PHONE),
)  # fmt: skip
# What is no page to look at: streams, files, and what leads elsewhere at once.
NOT_LOOKED_AT = (
    "/live", ".csv", "/me/export", "/sign-in/oidc", "/sign-in/oidc/back", "/p", "/urgent", "/quiet", "/plan",
)  # fmt: skip


@pytest.fixture(scope="module")
def world_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], World]]:
    """Each is started when something is first looked at in it."""
    worlds: dict[str, World] = {}
    with ExitStack() as stack:

        def world(name: str) -> World:
            if name not in worlds:
                worlds[name] = stack.enter_context(WORLDS[name](tmp_path_factory.mktemp(name)))
            return worlds[name]

        yield world


@pytest.fixture(scope="module")
def eyes(browser: Browser) -> Iterator[Eyes]:
    made = Eyes(browser)
    yield made
    made.close()


def test_every_page_has_a_state_here() -> None:
    pages = [route for route in ROUTES if isinstance(route, PageRoute) and "GET" in (route.methods or ())]
    wanted = {route.path for route in pages if not route.path.endswith(NOT_LOOKED_AT)}
    seen: set[str] = set()
    for state in STATES:
        path = state.path.partition("?")[0]
        seen |= {route.path for route in pages if route.path_regex.match(path)}
    assert wanted - seen == set()


def test_every_language_is_looked_at() -> None:
    assert {look.language[:2] for look in LOOKS} == set(LANGUAGES)


@pytest.mark.usefixtures("axe_is_there")
@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_no_state_keeps_anybody_out(eyes: Eyes, world_of: Callable[[str], World], state: State) -> None:
    world, found = world_of(state.world), dict[str, list[str]]()
    for look in LOOKS:
        with eyes.on(world, state, look) as page:
            said: list[str] = []
            page.on("pageerror", lambda error, said=said: said.append(f"{error}"))
            found[look.name] = violations(page) + said
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                found[look.name].append("it scrolls sideways")
    assert {look: wrong for look, wrong in found.items() if wrong} == {}
