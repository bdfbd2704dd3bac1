"""Writers: how each station's writers word distances and directions, learned from its records."""

from migrations import sql_files

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    sql_files.run("0006")


def downgrade() -> None:
    sql_files.run("0006", "down.sql")
