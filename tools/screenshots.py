"""`make screenshots`: every page in every state and language, at two sizes, light and dark, in build/screenshots/.

    make screenshots                        all of them, some minutes
    .venv/bin/python -m tools.screenshots --only "charge running" --language de
    .venv/bin/python -m tools.screenshots --docs        the pictures of docs/pages.md, in docs/pictures/pages/

For people who change a page: what a test cannot judge is whether it is beautiful. index.html there shows all.
"""

import argparse
import html
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from central.tests.web.looking import Eyes, Look
from central.tests.web.states import STATES, State
from central.tests.web.worlds import WORLDS
from central.words.languages import LANGUAGES
from tools.testing.browsers import ARGUMENTS, CHROMIUM, DESK, PHONE

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "screenshots"
DOCS_FOLDER = ROOT / "docs" / "pictures" / "pages"
# Of docs/pages.md, by the names of states.
DOCS = (
    "post free", "post with a fault, another is free", "charge running", "charge over", "me", "overview",
    "a post with faults", "stop service", "charges", "insight",
)  # fmt: skip
ON_PAPER = Look("phone", "en", "light", PHONE)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description="Takes pictures of all pages.")
    parser.add_argument("--only", action="append", metavar="STATE", choices=[each.name for each in STATES])
    parser.add_argument("--language", action="append", choices=list(LANGUAGES))
    parser.add_argument("--docs", action="store_true", help="only the pictures of docs/pages.md, into docs/")
    arguments = parser.parse_args(argv)
    program = shutil.which(CHROMIUM)
    if program is None:
        print(f"{CHROMIUM} is not there; on Debian: apt install chromium", file=sys.stderr)
        return 1
    wanted = DOCS if arguments.docs else arguments.only
    states = [each for each in STATES if not wanted or each.name in wanted]
    looks = [ON_PAPER] if arguments.docs else list(_looks(arguments.language or list(LANGUAGES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            taken = list(_all(browser, states, looks, DOCS_FOLDER if arguments.docs else FOLDER))
        finally:
            browser.close()
    if not arguments.docs:
        (FOLDER / "index.html").write_text(_index(taken), encoding="utf-8")
    print(f"{len(taken)} pictures in {taken[0].parent}")
    return 0


def _looks(languages: Sequence[str]) -> Iterator[Look]:
    for language in languages:
        yield Look("phone", language, "light", PHONE)
        yield Look("phone-dark", language, "dark", PHONE)
        yield Look("desk", language, "light", DESK)


def _all(browser: Browser, states: Sequence[State], looks: Sequence[Look], folder: Path) -> Iterator[Path]:
    for name, world_at in WORLDS.items():
        own = [each for each in states if each.world == name]
        if not own:
            continue
        with tempfile.TemporaryDirectory(prefix="wattline-") as there, world_at(Path(there)) as world:
            eyes = Eyes(browser)
            for look in looks:
                for state in own:
                    file = _file(folder, state, look)
                    with eyes.on(world, state, look) as page:
                        page.evaluate("scrollTo(0, 0)")
                        page.screenshot(path=file, full_page=folder == FOLDER, animations="disabled")
                    yield file
                print(f"{name}, {look.language}, {look.name}: done", flush=True)
            eyes.close()


def _file(folder: Path, state: State, look: Look) -> Path:
    file = folder / f"{state.file_name}.png"
    if folder == FOLDER:
        file = folder / look.language / f"{state.file_name}.{look.name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
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
