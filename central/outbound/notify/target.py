"""Where an URL of somebody's leads, resolved once: what was judged is what is asked.

This machine's own ports and those of its network are no receivers, unless a setting says so; and a name that is
resolved a second time may lead elsewhere.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

MAX_CHARACTERS = 1_000
DEFAULT_PORTS = {"https": 443, "http": 80}

Resolve = Callable[[str, int], Sequence[str]]  # the numeric addresses of a host; raises OSError


class BadTarget(Exception):
    """One line: what is wrong with it."""


class Target(NamedTuple):
    """`url`: with the numeric address in place of the name; `host`: the name, for Host and for TLS."""

    url: str
    host: str
    netloc: str


def check_url(url: str) -> None:
    """Its form. Raises BadTarget."""
    parts = _parts(url)
    if not url.isascii() or len(url) > MAX_CHARACTERS or any(letter <= " " for letter in url):
        raise BadTarget(f"an URL has at most {MAX_CHARACTERS} characters, all ASCII and none of them a space")
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None or parts.fragment:
        raise BadTarget("an URL begins with https:// (or http://), and has no user or # in it")


def target_of(url: str, *, private_ok: bool, resolve: Resolve | None = None) -> Target:
    """Raises BadTarget, OSError."""
    check_url(url)
    parts = _parts(url)
    host = parts.hostname or ""
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    found = (resolve or _resolve)(host, port)
    allowed = [each for each in found if private_ok or _is_public(each)]
    if len(allowed) < len(found) or not allowed:
        text = "an address of this machine or its network; NOTICES_PRIVATE_ADDRESSES=true allows it"
        raise BadTarget(f"{host} is {text}")
    address = f"[{allowed[0]}]" if ":" in allowed[0] else allowed[0]
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(f"{parts.scheme}://{address}:{port}{rest}", host, parts.netloc)


def _parts(url: str) -> SplitResult:
    """Raises BadTarget."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadTarget(f"this is no URL: {error}") from None
    return parts


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast


def _resolve(host: str, port: int) -> Sequence[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
