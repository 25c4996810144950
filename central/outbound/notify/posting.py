"""A post to where an URL of somebody's leads: judged, resolved once, no redirect followed, no proxy asked."""

import ssl
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import NamedTuple

import httpx

from central.outbound.notify.target import BadTarget, Resolve, target_of
from central.outbound.notify.ways import TIMEOUT_S, NotSent

MS_PER_S = 1_000


class Gone(NotSent):
    """The receiver wants no more."""


class Reach(NamedTuple):
    """Whereto URLs may lead. `private_ok`: this machine and its network too. `resolve`: names, None: by the system."""

    private_ok: bool = False
    resolve: Resolve | None = None


def post(
    url: str, body: bytes, headers: Mapping[str, str], now_ms: int, reach: Reach, gone: Collection[int]
) -> None:
    """`gone`: statuses by which a receiver says that it wants no more. Raises NotSent; Gone."""
    try:
        target = target_of(url, private_ok=reach.private_ok, resolve=reach.resolve)
        with (
            httpx.Client(verify=trusted(), timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", target.url, content=body, headers={**headers, "Host": target.netloc},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):  # fmt: skip
            status, asked_for = answer.status_code, answer.headers.get("Retry-After")
    except (BadTarget, OSError, httpx.HTTPError, UnicodeError) as error:
        raise NotSent(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}") from None
    if status in gone:
        raise Gone(f"it answered {status}: it wants no more")
    if not 200 <= status < 300:
        raise NotSent(f"it answered {status}", retry_after_s(asked_for, now_ms))


def retry_after_s(header: str | None, now_ms: int) -> float | None:
    """Of a Retry-After header (RFC 9110, 10.2.3): seconds, or a date. None where there is none that says anything."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header.strip()[:9])
    try:
        until = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    return max(0.0, until.timestamp() - now_ms / MS_PER_S)


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that browsers trust, and those of this system, a company's own among them."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
