"""Signed webhooks, as Standard Webhooks describes them: an id, a time, and a signature over both and the body.

A receiver that sees an id twice has been told once; one that sees an old time was sent a copy.
"""

from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer
from wire.frame import compact

from central.outbound.notify.events import EVENTS
from central.outbound.notify.posting import MS_PER_S, Reach, post
from central.outbound.notify.queue import Delivery
from central.people.webhooks import Webhook
from central.views.moments import iso

TEST = "test"
GONE = (410,)
# Of what a delivery tells, and no name of a driver among it: the charge's id leads to the rest by the API.
_TOLD = ("session_id", "energy_wh", "cost_minor", "currency", "reason", "fault", "times")


def body_of(delivery: Delivery) -> bytes:
    data = {name: delivery.details[name] for name in _TOLD if delivery.details.get(name) not in (None, "")}
    told = {"type": delivery.event, "timestamp": iso(delivery.at_ms), "data": {"cp_id": delivery.cp_id, **data}}
    return compact(told).encode()


def send_webhook(webhook: Webhook, delivery: Delivery, now_ms: int, reach: Reach) -> None:
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
    post(webhook.url, body, headers, now_ms, reach, GONE)
