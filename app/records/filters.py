"""The filter that every map, table and export shares, parsed at the door and handed to SQL as binds.

What does not belong here: who may see what.  A filter narrows; the database's policies decide what there is to narrow.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.errors import InvalidFilter
from spatial import cells as h3cells
from spatial import shifts
from spatial.errors import SpatialError

KINDS = ("fir", "complaint", "stay", "incident")
#: Beyond every shift that a record can have; a window that is not given reaches this far, in whole blocks.
_FIRST_SHIFT = shifts.first_shift_of_week(-180 * shifts.WEEKS_PER_BLOCK)
_LAST_SHIFT = shifts.first_shift_of_week(450 * shifts.WEEKS_PER_BLOCK)
#: Protected heads show at this resolution and coarser to readers without the right (docs/adr/0007).
PROTECTED_RESOLUTION = 7
_RELATIVE = re.compile(r"-(\d{1,4})([dw])")


class FilterQuery(BaseModel):
    """The filters of design section 7, as they stand in a query string.  Keys that are not known are ignored."""

    model_config = ConfigDict(extra="ignore")

    window: str | None = Field(None, description="2026-11-01..2026-11-08, end excluded, or -7d, -4w", max_length=80)
    heads: str | None = Field(None, description="crime heads, separated by commas", max_length=1000)
    kinds: str | None = Field(None, description="fir, complaint, stay, incident, separated by commas", max_length=100)
    shift: str | None = Field(None, description="night, day or evening", max_length=10)
    jurisdiction: str | None = Field(None, description="a jurisdiction's code", max_length=100)


class MapQuery(FilterQuery):
    """The filters of a map: with a box and a resolution."""

    bbox: str | None = Field(None, description="west,south,east,north in degrees", max_length=120)
    resolution: int = Field(9, ge=4, le=9, description="H3 resolution")


class CellQuery(FilterQuery):
    """The filters of a cell's records, paged."""

    cursor: str | None = Field(None, description="`next` of the page before", max_length=60)
    limit: int = Field(100, ge=1, le=500)


