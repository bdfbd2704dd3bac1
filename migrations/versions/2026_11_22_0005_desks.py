"""Desks: saved views, exports, visits and what else the desks keep."""

from migrations import sql_files

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    sql_files.run("0005")


def downgrade() -> None:
    sql_files.run("0005", "down.sql")
