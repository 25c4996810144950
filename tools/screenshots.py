"""`make screenshots`: every page in every state and language, at two sizes, light and dark, in build/screenshots/.

    make screenshots                        all of them, a minute or two
    .venv/bin/python -m tools.screenshots --only "charge running" --language de

For people who change a page: what a test cannot judge is whether it is beautiful. index.html there shows all.
"""

import argparse
import html
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from central.people.roles import ADMIN, DRIVER
from central.tests.site import Site
from central.tests.web.states import SETTINGS, STATES, Filled, State, filled
from central.web.cookies import NAME
from central.words.languages import LANGUAGES
from tools.testing.browsers import ARGUMENTS, CHROMIUM, DESK, PHONE
from tools.testing.deadlines import DEADLINE_S

FOLDER = Path(__file__).resolve().parent.parent / "build" / "screenshots"


class Look(NamedTuple):
    name: str
    size: ViewportSize
    scheme: Literal["light", "dark"]


LOOKS = (Look("phone", PHONE, "light"), Look("phone-dark", PHONE, "dark"), Look("desk", DESK, "light"))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description="Takes pictures of all pages.")
    parser.add_argument("--only", action="append", metavar="STATE", choices=[each.name for each in STATES])
    parser.add_argument("--language", action="append", choices=list(LANGUAGES))
    arguments = parser.parse_args(argv)
    program = shutil.which(CHROMIUM)
    if program is None:
        print(f"{CHROMIUM} is not there; on Debian: apt install chromium", file=sys.stderr)
        return 1
    states = [each for each in STATES if not arguments.only or each.name in arguments.only]
    with tempfile.TemporaryDirectory(prefix="wattline-") as folder, sync_playwright() as playwright:
        site = Site(Path(folder), SETTINGS)
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            site.start()
            taken = list(_all(browser, site, filled(site), states, arguments.language or list(LANGUAGES)))
        finally:
            browser.close()
            site.close()
    (FOLDER / "index.html").write_text(_index(taken), encoding="utf-8")
    print(f"{len(taken)} pictures: {FOLDER / 'index.html'}")
    return 0


def _all(
    browser: Browser, site: Site, full: Filled, states: Sequence[State], languages: Sequence[str]
) -> Iterator[Path]:
    tokens = {DRIVER: full.driver_token, ADMIN: site.token("olga", ADMIN)}
    for language in languages:
        for look in LOOKS:
            for viewer in dict.fromkeys(each.viewer for each in states):
                context = browser.new_context(viewport=look.size, color_scheme=look.scheme, locale=language)
                if viewer in tokens:
                    context.add_cookies([{"name": NAME, "value": tokens[viewer], "url": site.api_url}])
                for state in (each for each in states if each.viewer == viewer):
                    yield _taken(context, site.api_url + state.path.format_map(full.places), language, state, look)
                context.close()
        print(f"{language}: done", flush=True)


def _taken(context: BrowserContext, url: str, language: str, state: State, look: Look) -> Path:
    file = FOLDER / language / f"{state.name.replace(' ', '-')}.{look.name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    page = context.new_page()
    page.goto(url, timeout=DEADLINE_S * 1_000)
    page.screenshot(path=file, full_page=True)
    page.close()
    return file


def _index(files: Sequence[Path]) -> str:
    shown = "\n".join(
        f'<figure><img loading="lazy" src="{html.escape(str(file.relative_to(FOLDER)))}" alt="">'
        f"<figcaption>{html.escape(str(file.relative_to(FOLDER)))}</figcaption></figure>"
        for file in files
    )
    style = "body{display:flex;flex-wrap:wrap;gap:16px;background:#888;font:14px sans-serif}img{max-width:600px}"
    return f'<!doctype html><meta charset="utf-8"><title>Wattline: pages</title><style>{style}</style>\n{shown}\n'


if __name__ == "__main__":
    sys.exit(main())