@dataclass(frozen=True)
class Window:
    """A half-open span of shifts, with the words that asked for it."""

    first: int
    end: int
    is_snapped: bool = False
    is_open: bool = False

    def as_json(self) -> dict[str, Any] | None:
        """Give the span that was really counted, for the answer; None where no window was asked for."""
        if self.is_open:
            return None
        return {
            "from": shifts.shift_start(self.first).isoformat(),
            "until": shifts.shift_start(self.end).isoformat(),
            "snapped": self.is_snapped,
        }

    def weeks(self, *, in_blocks: bool = True) -> dict[str, Any]:
        """Give the window cut into blocks of sixteen weeks, whole weeks and edges: the binds of records.filtered.

        Without blocks, for a series by week.
        """
        week_first = shifts.week_of_shift(self.first - 1) + 1
        week_end = shifts.week_of_shift(self.end)
        if week_first >= week_end:
            return _binds([], (0, 0), [(self.first, self.end)])
        edges = [(self.first, shifts.first_shift_of_week(week_first)), (shifts.first_shift_of_week(week_end), self.end)]
        size = shifts.WEEKS_PER_BLOCK
        block_first, block_end = -(-week_first // size), week_end // size
        whole = [(1, week_first, week_end)]
        if in_blocks and block_first < block_end:
            whole = [
                (1, week_first, block_first * size),
                (size, block_first, block_end),
                (1, block_end * size, week_end),
            ]
        return _binds(whole, (week_first, week_end), edges)


def _binds(whole: list[tuple[int, int, int]], weeks: tuple[int, int], edges: list[tuple[int, int]]) -> dict[str, Any]:
    """Give the binds of (span, first bucket, end) of the rollups, of all whole weeks, and of edges in shifts."""
    kept = [each for each in whole if each[1] < each[2]]
    return {
        "spans": [span for span, _, _ in kept],
        "firsts": [first for _, first, _ in kept],
        "ends": [end for _, _, end in kept],
        "week_first": weeks[0],
        "week_end": weeks[1],
        "edges": [f"[{first},{end})" for first, end in edges if first < end],
    }


def range_binds(ranges: Iterable[tuple[int, int, int]]) -> dict[str, list[int]]:
    """Give the binds of ranges of cells, each (rollup level, lowest, highest); apart from one another."""
    found = sorted(ranges, key=lambda each: each[1])
    return {
        "levels": [level for level, _, _ in found],
        "lows": [low for _, low, _ in found],
        "highs": [high for _, _, high in found],
        "own_levels": sorted({level for level, _, _ in found}),
    }


def whole_levels(*levels: int) -> dict[str, list[int]]:
    """Give the binds that take in every cell of rollup levels; the "cells" of level 0 are resolutions, 0 to 9."""
    return range_binds((level, 0, 9) if level == 0 else (level, 10, 2**63 - 1) for level in levels)


ALWAYS = Window(_FIRST_SHIFT, _LAST_SHIFT, is_open=True)


@dataclass(frozen=True)
class Box:
    """A box of degrees, open in the north-east, so that boxes side by side share no cell."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Filter:
    """A parsed filter: what to count, with every name turned into the number that the database knows it by."""

    window: Window = ALWAYS
    heads: tuple[int, ...] | None = None
    kinds: tuple[str, ...] | None = None
    shift: int | None = None
    stations: tuple[int, ...] | None = None
    box: Box | None = None
    resolution: int = 9
    all_heads: tuple[int, ...] = ()

    @classmethod
    def parse(cls, query: FilterQuery, session: Session) -> Self:
        """Give the filter of a query string.

        Raises
        ------
        InvalidFilter
            With the name of the filter, its value and what it may be.
        """
        known = {row.key: row.id for row in session.execute(text("SELECT key, id FROM crime_head"))}
        found = cls(
            window=parse_window(query.window),
            heads=_parse_heads(query.heads, known),
            kinds=_parse_kinds(query.kinds),
            shift=_parse_shift(query.shift),
            stations=recording_units(query.jurisdiction, session),
            all_heads=tuple(sorted(known.values())),
        )
        if isinstance(query, MapQuery):
            found = replace(found, box=_parse_box(query.bbox), resolution=query.resolution)
        return found

    def slots(self) -> list[int] | None:
        """Give the wanted slots (head * 3 + shift); None for all."""
        if self.heads is None and self.shift is None:
            return None
        heads = self.all_heads if self.heads is None else self.heads
        wanted = range(3) if self.shift is None else (self.shift,)
        return [head * 3 + shift for head in heads for shift in wanted]

    def hides_protected(self, sees_protected: bool, resolution: int | None = None) -> bool:
        """Say whether protected records are held back from this reader at the filter's resolution."""
        return not sees_protected and (resolution or self.resolution) > PROTECTED_RESOLUTION

    def binds(self) -> dict[str, Any]:
        """Give the binds that every paragraph on records takes, but for time."""
        return {
            "kinds": list(self.kinds) if self.kinds is not None else None,
            "stations": list(self.stations) if self.stations is not None else None,
            "slots": self.slots(),
        }

    def box_binds(self) -> dict[str, float | None]:
        """Give the binds of the box."""
        box = self.box
        return {side: getattr(box, side) if box else None for side in ("west", "south", "east", "north")}


def level_of(resolution: int) -> int:
    """Give the rollup level that answers a map at a resolution: 9 for 9 and 8, 7 for 7 and 6, 5 for 5 and 4."""
    return resolution + (resolution + 1) % 2


def parse_window(words: str | None, now: datetime | None = None) -> Window:
    """Give the window of `a..b` (ISO 8601, end excluded), or of `-7d` and `-4w` up to now; all time for None.

    Raises
    ------
    InvalidFilter
    """
    if words is None or not words.strip():
        return ALWAYS
    relative = _RELATIVE.fullmatch(words.strip())
    if relative:
        days = int(relative.group(1)) * (7 if relative.group(2) == "w" else 1)
        midnight = (now or datetime.now(shifts.ZONE)).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
            days=1
        )
        return _snap(midnight - timedelta(days=days), midnight, words)
    start, dots, end = words.partition("..")
    if not dots:
        raise InvalidFilter("The window %(value)s is not of the form 2026-11-01..2026-11-08.", value=words[:60])
    return _snap(_moment(start, words), _moment(end, words), words)


