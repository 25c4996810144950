"""Web push: to a browser through its maker's service, for that browser alone to read (RFC 8030, 8291, 8292).

The service learns when somebody is told, and nothing of what.
"""

from base64 import urlsafe_b64encode
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import py_vapid
import pywebpush
from wire.frame import compact

from central.outbound.notify.posting import MS_PER_S, Reach, post
from central.outbound.notify.ways import NotSent
from central.people.devices import Device
from central.people.push_key import PushKey

ENCODING = "aes128gcm"
MAX_BYTES = 3_000  # of what is told; services take 4,096 once it is encrypted
SIGNED_FOR_S = 12 * 3_600  # a day at most
GONE = (404, 410)  # RFC 8030, 7.3; some services say 404
NOWHERE = "https://localhost"  # who sends, where no PUBLIC_URL says it


class Pushed(NamedTuple):
    """What a browser shows. path: of the page that says more. own_id: the delivery's; the same one twice is shown once.
    news_for_s: for how long the service keeps it where the device is away.
    """

    title: str
    text: str
    path: str
    language: str
    own_id: str
    is_urgent: bool
    news_for_s: int


def new_push_key() -> PushKey:
    pair: Any = py_vapid.Vapid02()
    pair.generate_keys()
    numbers = pair.private_key.private_numbers()
    point = numbers.public_numbers
    public = b"\x04" + point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big")
    return PushKey(_text(numbers.private_value.to_bytes(32, "big")), _text(public))


def send_push(device: Device, key: PushKey, pushed: Pushed, sender: str, now_ms: int, reach: Reach) -> None:
    """sender: PUBLIC_URL, "" where there is none. Raises NotSent; Gone where the browser is subscribed no more."""
    parts = urlsplit(device.endpoint)
    if parts.scheme != "https" and not reach.private_ok:
        raise NotSent("a push service is asked by https alone")
    headers = {
        **_signed(key, f"{parts.scheme}://{parts.netloc}", sender, now_ms),
        "Content-Encoding": ENCODING,
        "Content-Type": "application/octet-stream",
        "TTL": str(max(0, pushed.news_for_s)),
        "Urgency": "high" if pushed.is_urgent else "normal",
        "Topic": pushed.own_id.replace("-", "")[:32],  # the same one again takes the place of what waits there
    }
    post(device.endpoint, _encrypted(device, pushed), headers, now_ms, reach, GONE)


def payload_of(pushed: Pushed) -> bytes:
    told = {
        "title": pushed.title, "body": pushed.text, "path": pushed.path, "tag": pushed.own_id, "lang": pushed.language,
    }  # fmt: skip
    while len(written := compact(told).encode()) > MAX_BYTES:
        told["body"] = f"{told['body'][: len(told['body']) * 3 // 4]}…"
    return written


def _encrypted(device: Device, pushed: Pushed) -> bytes:
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    try:
        pusher: Any = pywebpush.WebPusher({"endpoint": device.endpoint, "keys": keys})
        return cast(bytes, pusher.encode(payload_of(pushed), ENCODING)["body"])
    except ValueError as error:  # no point of the curve
        raise NotSent(f"the browser's key is none: {error}"[:200]) from None


def _signed(key: PushKey, service: str, sender: str, now_ms: int) -> dict[str, str]:
    parts = urlsplit(sender)
    claims = {
        "aud": service,
        "exp": now_ms // MS_PER_S + SIGNED_FOR_S,
        "sub": f"https://{parts.netloc}" if parts.scheme == "https" else NOWHERE,
    }
    signer = cast(Any, py_vapid.Vapid02).from_raw(key.private.encode())
    signer.conf = {"no-strict": True}  # it takes no port in `sub`
    return signer.sign(claims)


def _text(number: bytes) -> str:
    return urlsafe_b64encode(number).decode().rstrip("=")
