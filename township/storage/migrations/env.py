"""Alembic's entry: migrations run on the connection that the program hands over."""

from alembic import context

from township.records import Base
from township.storage import file_tables, tables  # noqa: F401 - maps the bookkeeping tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
