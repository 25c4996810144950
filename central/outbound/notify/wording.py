"""A delivery in words: title and text, in its reader's language."""

import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

from central.outbound.notify.events import EVENTS
from central.outbound.notify.queue import Delivery
from central.views.moments import iso
from central.words import figures
from central.words.languages import locale_of, translations

MAX_TITLE = 120


class Words(NamedTuple):
    """`title`, `text`: one line each. `path`: of the page that says more; `link`: with how we are reached, "" where
    nobody said that.
    """

    title: str
    text: str
    path: str
    link: str

    @property
    def body(self) -> str:
        return f"{self.text}\n\n{self.link}" if self.link else self.text


def words_of(delivery: Delivery, language: str, public_url: str, currency: str) -> Words:
    """public_url: "" where there is none. currency: of receipts that name none."""
    event, told = EVENTS[delivery.event], _told(delivery, language, currency)
    say = translations(language).gettext
    path = event.link % _named(delivery)
    title = one_line(say(event.title) % told)[:MAX_TITLE]
    return Words(title, one_line(say(event.body) % told), path, f"{public_url}{path}" if public_url else "")


def one_line(text: str) -> str:
    """Nothing in it begins a line of its own, such as a header of a mail."""
    shown = "".join(" " if unicodedata.category(letter) in _BREAKS else letter for letter in text)
    return " ".join(shown.split(" "))


_BREAKS = frozenset({"Cc", "Cf", "Zl", "Zp"})


def _named(delivery: Delivery) -> Mapping[str, str]:
    return {"cp": delivery.cp_id, "session": str(delivery.details.get("session_id", ""))}


def _told(delivery: Delivery, language: str, currency: str) -> Mapping[str, Any]:
    details, locale = delivery.details, locale_of(language)
    cost = figures.money(details.get("cost_minor", 0), details.get("currency", currency), locale)
    return {
        "cp": delivery.cp_id,
        "time": figures.clock(iso(delivery.at_ms) or "", details["zone"], locale),
        "energy": figures.energy(details.get("energy_wh", 0), locale),
        "cost": cost,
        "fault": details.get("fault", ""),
        "times": details.get("times", 1),
        "said": details.get("said", ""),
        "code": details.get("code", ""),
        "webhook": details.get("webhook", ""),
    }
