"""The ways by which people are told: mail, ntfy and Telegram, by Apprise.

An address is never an URL: the operator's settings name the servers, and a contact names somebody there. So nobody can
have this machine ask for a page, a file or a port of his choice.
"""

import logging
import re
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

import apprise
from apprise.common import NotifyFormat, PersistentStoreMode

from central import settings
from central.outbound.notify.wording import Words
from runtime.config import ConfigManager
from runtime.places import BadPlace

TIMEOUT_S = 10
_LIMITS = {"rto": TIMEOUT_S, "cto": TIMEOUT_S, "format": "text", "overflow": "truncate"}
_TELEGRAM_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{20,}")

# What these say of their own names addresses, and a bot's token by its path. Of what goes wrong `_heard` tells.
_TOO_OPEN = ("apprise", "urllib3")

Way = Callable[[str, Words, str], None]  # address, words, the delivery's id; raises NotSent


class NotSent(Exception):
    """`retry_after_s`: what the receiver asked for."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


def _quieten() -> None:
    """What they say stays out of our log."""
    for name in _TOO_OPEN:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())  # or Python would print what nobody hears


def hiding(address: str, send: Callable[[], None]) -> None:
    """Sends; what is said of a failure names no address: others read it. Raises NotSent, of the sort that came."""
    try:
        send()
    except NotSent as error:
        raise type(error)(_without(address, str(error)), error.retry_after_s) from None
    except Exception as error:  # what a library raises of its own
        raise NotSent(_without(address, f"{type(error).__name__}: {error}")[:500]) from error


def _without(address: str, text: str) -> str:
    for written in (address, quote(address), quote(address, safe="")):
        text = re.sub(re.escape(written), "(the address)", text, flags=re.IGNORECASE)  # servers write it in capitals
    return text


def ways_of(config: ConfigManager) -> Mapping[str, Way]:
    """By channel, those whose server the settings name. Raises BadPlace."""
    _quieten()
    mail, ntfy, token = config[settings.NOTICES_MAIL], config[settings.NOTICES_NTFY], _telegram_token(config)
    found: dict[str, Way] = {}
    if mail:
        found["email"] = _apprised(lambda address, own_id: _mail_url(mail, address, own_id))
    if ntfy is not None:
        scheme = "ntfys" if ntfy.scheme == "https" else "ntfy"
        place = str(ntfy).partition("://")[2]
        private = _query(mode="private")
        found["ntfy"] = _apprised(lambda topic, _: f"{scheme}://{place}/{quote(topic, safe='')}?{private}")
    if token:
        found["telegram"] = _apprised(lambda chat, _: f"tgram://{token}/{quote(chat, safe='')}/?{_query()}")
    return found


def _telegram_token(config: ConfigManager) -> str | None:
    """None where there is no file of one. Raises BadPlace."""
    file, name = config[settings.NOTICES_TELEGRAM_TOKEN_FILE], settings.NOTICES_TELEGRAM_TOKEN_FILE.name
    if not file:
        return None
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadPlace(f"{name}={file} cannot be read ({error})") from None
    if not _TELEGRAM_TOKEN.fullmatch(token):
        raise BadPlace(f"{name}={file} must hold a bot's token: a number, a colon and letters")
    return token


def _mail_url(server: str, address: str, own_id: str) -> str:
    """The header lets a mailbox see that two mails are one delivery."""
    joint = "&" if "?" in server else "?"
    return f"{server}{joint}{_query(to=address, **{'+X-Wattline-Delivery': own_id})}"


def _query(**more: str) -> str:
    return urlencode({**_LIMITS, **more})


def _apprised(url_of: Callable[[str, str], str]) -> Way:
    def send(address: str, words: Words, own_id: str) -> None:
        asset = apprise.AppriseAsset(
            app_id="Wattline", app_desc="Wattline", app_url="", async_mode=False, secure_logging=True,
            storage_mode=PersistentStoreMode.MEMORY,
        )  # fmt: skip
        plugin = cast(Any, apprise.Apprise).instantiate(url_of(address, own_id), asset=asset)
        if plugin is None:
            raise NotSent("no address of this channel can be made of the settings and the contact")
        with _heard() as said:
            done = plugin.notify(body=words.body, title=words.title, body_format=NotifyFormat.TEXT)
        if not done:
            raise NotSent("; ".join(said)[:500] or "it was not taken")

    return send


@contextmanager
def _heard() -> Generator[list[str]]:
    """What Apprise says of what goes wrong in this thread; it returns no more than that something did."""
    said: list[str] = []
    own, thread = logging.getLogger("apprise"), threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                said.append(" ".join(record.getMessage().split()))

    ear = Ear(logging.WARNING)
    own.addHandler(ear)
    try:
        yield said
    finally:
        own.removeHandler(ear)
