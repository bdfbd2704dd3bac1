"""Geocoding: what officers' pins taught, and runs that place records anew."""

from migrations import sql_files

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    sql_files.run("0003")


def downgrade() -> None:
    sql_files.run("0003", "down.sql")
