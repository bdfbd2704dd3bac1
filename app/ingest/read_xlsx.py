"""The first sheet of an Excel workbook, streamed; what it would unpack to is checked before anything is unpacked."""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.ingest.problems import BadValue, FileRefused
from app.ingest.read_csv import header_names
from app.ingest.rows import MOST_BYTES, Row

_MOST_BYTES: Final = 2 << 30
_MOST_SHARED: Final = 256 << 20
_MOST_ENTRIES: Final = 2_000
# A sheet of one repeated row packs about 1:60; DEFLATE's limit, which bombs use, is 1:1032.
_MOST_RATIO: Final = 150
_SMALL: Final = 16 << 20
_BROKEN: Final = (
    zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
    ParseError, NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error,  # type: ignore[attr-defined]
)  # fmt: skip


def check_workbook(path: Path) -> None:
    """Refuse a workbook that is none, or that would unpack to far more than a sheet can hold.

    Raises
    ------
    FileRefused
        ``file_broken`` or ``file_bomb``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused("file_broken", name=path.name) from error
    # zipfile stops at the declared size, so a lying directory cannot unpack to more than it declares.
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    shared = sum(entry.file_size for entry in entries if "sharedstrings" in entry.filename.lower())
    if (
        len(entries) > _MOST_ENTRIES
        or unpacked > _MOST_BYTES
        or shared > _MOST_SHARED
        or (unpacked > _SMALL and unpacked / packed > _MOST_RATIO)
    ):
        raise FileRefused("file_bomb", name=path.name)
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise FileRefused("file_format")


def xlsx_rows(path: Path, name_of: Callable[[str], str | None], required: frozenset[str]) -> Iterator[Row]:
    """Give the rows of the first sheet; the bytes kept of a row are its cells as JSON, as a workbook has no lines."""
    check_workbook(path)
    names: list[str | None] = []
    with path.open("rb") as file:
        try:
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # some writers declare a dimension that cuts rows off
            cells_of_rows = iter(sheet.iter_rows(values_only=True))
        except _BROKEN as error:
            raise FileRefused("file_broken", name=path.name) from error
        number = 0
        while True:
            try:
                cells = next(cells_of_rows, None)
            except _BROKEN as error:
                raise FileRefused("file_broken", name=path.name) from error
            if cells is None:
                break
            number += 1
            if all(cell is None or cell == "" for cell in cells):
                continue
            texts = [_text(cell) for cell in cells]
            if not names:
                names = header_names(texts, name_of, required)
                continue
            yield _row(number, texts, names)
    if not names:
        raise FileRefused("file_no_header")


def _row(number: int, texts: list[str], names: list[str | None]) -> Row:
    layout = {"format": "xlsx", "names": names}
    raw = json.dumps(texts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(raw) > MOST_BYTES:
        return Row(number, raw[:MOST_BYTES], {}, BadValue("row_too_long", longest=MOST_BYTES), layout)
    if any("\0" in text for text in texts):
        return Row(number, raw, {}, BadValue("bytes_nul"), layout)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return Row(number, raw, {}, BadValue("bytes_encoding", encoding="UTF-8"), layout)
    texts += [""] * (len(names) - len(texts))
    if any(texts[len(names) :]):
        return Row(number, raw, {}, BadValue("fields_many", found=len(texts), expected=len(names)), layout)
    values = {name: text.strip() for name, text in zip(names, texts, strict=False) if name is not None}
    return Row(number, raw, values, None, layout)


def _text(cell: Any) -> str:
    """Give a cell as an officer sees it: whole numbers without a point, dates in ISO 8601, errors as their sign."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        # Times are binary fractions of a day: 14:30 comes as 14:29:59.999997.
        rounded = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
        is_date = rounded.time() == time(0) and rounded == cell
        return rounded.date().isoformat() if is_date else rounded.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()[:19]
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
