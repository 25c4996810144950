"""What a command works on: the settings, the database once it has its tables, the log."""

from collections.abc import Generator
from contextlib import contextmanager

from wire.appenders import OPERATOR, appended_by
from wire.frame import payload_of
from wire.kinds.log import KINDS

from central.actions.asking import Operator
from central.actions.refusal import NotDone
from central.model.records import Message
from central.operate.program import PROGRAM
from central.store.database import Database
from central.store.log_identity import check_cluster
from central.store.opening import database_of, log_of
from central.store.version import is_current
from eventlog import Log
from runtime.config import ConfigManager

CONNECT_TIMEOUT_S = 3.0  # somebody waits for the answer
APPEND_TIMEOUT_S = 5.0


@contextmanager
def opened_database(config: ConfigManager) -> Generator[Database]:
    """Raises NotDone where it has no tables of this version, BadPlace where its file cannot be used."""
    database = database_of(config)
    try:
        if not is_current(database.reader):
            raise NotDone(
                f"the database {database.place} cannot be read or holds no current tables; start {PROGRAM} worker, "
                "which makes them"
            )
        yield database
    finally:
        database.dispose()


@contextmanager
def opened_people(config: ConfigManager) -> Generator[Database]:
    """Raises OtherVersion, BadPlace, and SQLAlchemyError where it cannot be used."""
    from central.people.opening import people_of  # with argon2, which most commands have no use for

    people = people_of(config)
    try:
        yield people
    finally:
        people.dispose()


@contextmanager
def opened_operator(config: ConfigManager, reason: str | None = None) -> Generator[Operator]:
    """Whoever sits at this machine. Raises NotDone, BadPlace, LogError; OtherLog once something is asked."""
    with opened_database(config) as database, opened_log(config) as log:
        yield operator_at(database, log, reason)


def operator_at(database: Database, log: Log, reason: str | None = None) -> Operator:
    def append(topic: str, message: Message) -> None:
        """Raises OtherLog and LogError."""
        with database.reader.connect() as connection:
            check_cluster(connection, log.cluster_id())
        log.create_topics()
        key = message[KINDS[message["type"]].key]
        log.append(topic, key, payload_of(message), appended_by(OPERATOR)).result(APPEND_TIMEOUT_S)

    return Operator(database, append, reason=reason)


@contextmanager
def opened_log(config: ConfigManager) -> Generator[Log]:
    """Raises LogError."""
    log = log_of(config, f"{PROGRAM}-operator", CONNECT_TIMEOUT_S)
    try:
        yield log
    finally:
        log.close()
