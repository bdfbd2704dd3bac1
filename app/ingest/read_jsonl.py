"""JSON lines: one object a line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.ingest.problems import BadValue, FileRefused
from app.ingest.read_text import decoded, lines, raw_bytes
from app.ingest.rows import MOST_BYTES, Row


def jsonl_rows(path: Path, encoding: str, name_of: Callable[[str], str | None]) -> Iterator[Row]:
    """Give the rows of a file of JSON lines; blank lines are none.

    Raises
    ------
    FileRefused
        ``file_json_array`` if the file is one list instead of lines.
    """
    for line in lines(path, encoding):
        if not line.text.strip():
            continue
        if line.number == 1 and line.text.lstrip().startswith("["):
            raise FileRefused("file_json_array")
        values: dict[str, str] = {}
        problem = BadValue("row_too_long", longest=MOST_BYTES) if line.cut else None
        if problem is None:
            try:
                values = _values(decoded(line.text, encoding), name_of)
            except BadValue as error:
                problem = error
        yield Row(
            line.number, raw_bytes(line.text, encoding), values, problem, {"format": "jsonl", "encoding": encoding}
        )


def _values(text: str, name_of: Callable[[str], str | None]) -> dict[str, str]:
    try:
        # Numbers stay as written: a CNIC or an identifier is not a float.
        found: Any = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise BadValue("json_unreadable") from None
    if not isinstance(found, dict):
        raise BadValue("json_not_object")
    values: dict[str, str] = {}
    for theirs, value in found.items():
        ours = name_of(theirs)
        if ours is None:
            continue
        if ours in values:
            raise BadValue("column_twice_in_row", ours)
        values[ours] = _text(value, ours)
    return values


def _text(value: Any, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)  # sections are often a list
    if not isinstance(value, str):
        raise BadValue("json_nested", column)
    if "\0" in value:
        raise BadValue("bytes_nul", column)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue("bytes_encoding", column, encoding="UTF-8") from None
    return value.strip()


def values_again(raw: bytes, encoding: str, name_of: Callable[[str], str | None]) -> dict[str, str]:
    """Give the values of a row from its kept bytes.

    Raises
    ------
    BadValue
    """
    text = raw.decode(encoding, "surrogatepass") if encoding.startswith("utf-16") else raw.decode("latin-1")
    return _values(decoded(text, encoding), name_of)
