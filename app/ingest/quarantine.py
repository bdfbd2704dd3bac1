"""Rows put aside: listed, exported to be mended, and replayed as a delivery of their own."""

import csv
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.session import worker_session
from app.errors import NotFound
from app.ingest import read_csv, read_jsonl, service
from app.ingest.mapping import COLUMNS, heading, shipped
from app.ingest.messages import sentences
from app.ingest.problems import BadValue, FileRefused
from app.ingest.readers import facts_of, open_rows, unpacked

_PAGE: Final = 1_000
_OWN: Final = ("quarantine_delivery", "quarantine_line", "quarantine_reason", "quarantine_what_to_do")
#: A spreadsheet runs a cell that begins with one of these; an apostrophe before it stops that, and is taken off again.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def waiting(session: Session, delivery: int | None) -> Iterator[dict[str, Any]]:
    """Give the rows that wait to be mended, of one delivery or of all."""
    after = 0
    while True:
        values = {"delivery": delivery, "after": after, "limit": _PAGE}
        page = session.execute(sql("ingest.quarantine"), values).mappings().all()
        yield from (dict(row) for row in page)
        if len(page) < _PAGE:
            return
        after = page[-1]["id"]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as it is told: without its bytes, which may hold a person's words."""
    english, urdu = sentences(row["reason"], row["params"])
    return {
        "delivery": row["delivery_id"],
        "line": row["line"],
        "column": row["column_name"],
        "reason": row["reason"],
        "message": english,
        "message_ur": urdu,
    }


def export(session: Session, delivery: int, path: Path) -> int:
    """Write the open rows of a delivery as a CSV of our columns, the reason beside each, and give how many.

    A row that could not be taken apart stands in the last column as it came, for its values to be typed in.

    Raises
    ------
    NotFound
        If none waits.
    """
    rows = list(waiting(session, delivery))
    if not rows:
        raise NotFound("No row of this delivery waits in quarantine.")
    kind = rows[0]["kind"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_OWN, *COLUMNS[kind], "quarantine_raw"])
        for row in rows:
            told, values = shown(row), _values(row)
            where = f"{told['column']}: " if told["column"] else ""
            raw = "" if values else bytes(row["raw"]).decode("utf-8", errors="backslashreplace").rstrip("\r\n")
            cells = [values.get(column, "") for column in COLUMNS[kind]]
            written = [delivery, row["line"], row["reason"], where + told["message"], *cells, raw]
            writer.writerow([_without_formula(str(cell)) for cell in written])
    return len(rows)


def replay(delivery: int, file: Path | None = None, mapping: Path | None = None) -> service.DeliveryCounts:
    """Deliver the bad rows of a delivery anew, mended in a file or as they are, and give the new counts.

    The old rows are then marked; those that are bad again wait in the new delivery.

    Parameters
    ----------
    delivery : int
    file : Path, optional
        The mended export, as CSV or XLSX; without it the rows as they came, after a station was added for instance.
    mapping : Path, optional
        Constants and words as of the first time.

    Raises
    ------
    NotFound
        If none of its rows waits.
    FileRefused
        If the file is no such export, or of another delivery.
    """
    with tempfile.TemporaryDirectory(prefix="naqsha-") as folder:
        clean = Path(folder) / f"replay-of-{delivery}.csv"
        with worker_session() as session:
            open_lines = {row["line"]: row for row in waiting(session, delivery)}
            if not open_lines:
                raise NotFound("No row of this delivery waits in quarantine.")
            first = next(iter(open_lines.values()))
            if file is None:
                file = Path(folder) / "export.csv"
                export(session, delivery, file)
        lines = _clean(file, clean, delivery, first["kind"])
        counts = service.ingest_file(first["kind"], clean, source=first["source"], mapping=mapping)
    with worker_session() as session:
        values = {"delivery": delivery, "replayed": counts.delivery, "lines": lines}
        session.execute(sql("ingest.mark_replayed"), values)
    return counts


def _values(row: dict[str, Any]) -> dict[str, str]:
    """Give the values of a row by our names, none where its bytes do not come apart."""
    layout, raw = row["params"].get("_layout") or {}, bytes(row["raw"])
    try:
        if layout.get("format") == "csv":
            return read_csv.values_again(raw, layout)
        if layout.get("format") == "jsonl":
            return read_jsonl.values_again(raw, layout["encoding"], shipped(row["kind"]).name_of)
        if layout.get("format") == "xlsx":
            pairs = zip(layout["names"], json.loads(raw), strict=False)
            return {name: text for name, text in pairs if name is not None}
    except (BadValue, ValueError):
        pass
    return {}


def _clean(file: Path, clean: Path, delivery: int, kind: str) -> list[int]:
    """Write the mended rows without what was put beside them, and give the lines of the old delivery."""
    names = {heading(name): name for name in (*_OWN, *COLUMNS[kind])}
    lines = []
    with unpacked(file) as plain, clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS[kind])
        required = frozenset({"quarantine_delivery", "quarantine_line"})
        for row in open_rows(plain, facts_of(plain), lambda name: names.get(heading(name)), required):
            if row.problem is not None:
                raise FileRefused("replay_row", line=row.line)
            if row.values["quarantine_delivery"] != str(delivery) or not row.values["quarantine_line"].isdecimal():
                raise FileRefused("replay_other", delivery=row.values["quarantine_delivery"][:20])
            cells = [_with_formula(row.values.get(column, "")) for column in COLUMNS[kind]]
            if any(cells):  # a row that nobody has typed in yet goes on waiting
                lines.append(int(row.values["quarantine_line"]))
                writer.writerow(cells)
    return lines


def _without_formula(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _with_formula(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text
