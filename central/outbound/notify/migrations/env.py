"""Run by alembic for each upgrade: on the connection that migrate.py hands over, everything in one transaction."""

from alembic import context

from central.store.database import lock_for_writing
from central.store.notice_tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,  # alembic would assume that SQLite cannot; with BEGIN by hand it can
)
with context.begin_transaction():
    lock_for_writing(connection)  # who starts at the same time finds the tables made
    context.run_migrations()
