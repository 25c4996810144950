"""Signed webhooks, as Standard Webhooks describes them: an id, a time, and a signature over both and the body.

A receiver that sees an id twice has been told once; one that sees an old time was sent a copy.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from standardwebhooks import Webhook as Signer
from wire.frame import compact

from central.outbound.notify.events import EVENTS
from central.outbound.notify.queue import Delivery
from central.outbound.notify.target import BadTarget, target_of
from central.outbound.notify.ways import TIMEOUT_S, NotSent
from central.people.webhooks import Webhook
from central.views.moments import iso

TEST = "test"
MS_PER_S = 1_000
GONE = 410
# Of what a delivery tells, and no name of a driver among it: the charge's id leads to the rest by the API.
_TOLD = ("session_id", "energy_wh", "cost_minor", "currency", "reason", "fault", "times")


class Gone(NotSent):
    """The receiver wants no more."""


def body_of(delivery: Delivery) -> bytes:
    data = {name: delivery.details[name] for name in _TOLD if delivery.details.get(name) not in (None, "")}
    told = {"type": delivery.event, "timestamp": iso(delivery.at_ms), "data": {"cp_id": delivery.cp_id, **data}}
    return compact(told).encode()


def send_webhook(webhook: Webhook, delivery: Delivery, now_ms: int, *, private_ok: bool) -> None:
    """Raises NotSent; Gone where the receiver answers 410."""
    assert delivery.event in EVENTS or delivery.event == TEST
    body = body_of(delivery)
    at = datetime.fromtimestamp(now_ms // MS_PER_S, UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": delivery.delivery_id,
        "webhook-timestamp": str(now_ms // MS_PER_S),
        "webhook-signature": Signer(webhook.secret).sign(delivery.delivery_id, at, body.decode()),
    }
    try:
        target = target_of(webhook.url, private_ok=private_ok)
        # No redirects and no proxy: what was judged is what is asked.
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", target.url, content=body, headers={**headers, "Host": target.netloc},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):  # fmt: skip
            status, asked_for = answer.status_code, answer.headers.get("Retry-After")
    except (BadTarget, OSError, httpx.HTTPError, UnicodeError) as error:
        raise NotSent(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}") from None
    if status == GONE:
        raise Gone("it answered 410: it wants no more")
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
