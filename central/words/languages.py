"""The languages that pages and notices speak.

English stands in the code and the templates; locale/*.po say the same in the others. They are read as they are when a
program starts, so that there is nothing to compile and nothing to forget.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

ENGLISH = "en"
EUROPES_ENGLISH = "en_150"  # CLDR's English for Europe
# As each calls itself.
LANGUAGES = {ENGLISH: "English", "es": "Español", "de": "Deutsch"}
FOLDER = Path(__file__).with_name("locale")


def N_(text: str) -> str:  # noqa: N802  # as gettext's tools know it
    """Marks a text that is said later, in whichever language its reader has."""
    return text


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
