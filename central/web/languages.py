"""The languages that pages speak, and which one somebody reads.

English stands in the code and the templates; locale/*.po say the same in the others. They are read as they are when the
server starts, so that there is nothing to compile and nothing to forget.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

ENGLISH = "en"
EUROPES_ENGLISH = "en_150"  # CLDR's English for Europe
# As each calls itself.
LANGUAGES = {ENGLISH: "English", "es": "Español", "de": "Deutsch"}
COOKIE = "language"
MAX_LOOKED_AT = 20  # of what a browser says it accepts
FOLDER = Path(__file__).with_name("locale")


def N_(text: str) -> str:  # noqa: N802  # as gettext's tools know it
    """Marks a text that is said later, in whichever language the page has."""
    return text


def language_of(request: Request) -> str:
    """The one that was chosen, else the first that the browser accepts and that there is."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return negotiate_locale(_accepted(request.headers.get("accept-language", "")), [*LANGUAGES], sep="-") or ENGLISH


@cache
def translations(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


@cache
def locale_of(language: str) -> Locale:
    """By which figures are written; English ones as in the rest of Europe: 2.58 €, 13:10, 27 Nov."""
    return Locale.parse(EUROPES_ENGLISH if language == ENGLISH else language)


def _accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header.split(",")[:MAX_LOOKED_AT]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if tag and quality > 0:
            wanted.append((-quality, tag))
    return [tag for _, tag in sorted(wanted, key=lambda each: each[0])]
