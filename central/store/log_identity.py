"""Which log the database was folded from, and what is known of that log's clock."""

from sqlalchemy import Connection, insert, select, update

from central.store.tables import LOG_IDENTITY

WAY_OUT = (
    "name the right one (BROKER_ADDRESS, LOG_PATH), or an empty database to fold this log from its beginning; "
    "see 'When the worker refuses a log' in docs/operating.md"
)


class OtherLog(Exception):
    """The database was made from another log than the one in reach."""


def check_cluster(connection: Connection, cluster_id: str, way_out: str = WAY_OUT) -> None:
    """Raises OtherLog for another one than the database was made from."""
    known = _cluster_of(connection)
    if known not in (None, cluster_id):
        raise OtherLog(
            f"the database was folded from the log {known}, but the log in reach is {cluster_id}; {way_out}"
        )


def remember_cluster(connection: Connection, cluster_id: str) -> None:
    """At the first start with an empty database."""
    if _cluster_of(connection) is None:
        connection.execute(insert(LOG_IDENTITY), {"cluster_id": cluster_id})


def _cluster_of(connection: Connection) -> str | None:
    return connection.execute(select(LOG_IDENTITY.c.cluster_id)).scalar_one_or_none()


def note_clock(connection: Connection, ahead_ms: int | None) -> None:
    """How far the log's clock is ahead of the worker's host; None where they agree."""
    connection.execute(update(LOG_IDENTITY).values(clock_ahead_ms=ahead_ms))


def read_clock(connection: Connection) -> int | None:
    """What the worker noted last."""
    return connection.execute(select(LOG_IDENTITY.c.clock_ahead_ms)).scalar_one_or_none()
