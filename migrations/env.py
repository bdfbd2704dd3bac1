"""Alembic's entry: runs the migrations on the connection that `flask db` hands over, as the owner of the schema."""

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise RuntimeError("Run migrations by `flask db upgrade`: it knows the database and connects as its owner.")

context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
