"""Which language somebody reads, of those that there are (central/words/)."""

from babel import negotiate_locale
from starlette.requests import Request

from central.words.languages import ENGLISH, LANGUAGES, N_, locale_of, translations

__all__ = ["COOKIE", "LANGUAGES", "N_", "language_of", "locale_of", "translations"]

COOKIE = "language"
MAX_LOOKED_AT = 20  # of what a browser says it accepts


def language_of(request: Request) -> str:
    """The one that was chosen, else the first that the browser accepts and that there is."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return negotiate_locale(_accepted(request.headers.get("accept-language", "")), [*LANGUAGES], sep="-") or ENGLISH


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
