"""Run by alembic for each upgrade: on the connection that migrate.py hands over."""

from alembic import context

from central.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # alembic would assume that SQLite cannot; with BEGIN by hand it can
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
