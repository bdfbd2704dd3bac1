"""The area that a planner works on: its beats, their base cells, and the ranges that read their mass."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.errors import InvalidFilter, NotFound
from spatial import cells as h3cells


class NoSuchArea(NotFound):
    """There is no district, circle or station with this code whose records you see as a whole."""


@dataclass(frozen=True)
class Unit:
    """One row of the table: a beat, or a station without beats."""

    id: int
    code: str
    name: str
    name_ur: str | None
    level: str
    derived: bool
    station_id: int
    station: str
    station_name: str
    station_name_ur: str | None
    seat: tuple[float, float] | None
    cells: NDArray[np.int64]

    def as_json(self) -> dict[str, Any]:
        """Give what a page says of it."""
        return {
            "code": self.code,
            "name": self.name,
            "name_ur": self.name_ur,
            "level": self.level,
            "derived": self.derived,
            "station": self.station,
            "station_name": self.station_name,
            "station_name_ur": self.station_name_ur,
        }


@dataclass(frozen=True)
class Area:
    """A jurisdiction with its units; `ranges` are (level, low, high) of rollup cells, `owners` the unit of each."""

    id: int
    code: str
    level: str
    name: str
    name_ur: str | None
    box: tuple[float, float, float, float]
    units: tuple[Unit, ...]
    stations: tuple[int, ...]
    ranges: tuple[tuple[int, int, int], ...]
    owners: tuple[int, ...]
    cells: NDArray[np.int64]
    unit_of: NDArray[np.int64]

    def as_json(self) -> dict[str, Any]:
        """Give what a page says of it."""
        return {
            "code": self.code,
            "level": self.level,
            "name": self.name,
            "name_ur": self.name_ur,
            "bbox": list(self.box),
        }

    def unit_at(self, cell: int) -> int | None:
        """Give the index of the unit that holds a base cell; None where none does."""
        place = int(np.searchsorted(self.cells, cell))
        if place < len(self.cells) and self.cells[place] == cell:
            return int(self.unit_of[place])
        return None

    def start(self) -> tuple[tuple[float, float], Unit]:
        """Give where patrols start, and its station: the station house nearest to the middle of all of them."""
        seats = {unit.station_id: unit for unit in self.units if unit.seat is not None}
        if not seats:
            lat, lon = h3cells.centres(self.cells[len(self.cells) // 2 : len(self.cells) // 2 + 1].tolist())[0]
            return (float(lat), float(lon)), self.units[0]
        points = np.array([unit.seat for unit in seats.values()])
        nearest = int(np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1)))
        unit = list(seats.values())[nearest]
        return (float(points[nearest][0]), float(points[nearest][1])), unit


def area_of(session: Session, code: str | None, own: tuple[str, ...]) -> Area:
    """Give the area of a code; without one, of the reader's own jurisdiction where that is small enough for a desk.

    Raises
    ------
    NoSuchArea
    InvalidFilter
        If none is named and the reader's own is larger than a district.
    """
    wanted = (code or "").strip() or (own[0] if own else "")
    top = session.execute(sql("beats.top"), {"code": wanted}).mappings().one_or_none()
    if top is None and not (code or "").strip():
        raise InvalidFilter("Choose a district, circle or station: patrols are planned for one of these.")
    if top is None:
        raise NoSuchArea
    rows = session.execute(sql("beats.units"), {"top": top["id"]}).mappings().all()
    if not rows:
        raise InvalidFilter("There is no beat or station area in %(value)s to plan patrols for.", value=wanted[:60])
    stations = tuple(session.execute(sql("beats.stations"), {"top": top["id"]}).scalars())
    return _area(top, rows, stations)


def _area(top: RowMapping, rows: Any, stations: tuple[int, ...]) -> Area:
    units = tuple(_unit(row) for row in rows)
    ranges = []
    for index, row in enumerate(rows):
        for cell in row["area_cells"]:
            low, high = h3cells.descendants_range(cell, h3cells.BASE_RESOLUTION)
            ranges.append((low, high, index))
    ranges.sort()
    cells = np.concatenate([unit.cells for unit in units])
    owner = np.repeat(np.arange(len(units)), [len(unit.cells) for unit in units])
    order = np.argsort(cells, kind="stable")
    return Area(
        top["id"],
        top["code"],
        top["level"],
        top["name"],
        top["name_ur"],
        (top["west"], top["south"], top["east"], top["north"]),
        units,
        stations,
        tuple((h3cells.BASE_RESOLUTION, low, high) for low, high, _ in ranges),
        tuple(index for _, _, index in ranges),
        cells[order],
        owner[order],
    )


def _unit(row: RowMapping) -> Unit:
    return Unit(
        row["id"],
        row["code"],
        row["name"],
        row["name_ur"],
        row["level"],
        row["derived"],
        row["station_id"],
        row["station"],
        row["station_name"],
        row["station_name_ur"],
        None if row["lat"] is None else (row["lat"], row["lon"]),
        _whole(tuple(row["area_cells"])),
    )


@lru_cache(maxsize=2048)
def _whole(compacted: tuple[int, ...]) -> NDArray[np.int64]:
    """Give the base cells of a compacted area, in rising order; kept, since an area changes about never."""
    return np.array(sorted(h3cells.uncompact(compacted, h3cells.BASE_RESOLUTION)), dtype=np.int64)
