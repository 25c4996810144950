"""What the API is known as: by its own address, and by the name that a reverse proxy has for it."""

import pytest

from central.api.guard import Sites
from runtime.values import optional_url

OWN = Sites.of("127.0.0.1", 8080, None)
PUBLIC = Sites.of("127.0.0.1", 8080, optional_url("https://Charge.example.org"))
ON_A_PORT = Sites.of("0.0.0.0", 8080, optional_url("http://192.0.2.7:9000/"))


@pytest.mark.parametrize(
    ("sites", "host", "known"),
    [
        (OWN, "localhost:8080", True), (OWN, "[::1]:8080", True), (OWN, "localhost", False),
        (OWN, "charge.example.org", False), (PUBLIC, "charge.example.org", True),
        (PUBLIC, "charge.example.org:443", True), (PUBLIC, "CHARGE.example.org", True),
        (PUBLIC, "charge.example.org:80", False), (PUBLIC, "charge.example.org:8080", False),
        (PUBLIC, "charge.example.org.evil.example", False), (PUBLIC, "localhost:8080", True),
        (ON_A_PORT, "192.0.2.7:9000", True), (ON_A_PORT, "192.0.2.7", False), (ON_A_PORT, "", False),
    ],
)  # fmt: skip
def test_hosts(sites: Sites, host: str, known: bool) -> None:
    assert sites.has_host(host) is known


@pytest.mark.parametrize(
    ("sites", "origin", "known"),
    [
        (OWN, "http://localhost:8080", True), (OWN, "https://localhost:8080", False), (OWN, "null", False),
        (PUBLIC, "https://charge.example.org", True), (PUBLIC, "https://charge.example.org:443", True),
        (PUBLIC, "http://charge.example.org", False), (PUBLIC, "https://charge.example.org/", False),
        (PUBLIC, "https://charge.example.org?x", False), (PUBLIC, "https://x@charge.example.org", False),
        (PUBLIC, "file://charge.example.org", False), (PUBLIC, "https://charge.example.org:99999999", False),
        (ON_A_PORT, "http://192.0.2.7:9000", True), (ON_A_PORT, "http://192.0.2.7:8080", False),
    ],
)  # fmt: skip
def test_origins(sites: Sites, origin: str, known: bool) -> None:
    assert sites.has_origin(origin) is known


@pytest.mark.parametrize(
    ("text", "url"),
    [("https://a.example", "https://a.example"), ("http://a.example:80/", "http://a.example"),
     ("http://[::1]:8080", "http://[::1]:8080"), ("https://[2001:db8::1]", "https://[2001:db8::1]"),
     ("http://A.example:8080", "http://a.example:8080")],
)  # fmt: skip
def test_public_url_is_shown_without_what_goes_without_saying(text: str, url: str) -> None:
    assert str(optional_url(text)) == url
