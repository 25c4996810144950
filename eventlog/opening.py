"""Which log a process uses: Kafka where a broker is named, else the embedded one."""

from pathlib import Path

from eventlog.port import CONNECT_TIMEOUT_S, STREAM_LINGER_MS, Log


def open_log(
    broker_address: str,
    log_path: Path,
    client_id: str,
    topic_prefix: str = "",
    linger_ms: int = STREAM_LINGER_MS,
    connect_timeout_s: float = CONNECT_TIMEOUT_S,
) -> Log:
    """The log at `broker_address` ("host:port", several after commas), or the embedded one at `log_path` if
    it is "".

    `client_id` is what the broker calls this process in its own logs. `topic_prefix` sets several systems
    apart on one Kafka cluster; records and calls use the names without it. An embedded log's file is a world
    of its own and needs none. `linger_ms`: how long Kafka's producer gathers records before it sends; 0
    where somebody waits for each. `connect_timeout_s`: how long to wait for a broker to listen.
    Raises LogUnavailable.
    """
    # Imported where it is used: a program that reads its settings pays for neither, and one log never for the other.
    if not broker_address:
        from eventlog.embedded.log import EmbeddedLog

        return EmbeddedLog(log_path)
    from eventlog.kafka.log import KafkaLog

    return KafkaLog(
        broker_address, client_id, prefix=topic_prefix, linger_ms=linger_ms, connect_timeout_s=connect_timeout_s
    )
