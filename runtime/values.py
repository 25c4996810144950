"""What a setting may be: each parser returns the value, or raises ValueError saying what would be right."""

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

MAX_TEXT = 512  # characters of one setting; longer is a mistake, not a value
MIN_BAUD, MAX_BAUD = 300, 4_000_000
DEFAULT_BAUD = 115_200

DEFAULT_PORTS = {"http": 80, "https": 443}

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[0-9]{1,12}")
# Python's own resolver raises no OSError at an empty part or one beyond 63 characters, but an error nobody expects.
_HOST_PART = r"[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_HOST_PART}(\.{_HOST_PART})*")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})

# ISO 4217 currencies whose minor unit is not a hundredth: receipts are in two decimals and would be wrong.
_NOT_TWO_DECIMALS = (
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "
    "BHD IQD JOD KWD LYD OMR TND CLF UYW"
)
_DATABASES = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


MAX_LOGIN_BYTES = 128  # as boards keep them


class Address(NamedTuple):
    """A TCP address: host (a name or a numeric address, IPv6 without brackets) and port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Url(NamedTuple):
    """Where something is reached by http: `https`, `charge.example.org`, 443."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        address = Address(self.host, self.port)
        return f"{self.scheme}://{str(address).removesuffix(f':{DEFAULT_PORTS[self.scheme]}')}"


class SerialPort(NamedTuple):
    """A serial device and its speed in baud."""

    device: str
    baud: int


def boolean(text: str) -> bool:
    """Any of true/false, yes/no, on/off, 1/0, in any case."""
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError("must be true or false")


def seconds(low: float, high: float) -> Callable[[str], float]:
    """A decimal number of seconds (or of another unit) from `low` to `high`, both included."""

    def parse(text: str) -> float:
        if _DECIMAL.fullmatch(text) and low <= float(text) <= high:
            return float(text)
        raise ValueError(f"must be a number from {low:g} to {high:.12g}")

    return parse


def _whole(text: str, low: int, high: int, what: str) -> int:
    if _WHOLE.fullmatch(text) and low <= int(text) <= high:
        return int(text)
    raise ValueError(f"{what} must be a whole number from {low} to {high}")


def port(text: str) -> int:
    """A TCP port, 1 to 65535."""
    return _whole(text, 1, 65535, "a port")


def port_or_off(text: str) -> int:
    """A TCP port, or 0 for off."""
    return _whole(text, 0, 65535, "a port (0 = off)")


def port_or_free(text: str) -> int:
    """A TCP port, or 0 for any free one."""
    return _whole(text, 0, 65535, "a port (0 = a free one)")


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`, both included."""
    return lambda text: _whole(text, low, high, "a count")


def host(text: str) -> str:
    """A host name, an IPv4 address, or an IPv6 address with or without brackets."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        if ":" in bare:
            ipaddress.IPv6Address(bare)
        elif not re.search("[A-Za-z]", bare):
            ipaddress.IPv4Address(bare)
        elif not _HOST.fullmatch(text):
            raise ValueError
    except ValueError:
        raise ValueError("must be a host name or a numeric address") from None
    return bare


def address(text: str) -> Address:
    """`host:port`; an IPv6 host stands in brackets."""
    return _address(text, port)


def listen_address(text: str) -> Address:
    """`host:port` to listen on; port 0 is any free one."""
    return _address(text, port_or_free)


def _address(text: str, parse_port: Callable[[str], int]) -> Address:
    name, colon, number = text.rpartition(":")
    if not (colon and name) or (":" in name and not name.startswith("[")):
        raise ValueError("must be host:port")
    return Address(host(name), parse_port(number))


def optional_address(text: str) -> Address | None:
    """`host:port`, or empty for none."""
    return address(text) if text else None


def optional_url(text: str) -> Url | None:
    """`https://host` or `http://host:port`, with no path; or empty for none."""
    if not text:
        return None
    scheme, separator, place = text.removesuffix("/").partition("://")
    if not separator or scheme not in DEFAULT_PORTS:
        raise ValueError("must begin with https:// or http://")
    has_port = place.rpartition(":")[2].isdigit() and not place.endswith("]")
    where = address(place if has_port else f"{place}:{DEFAULT_PORTS[scheme]}")
    return Url(scheme, where.host.lower(), where.port)


