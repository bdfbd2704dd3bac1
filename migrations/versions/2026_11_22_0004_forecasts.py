"""Forecasts: scores of past weeks, schedules, renewals and shocks."""

from migrations import sql_files

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    sql_files.run("0004")


def downgrade() -> None:
    sql_files.run("0004", "down.sql")
