"""`make words`: brings the texts of pages and notices into central/words/locale/*.po, where each language says them.

A text that is new stands there with nothing beside it, and a test fails until somebody has written it; one that no page
has any more is gone. Python marks its texts with `N_`, templates with `_`, `{% trans %}` and `ngettext`.
"""

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from central.web.templates import EXTENSIONS
from central.words.languages import ENGLISH, FOLDER, LANGUAGES

_CENTRAL = FOLDER.parents[1]
# Where texts stand, each with what comes before its files' names.
PLACES = ((_CENTRAL / "web", ""), (_CENTRAL / "outbound" / "notify", "notify/"))
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"extensions": ",".join(EXTENSIONS), "trim_blocks": "true", "lstrip_blocks": "true"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
WIDTH = 120
# Ours, since Babel's has the time of writing in it.
HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: {plural_forms}\n"

"""


def main() -> int:
    for language in OTHERS:
        file = FOLDER / f"{language}.po"
        file.write_bytes(brought_up(language))
        lacking = list(untranslated(read(language)))
        print(f"{file.name}: {len(lacking)} texts to write")
    return 0


OTHERS = tuple(language for language in LANGUAGES if language != ENGLISH)


def texts() -> Catalog:
    """All that pages and notices say, in English."""
    catalog = Catalog(charset="utf-8")
    for folder, before in PLACES:
        for file, _, message, comments, context in extract_from_dir(str(folder), METHODS, OPTIONS, KEYWORDS):
            place = f"{before}{Path(file).as_posix()}"
            catalog.add(message, None, [(place, 0)], auto_comments=comments, context=context)
    return catalog


def read(language: str) -> Catalog:
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def brought_up(language: str) -> bytes:
    """The language's file with the texts that there are now."""
    catalog = read(language)
    catalog.update(texts(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, width=WIDTH, sort_output=True, omit_header=True, include_lineno=False)
    return HEADER.format(language=language, plural_forms=catalog.plural_forms).encode() + written.getvalue()


def untranslated(catalog: Catalog) -> Iterable[Message]:
    """Those that this language does not say yet."""
    for message in catalog:
        if message.id and not (all(message.string) if isinstance(message.string, (tuple, list)) else message.string):
            yield message


if __name__ == "__main__":
    sys.exit(main())