def issuer(text: str) -> str:
    """An OpenID Connect issuer as it calls itself: `https://host/path`; http on this machine alone. Empty for none."""
    scheme, _, rest = text.partition("://")
    place, _, path = rest.partition("/")
    if not text:
        return text
    where = optional_url(f"{scheme}://{place}")
    if where is None or (scheme == "http" and not is_loopback(where.host)):
        raise ValueError("must begin with https:// (http:// on this machine alone)")
    if any(mark in path for mark in "?# "):
        raise ValueError("must be the issuer's address alone, without ? or #")
    return text


def is_loopback(host: str) -> bool:
    """Of a name or a numeric address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def addresses(text: str) -> tuple[Address, ...]:
    """`host:port,host:port`; empty for none."""
    return tuple(address(part.strip()) for part in text.split(",")) if text else ()


def serial_ports(text: str) -> tuple[SerialPort, ...]:
    """`device[@baud],...`; 115200 baud where none is given; empty for none; a device stands once only."""
    ports = tuple(_serial_port(part.strip()) for part in text.split(",")) if text else ()
    if len({each.device for each in ports}) < len(ports):
        raise ValueError("must name each device once")
    return ports


def _serial_port(text: str) -> SerialPort:
    device, at, baud = text.rpartition("@")
    if not at:
        device, baud = text, str(DEFAULT_BAUD)
    if not device or any(letter.isspace() for letter in device):
        raise ValueError("must be a list of device or device@baud, with commas between")
    return SerialPort(device, _whole(baud, MIN_BAUD, MAX_BAUD, "the baud after '@'"))


def path(text: str) -> str:
    """A file's path."""
    if text.endswith("/"):
        raise ValueError("must be the path of a file, not of a folder")
    return text


def name(text: str) -> str:
    """Of letters, digits and - _ . : / alone."""
    if not re.fullmatch(r"[A-Za-z0-9._:/-]+", text):
        raise ValueError("must be a name of letters, digits and - _ . : / alone")
    return text


def topic_prefix(text: str) -> str:
    """The beginning of MQTT topics: letters, digits, `_` and `-`, in parts with `/` between; or empty for none."""
    if not re.fullmatch(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?", text):
        raise ValueError("must be letters, digits, - and _ alone, with / between parts")
    return text


def optional_id(text: str) -> str:
    """Of a driver or charge point; or empty for none."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{0,64}", text):
        raise ValueError("must be an id of at most 64 letters, digits and - _ . alone")
    return text


def ids(text: str) -> tuple[str, ...]:
    """Ids with commas between, each once; or empty for none."""
    named = tuple(optional_id(part.strip()) for part in text.split(",")) if text else ()
    if "" in named or len(set(named)) < len(named):
        raise ValueError("must be ids with commas between, each once")
    return named


def database_url(text: str) -> str:
    """An SQLAlchemy address of SQLite or PostgreSQL, its driver made explicit; empty for none."""
    if not text:
        return ""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in _DATABASES or not rest.strip("/"):
        raise ValueError("must be the address of a PostgreSQL or SQLite database")
    if scheme == "sqlite" and not rest.startswith("/"):
        raise ValueError("must have three slashes before the file's path (four before an absolute one)")
    return f"{_DATABASES[scheme]}://{rest}"


def login_text(text: str) -> str:
    """Raises ValueError."""
    if len(text.encode()) > MAX_LOGIN_BYTES:
        raise ValueError(f"must have at most {MAX_LOGIN_BYTES} bytes in UTF-8")
    return text


def currency(text: str) -> str:
    """An ISO 4217 code of a currency with hundredths."""
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise ValueError("must be a currency's three capital letters")
    if text in _NOT_TWO_DECIMALS:
        raise ValueError("must be a currency with two decimals")
    return text


def mail_server(text: str) -> str:
    """`mailto://` or `mailtos://`, with user, password, server and `?from=`; empty for none."""
    if text and not re.fullmatch(r"mailtos?://[^\s/]+(/[^\s]*)?", text):
        raise ValueError("must begin with mailtos:// or mailto:// and name a server")
    return text
