"""The tables of docs/operating.md that say of what people are told, and by which ways; the rest is written by hand."""

from pathlib import Path

from central.outbound.notify.events import CHANNELS, DRIVER, EVENTS, ITS_OWN, OPERATORS
from central.people.contacts import FORMS
from central.people.devices import PUSH
from central.views.deliveries import WEBHOOK
from tools.docs.markdown import table

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/operating.md")
BEGIN = "<!-- written by `make docs` from central/outbound/notify/events.py -->"
END = "<!-- end of what `make docs` writes -->"
_WHO = {DRIVER: "its driver", OPERATORS: "operators of the site, admins", ITS_OWN: "who wrote the contact down"}
_HOUR_S = 3_600
_WAYS = {
    "email": "NOTICES_MAIL", "ntfy": "NOTICES_NTFY", "telegram": "NOTICES_TELEGRAM_TOKEN_FILE", PUSH: "",
}  # fmt: skip


def page() -> str:
    """The page with its tables as they should be. Raises ValueError where the page has no place for them."""
    before, begin, rest = (ROOT / PAGE).read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} needs the lines {BEGIN!r} and {END!r}, with the tables of notices between them")
    return f"{before}{BEGIN}\n\n{_channels()}\n{_events()}\n{END}{after}"


def _channels() -> str:
    rows = [
        (f"`{channel}`", FORMS[channel][1] if channel in FORMS else "a browser that asked for it at `/me`",
         f"`{_WAYS[channel]}`" if _WAYS[channel] else "needs none")
        for channel in CHANNELS
    ]  # fmt: skip
    rows.append((f"`{WEBHOOK}`", "a program, at an URL of its own", "needs none"))
    return table(("channel", "whom it leads to", "the setting that names its server"), rows)


def _events() -> str:
    rows = [
        (f"`{name}`", _WHO[event.audience], event.title, _lasts(event.news_for_s), "yes" if event.urgent else "")
        for name, event in EVENTS.items()
    ]
    return table(("event", "who is told", "how its notice begins", "news for", "at quiet hours too"), rows)


def _lasts(news_for_s: int) -> str:
    return f"{news_for_s // 60} min" if news_for_s < _HOUR_S else f"{news_for_s // _HOUR_S} h"
