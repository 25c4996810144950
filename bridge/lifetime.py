"""How long a message to a board is good for, and the time that it tells: by the log's clock, as it is sent. No I/O."""

from bridge.decisions import Message

TOLD_TIME = "register_response"  # beside heartbeat_response, which is made as it is sent


def begun(message: Message, log_ms: int) -> Message | None:
    """A command as it is sent at this time of the log's; None where it has expired.

    A board that knows the time holds `expires_at_ms` against it; one that does not counts `ttl_ms` down.
    """
    timed = dict(message)
    expires_at_ms = message.get("expires_at_ms")
    if isinstance(expires_at_ms, int):
        if expires_at_ms <= log_ms:
            return None
        timed["ttl_ms"] = expires_at_ms - log_ms
    if message["type"] == TOLD_TIME:
        timed["server_time_ms"] = log_ms
    return timed


def aged(message: Message, held_ms: int) -> Message | None:
    """What `begun` made, after it was held for so long; None where it has expired meanwhile."""
    older = dict(message)
    ttl_ms, server_time_ms = message.get("ttl_ms"), message.get("server_time_ms")
    if isinstance(ttl_ms, int):
        if ttl_ms <= held_ms:
            return None
        older["ttl_ms"] = ttl_ms - held_ms
    if isinstance(server_time_ms, int):
        older["server_time_ms"] = server_time_ms + held_ms
    return older
