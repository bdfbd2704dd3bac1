"""Runs the DDL paragraphs of a migration's folder under migrations/sql/."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def run(revision: str, pattern: str = "[0-9]*.sql") -> None:
    """Run a revision's SQL files in the order of their names.

    The raw cursor takes a whole file at once and leaves `%` and `:` alone, which a driver with parameters would not.
    """
    cursor = op.get_bind().connection.cursor()
    for path in sorted((FOLDER / revision).glob(pattern)):
        cursor.execute(path.read_text(encoding="utf-8"))
