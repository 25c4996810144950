"""What can keep a command from its work, each in one line."""

from sqlalchemy.exc import SQLAlchemyError

from central.actions.refusal import NotDone
from central.store.database import is_damaged, is_transient, reason_of
from central.store.log_identity import OtherLog
from eventlog import LogError, LogUnavailable
from runtime.places import BadPlace


def text_of(error: Exception) -> str | None:
    """One line for the operator; None for a mistake of ours, which deserves its traceback."""
    if isinstance(error, NotDone | BadPlace | OtherLog):
        return str(error)
    if isinstance(error, LogError) and not isinstance(error, LogUnavailable):
        return f"the log cannot be used: {error}"
    if isinstance(error, LogUnavailable | TimeoutError):
        why = str(error) or "no answer in time"
        return f"the log cannot be used ({why}); is it running, and do BROKER_ADDRESS or LOG_PATH name it?"
    if isinstance(error, SQLAlchemyError) and is_damaged(error):
        return f"the database is damaged ({reason_of(error)}); put back a backup (docs/operating.md)"
    if isinstance(error, SQLAlchemyError) and is_transient(error):
        return f"the database cannot be used ({reason_of(error)}); do DB_PATH or DATABASE_URL name it?"
    return None
