"""Reads an incident file into event columns: every row is used or counted, bad ones named by line."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from forecasting.errors import BadInput
from forecasting.model import Integers
from spatial import cells as h3_cells
from spatial.errors import SpatialError
from spatial.mass import UNIT, apportion

REQUIRED = ("id", "occurred_at", "category", "lat", "lon")
_EPOCH = date(1970, 1, 1).toordinal()
_SHOWN = 5
#: 100 years of weeks in one span is a mistyped date, not an unknown hour.
_LONGEST_SPAN_DAYS = 366


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weeks of seven days from a given weekday (0 is Monday, as in ``spatial.shifts``)."""

    weekday: int = 0

    def week_of(self, day: date) -> int:
        """Index of the week that holds a day."""
        return (day.toordinal() - _EPOCH + 3 - self.weekday) // 7

    def start(self, week: int) -> date:
        """First day of a week."""
        return date.fromordinal(week * 7 - 3 + self.weekday + _EPOCH)


@dataclass(frozen=True)
class Incidents:
    """The rows of a file, one entry each: cell, span and category; times are the city's own clock.

    ``known`` is None where the file does not say: the incident is then known as soon as it has ended.
    """

    cell: Integers
    start: list[datetime]
    end: list[datetime]
    known: list[datetime | None]
    category: list[str]
    counts: dict[str, int] = field(default_factory=dict)

    def columns(self, calendar: Calendar) -> dict[str, np.ndarray]:
        """Event columns for ``Cube.from_events``; a span over several weeks is spread by real time."""
        rows: list[int] = []
        weeks: list[int] = []
        masses: list[int] = []
        known_weeks: list[int] = []
        for row, (start, end, known) in enumerate(zip(self.start, self.end, self.known, strict=True)):
            first, last = calendar.week_of(start.date()), calendar.week_of(end.date())
            known_week = calendar.week_of((known or end).date())
            for week, mass in _spread(start, end, first, last, calendar):
                rows.append(row)
                weeks.append(week)
                masses.append(mass)
                known_weeks.append(known_week)
        index = np.asarray(rows, dtype=np.int64)
        return {
            "cell": self.cell[index],
            "week": np.asarray(weeks, dtype=np.int64),
            "mass": np.asarray(masses, dtype=np.int64),
            "known_at": np.asarray(known_weeks, dtype=np.int64),
            "category": np.asarray(self.category, dtype=np.str_)[index],
        }


def _spread(start: datetime, end: datetime, first: int, last: int, calendar: Calendar) -> Iterator[tuple[int, int]]:
    if first == last:
        yield first, UNIT
        return
    edges = [datetime.combine(calendar.start(week), datetime.min.time()) for week in range(first + 1, last + 1)]
    edges = [start, *edges, end]
    seconds = [(later - earlier).total_seconds() for earlier, later in zip(edges, edges[1:], strict=False)]
    masses = apportion(seconds)
    yield from ((first + step, mass) for step, mass in enumerate(masses) if mass)


def read_incidents(path: Path, resolution: int) -> Incidents:
    """Read a CSV file, plain or gzipped (told by its bytes, not by its name).

    Raises
    ------
    BadInput
        If the file, a column or a row cannot be read; the message names the first bad lines.
    """
    reader = _reader(path, REQUIRED)
    cell: list[int] = []
    start: list[datetime] = []
    end: list[datetime] = []
    known: list[datetime | None] = []
    category: list[str] = []
    ids: set[str] = set()
    counts = dict.fromkeys(
        (
            "rows",
            "used",
            "without_coordinates",
            "without_time",
            "repeated_id",
            "reversed_span",
            "known_too_early",
        ),
        0,
    )
    bad: list[str] = []
    for row in reader:
        counts["rows"] += 1
        try:
            if not (row["lat"] or "").strip() or not (row["lon"] or "").strip():
                counts["without_coordinates"] += 1
                continue
            if not (row["occurred_at"] or "").strip():
                counts["without_time"] += 1
                continue
            name = (row["category"] or "").strip()
            if not name:
                raise ValueError("no category")
            begun = _moment(row["occurred_at"])
            ended = _moment(row["occurred_to"]) if (row.get("occurred_to") or "").strip() else begun
            learned = _moment(row["known_at"]) if (row.get("known_at") or "").strip() else None
            here = h3_cells.cell_of(float(row["lat"]), float(row["lon"]), resolution)
        except (ValueError, SpatialError, TypeError) as problem:
            bad.append(f"line {reader.line_num}: {problem}")
            continue
        if ended < begun:
            counts["reversed_span"] += 1
            ended = begun
        if ended - begun > timedelta(days=_LONGEST_SPAN_DAYS):
            bad.append(f"line {reader.line_num}: the span from occurred_at to occurred_to exceeds a year")
            continue
        if learned is not None and learned < begun:
            counts["known_too_early"] += 1
        if row["id"] in ids:
            counts["repeated_id"] += 1
        ids.add(row["id"])
        cell.append(here)
        start.append(begun)
        end.append(ended)
        known.append(learned)
        category.append(name)
    if bad:
        more = f" (and {len(bad) - _SHOWN} more)" if len(bad) > _SHOWN else ""
        raise BadInput(f"{path}: {len(bad)} of {counts['rows']} rows cannot be read: {'; '.join(bad[:_SHOWN])}{more}")
    if not cell:
        raise BadInput(f"{path}: no row with a time and coordinates")
    counts["used"] = len(cell)
    return Incidents(np.asarray(cell, dtype=np.int64), start, end, known, category, counts)


def read_cells(path: Path, resolution: int) -> Integers:
    """Read the study area from the column ``cell`` (15 hex digits); finer cells become their parents.

    Raises
    ------
    BadInput
        If the file cannot be read, or a cell is invalid or coarser than the resolution.
    """
    cells: set[int] = set()
    reader = _reader(path, ("cell",))
    for row in reader:
        try:
            cells.add(h3_cells.parent(h3_cells.from_hex((row["cell"] or "").strip()), resolution))
        except (SpatialError, ValueError) as problem:
            raise BadInput(f"{path}: line {reader.line_num}: {problem}") from problem
    if not cells:
        raise BadInput(f"{path}: no cell")
    return np.asarray(sorted(cells), dtype=np.int64)


def _reader(path: Path, required: tuple[str, ...]) -> csv.DictReader:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError) as problem:
        raise BadInput(f"{path}: {getattr(problem, 'strerror', None) or problem}") from problem
    except UnicodeDecodeError as problem:
        raise BadInput(f"{path}: is not UTF-8 text: {problem}") from problem
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    missing = [name for name in required if name not in names]
    if missing:
        raise BadInput(f"{path}: no column {', '.join(missing)}; the file has: {', '.join(names) or 'nothing'}")
    return reader


def _moment(text: str) -> datetime:
    # An offset is dropped: weeks and shifts are those of the city's own clock, which is what the text shows.
    text = text.strip()
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(f"{text!r} is not an ISO 8601 time")
    return datetime.fromisoformat(text).replace(tzinfo=None)
