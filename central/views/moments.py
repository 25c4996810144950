"""Times as the API shows them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(at_ms: int | None) -> str | None:
    """Milliseconds since 1970 as ISO 8601 in UTC, with milliseconds: 2026-01-31T12:00:00.123Z."""
    if at_ms is None:
        return None
    moment = _EPOCH + timedelta(milliseconds=at_ms)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
