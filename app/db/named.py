"""Named SQL paragraphs: `-- name: room.query` in app/db/sql/<room>.sql, loaded once, run with binds only.

A paragraph may take in another by a line `-- include: room.other`: the text is joined when the file is read,
never at run time, so no statement is ever built from input.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text

FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name: ([a-z_]+\.[a-z_0-9]+)\s*$", re.MULTILINE)
_INCLUDE = re.compile(r"^\s*-- include: ([a-z_]+\.[a-z_0-9]+)\s*$", re.MULTILINE)


@cache
def paragraphs() -> dict[str, str]:
    """Give every named paragraph's text as it stands in its file.

    Raises
    ------
    ValueError
        If two paragraphs share a name, or one stands in another room's file.
    """
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.sql")):
        parts = _NAME.split(path.read_text(encoding="utf-8"))
        for name, body in zip(parts[1::2], parts[2::2], strict=True):
            if name in found or not name.startswith(path.stem + "."):
                raise ValueError(f"{path.name}: the paragraph {name} is named twice or stands in the wrong file")
            found[name] = body.strip()
    return found


@cache
def statement(name: str) -> str:
    """Give a paragraph's text with its includes in place."""
    return _INCLUDE.sub(lambda match: statement(match.group(1)), paragraphs()[name])


@cache
def sql(name: str) -> TextClause:
    """Give a named paragraph, ready to execute with binds."""
    return text(statement(name))
