"""CSV of any manner: comma, semicolon, tab or bar; quoted fields over several lines; mixed line ends; bytes kept."""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from app.ingest.problems import BadValue, FileRefused
from app.ingest.read_text import Line, decoded, lines, raw_bytes
from app.ingest.rows import MOST_BYTES, MOST_LINES, Row

_DELIMITERS: Final = ",;\t|"
csv.field_size_limit(4 * MOST_BYTES)


def header_names(cells: list[str], name_of: Callable[[str], str | None], required: frozenset[str]) -> list[str | None]:
    """Give our name of each column, None for one that is not read.

    Raises
    ------
    FileRefused
        ``column_missing`` or ``column_twice``.
    """
    names = [name_of(cell) for cell in cells]
    found = [name for name in names if name is not None]
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise FileRefused("column_twice", columns=", ".join(twice))
    missing = sorted(required - set(found))
    if missing:
        raise FileRefused("column_missing", columns=", ".join(missing), found=", ".join(cells)[:300])
    return names


def is_open(text: str, delimiter: str, inside: bool) -> bool:
    """Say whether a quoted field is still open at the end of a line that began inside one or not."""
    at, end = 0, len(text)
    while at < end:
        if inside:
            at = text.find('"', at)
            if at < 0:
                return True
            if text.startswith('""', at):
                at += 2
                continue
            inside, at = False, at + 1
        elif text[at] == '"' and (at == 0 or text[at - 1] == delimiter):
            inside, at = True, at + 1
        else:
            found = text.find(delimiter, at)
            if found < 0:
                return False
            at = found + 1
    return inside


def _sniff(header: str) -> str:
    """Give the delimiter that splits the header most often outside quotes."""
    bare = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


class _Lines:
    """Lines with a way back: what an unclosed quote swallowed is read again as rows of its own."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._back: deque[Line] = deque()

    def next(self) -> Line | None:
        if self._back:
            return self._back.popleft()
        return next(self._source, None)

    def give_back(self, taken: list[Line]) -> None:
        self._back.extendleft(reversed(taken))


def _whole(first: Line, source: _Lines, delimiter: str) -> tuple[list[Line], BadValue | None]:
    """Give the lines of the row that begins with a line, and why it is no row."""
    taken, size = [first], len(first.text)
    inside = is_open(first.text, delimiter, False)
    while inside:
        line = source.next() if len(taken) < MOST_LINES and size <= MOST_BYTES else None
        if line is None:
            source.give_back(taken[1:])
            return [first], BadValue("quote_unclosed")
        taken.append(line)
        size += len(line.text)
        inside = is_open(line.text, delimiter, True)
    return taken, None


def csv_rows(
    path: Path, encoding: str, name_of: Callable[[str], str | None], required: frozenset[str]
) -> Iterator[Row]:
    """Give the rows of a CSV file; blank lines are none."""
    source = _Lines(lines(path, encoding))
    names: list[str | None] = []
    layout: dict[str, Any] = {}
    delimiter = ","
    while True:
        first = source.next()
        if first is None:
            if not names:
                raise FileRefused("file_no_header")
            return
        if not first.text.strip("\r\n\t ,;|"):
            continue
        if not names:
            delimiter = _sniff(first.text)
        taken, problem = _whole(first, source, delimiter) if '"' in first.text else ([first], None)
        text = first.text if len(taken) == 1 else "".join(line.text for line in taken)
        cut = first.cut or any(line.cut for line in taken)
        if not names:
            if problem is not None or cut:
                raise FileRefused("file_no_header")
            try:
                names = header_names(_fields(decoded(text, encoding), delimiter), name_of, required)
            except BadValue as error:
                raise FileRefused("file_no_header") from error
            layout = {"format": "csv", "names": names, "delimiter": delimiter, "encoding": encoding}
            continue
        if problem is None and (cut or len(text) > MOST_BYTES):
            problem, text = BadValue("row_too_long", longest=MOST_BYTES), text[:MOST_BYTES]
        values: dict[str, str] = {}
        if problem is None:
            try:
                values = _values(_fields(decoded(text, encoding), delimiter), names)
            except BadValue as error:
                problem = error
        yield Row(first.number, raw_bytes(text, encoding), values, problem, layout)


def _fields(text: str, delimiter: str) -> list[str]:
    text = text.rstrip("\r\n")
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(
            csv.reader(
                [text] if "\n" not in text and "\r" not in text else text.splitlines(keepends=True), delimiter=delimiter
            )
        )
    except csv.Error:
        raise BadValue("quote_unclosed") from None


def _values(fields: list[str], names: list[str | None]) -> dict[str, str]:
    if len(fields) != len(names):
        if len(fields) > len(names) and not any(field.strip() for field in fields[len(names) :]):
            fields = fields[: len(names)]
        else:
            raise BadValue(
                "fields_many" if len(fields) > len(names) else "fields_few", found=len(fields), expected=len(names)
            )
    return {name: field.strip() for name, field in zip(names, fields, strict=True) if name is not None}


def values_again(raw: bytes, layout: dict[str, Any]) -> dict[str, str]:
    """Give the values of a row from its kept bytes.

    Raises
    ------
    BadValue
    """
    encoding = layout["encoding"]
    text = raw.decode(encoding, "surrogatepass") if encoding.startswith("utf-16") else raw.decode("latin-1")
    return _values(_fields(decoded(text, encoding), layout["delimiter"]), layout["names"])
