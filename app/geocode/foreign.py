"""Files that were given for a CSV and are something else: told by their first bytes, with what to do about it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

_LOOKED_AT: Final = 4_096
_MARKS: Final = (
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x1f\x8b", "a packed file (gzip)"),
    (b"Rar!", "a packed file (RAR)"),
    (b"7z\xbc\xaf", "a packed file (7z)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3", "a database (SQLite)"),
)
_PACKED: Final = (
    ("xl/", "an Excel workbook"),
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint file"),
    ("content.xml", "an OpenDocument file"),
)
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_JSON: Final = re.compile(r'\ufeff?\s*[\[{]\s*(?:["\[{}\]]|$)')
_SAVE: Final = "open it, save it as “CSV UTF-8” and give that file"


def kind_of(path: Path) -> str | None:
    """Give what a file is that is no text in UTF-8, and what to do about it; None if nothing speaks against it."""
    with path.open("rb") as raw:
        head = raw.read(_LOOKED_AT)
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return f"{kind}, not CSV: {_SAVE}"
    if head.startswith(b"PK\x03\x04"):
        return f"{_packed(path)}, not CSV: {_SAVE}"
    if head[:2] in _BOMS or _is_wide(head):
        return "UTF-16, not UTF-8: save it as “CSV UTF-8” and give that file"
    return None


def is_json(line: str) -> bool:
    """Say whether a file with this first line is JSON."""
    return _JSON.match(line) is not None


def cells_of(row: str, delimiter: str) -> list[str]:
    """Give the cells of a row that the reader refuses, as far as its quotation marks can be made out."""
    cells, begin, is_quoted = [], 0, False
    for place, sign in enumerate(row):
        if sign == '"':
            is_quoted = not is_quoted
        elif sign == delimiter and not is_quoted:
            cells.append(row[begin:place])
            begin = place + 1
    return [*cells, row[begin:]]


def _packed(path: Path) -> str:
    """Give what a packed file is."""
    try:
        with zipfile.ZipFile(path) as file:
            names = file.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a packed file (ZIP), and a broken one"
    for begin, kind in _PACKED:
        if any(name.startswith(begin) for name in names):
            return kind
    return "a packed file (ZIP)"


def _is_wide(head: bytes) -> bool:
    """Say whether a text has two bytes a letter and no mark that says so: every second byte of its names is zero."""
    first = head[: max(2, len(head) // 2 * 2)].split(b"\n")[0]
    return len(first) >= 4 and max(first[::2].count(0), first[1::2].count(0)) > len(first) // 3