def _moment(word: str, words: str) -> datetime:
    try:
        found = datetime.fromisoformat(word.strip())
    except ValueError:
        raise InvalidFilter(
            "The window %(value)s is not of the form 2026-11-01..2026-11-08.", value=words[:60]
        ) from None
    if not date(1947, 1, 1) <= found.date() <= date(2100, 1, 1):
        raise InvalidFilter("The window %(value)s lies outside the years 1947 to 2100.", value=words[:60])
    return found if found.tzinfo else found.replace(tzinfo=shifts.ZONE)


def _snap(start: datetime, end: datetime, words: str) -> Window:
    if start >= end:
        raise InvalidFilter("The window %(value)s ends before it begins.", value=words[:60])
    first, last = shifts.shift_of(start), shifts.shift_of(end - timedelta(microseconds=1))
    snapped = shifts.shift_start(first) != start or shifts.shift_start(last + 1) != end
    return Window(first, last + 1, snapped)


def _names(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _parse_heads(words: str | None, known: dict[str, int]) -> tuple[int, ...] | None:
    if words is None or not words.strip():
        return None
    for name in _names(words):
        if name not in known:
            raise InvalidFilter("There is no crime head named %(value)s.", value=name[:60])
    return tuple(sorted({known[name] for name in _names(words)}))


def _parse_kinds(words: str | None) -> tuple[str, ...] | None:
    if words is None or not words.strip():
        return None
    for name in _names(words):
        if name not in KINDS:
            raise InvalidFilter(
                "There is no kind named %(value)s; kinds are fir, complaint, stay and incident.",
                value=name[:60],
            )
    return tuple(kind for kind in KINDS if kind in _names(words))


def _parse_shift(word: str | None) -> int | None:
    if word is None or not word.strip():
        return None
    if word.strip() not in shifts.SHIFT_NAMES:
        raise InvalidFilter("There is no shift named %(value)s; shifts are night, day and evening.", value=word[:60])
    return shifts.SHIFT_NAMES.index(word.strip())


def recording_units(code: str | None, session: Session) -> tuple[int, ...] | None:
    """Give the recording units at and below a jurisdiction.  A beat is no recording unit: its desk filters by area."""
    if code is None or not code.strip():
        return None
    found = session.execute(
        text(
            "SELECT below.id FROM jurisdiction top JOIN jurisdiction below ON below.path <@ top.path "
            "WHERE top.code = :code AND top.level <> 'beat' AND below.level <> 'beat'"
        ),
        {"code": code.strip()},
    ).scalars()
    stations = tuple(found)
    if not stations:
        raise InvalidFilter("There is no jurisdiction with the code %(value)s.", value=code[:60])
    return stations


def _parse_box(words: str | None) -> Box | None:
    if words is None or not words.strip():
        return None
    try:
        west, south, east, north = (float(word) for word in words.split(","))
    except ValueError:
        raise InvalidFilter("The box %(value)s is not west,south,east,north in degrees.", value=words[:60]) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidFilter("The box %(value)s is not west,south,east,north in degrees.", value=words[:60])
    return Box(west, south, east, north)


def parse_cell(words: str) -> int:
    """Give the cell of its 15 hexadecimal digits.

    Raises
    ------
    InvalidFilter
        If it is no H3 cell of resolution 4 to 9.
    """
    try:
        cell = h3cells.from_hex(words)
        resolution = h3cells.resolution(cell)
    except SpatialError:
        raise InvalidFilter("%(value)s is not an H3 cell.", value=words[:30]) from None
    if not 4 <= resolution <= 9:
        raise InvalidFilter("%(value)s is not a cell of resolution 4 to 9.", value=words[:30])
    return cell
