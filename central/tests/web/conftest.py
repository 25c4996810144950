"""A real browser, Debian's chromium, on pages of a running Central."""

import shutil
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tools.assets.bring import AXE
from tools.testing.browsers import ARGUMENTS, CHROMIUM, PHONE
from tools.testing.deadlines import DEADLINE_S

expect.set_options(timeout=DEADLINE_S * 1_000)


@pytest.fixture(scope="session")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Browser]:
    program = shutil.which(CHROMIUM)
    if program is None:
        missing(f"{CHROMIUM} (a browser, for pages)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe_is_there(missing: Callable[[str], NoReturn]) -> None:
    if not AXE.exists():
        missing("axe-core (make assets)")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of the size of a small phone, in a browser that nobody has used yet."""
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-GB")
    yield _page(context)
    context.close()


def _page(context: BrowserContext) -> Page:
    context.set_default_timeout(DEADLINE_S * 1_000)
    return context.new_page()
