"""Queue: procrastinate's tables and functions in the schema `queue`, with explicit rights (docs/adr/0006)."""

from importlib.metadata import version

from alembic import op
from procrastinate.schema import SchemaManager

from migrations import sql_files

revision = "0002"
down_revision = "0001"

#: The release whose schema this is.  A newer one brings its own changes: give them a migration of their own.
RELEASE = "3.10."


def upgrade() -> None:
    if not version("procrastinate").startswith(RELEASE):
        raise RuntimeError(f"Migration 0002 takes the schema of procrastinate {RELEASE}x: install that one.")
    cursor = op.get_bind().connection.cursor()
    cursor.execute("CREATE SCHEMA queue")
    # The text names no schema, so it lands in the first of the search path; SET LOCAL ends with the migration.
    cursor.execute("SHOW search_path")
    (before,) = cursor.fetchone()
    cursor.execute("SELECT set_config('search_path', 'queue', true)")
    cursor.execute(SchemaManager.get_schema())
    cursor.execute("SELECT set_config('search_path', %s, true)", (before,))
    sql_files.run("0002")


def downgrade() -> None:
    sql_files.run("0002", "down.sql")
