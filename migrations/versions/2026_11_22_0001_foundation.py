"""Foundation: reference data, access, records, mass, audit, runs, rights."""

from migrations import sql_files

revision = "0001"
down_revision = None


def upgrade() -> None:
    sql_files.run("0001")


def downgrade() -> None:
    sql_files.run("0001", "down.sql")
