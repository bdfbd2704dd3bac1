"""Renewals: one list of places that officers let stand, for patrols and forecasts alike."""

from migrations import sql_files

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    sql_files.run("0007")


def downgrade() -> None:
    sql_files.run("0007", "down.sql")
