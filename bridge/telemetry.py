"""What MQTT may bring: charging_data of the charge point its topic names. Nobody is answered by MQTT."""

from wire.frame import LINE_LIMIT, FrameError, parse
from wire.kinds.log import KINDS
from wire.newer import check_of_newer

from bridge.decisions import Append

SUBSCRIPTION = "wattline/+/telemetry"
ACCEPTED_KIND = "charging_data"


def hear(topic: str, payload: bytes) -> Append | None:
    """What to append, or None for what is refused."""
    parts = topic.split("/")
    if len(parts) != 3 or len(payload) > LINE_LIMIT:
        return None
    try:
        message = parse(payload)
        if check_of_newer(message) is not None or message["type"] != ACCEPTED_KIND or message["cp_id"] != parts[1]:
            return None
        kind = KINDS[ACCEPTED_KIND]
        return Append(kind.name, kind.topic, parts[1], payload, None, reliable=False)
    except FrameError:
        return None
