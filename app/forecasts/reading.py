"""Mass read for a forecast: what was known at a date, on the cells of one jurisdiction, as a cube's event columns.

Everything here runs as the forecaster's role, which sees reported places only; the kinds and discoveries asked for in
code say the same a second time. What does not belong here: any forecast, and any other column of a record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db.named import sql
from app.errors import BadRequest, NotFound
from forecasting.cube import StudyArea
from spatial import cells as h3cells
from spatial import shifts

Integers = NDArray[np.int64]

#: Cells of 0.7 km2: smaller ones would single out a few buildings and need two approvals (trust.md F1).
RESOLUTION = 8
COARSEST = 6
#: A jurisdiction with more cells is forecast on coarser ones: every cell has a row, every cell-week a place in memory.
MOST_CELLS = 25_000
#: Mass so many resolutions coarser than the forecast is spread over its cells; coarser mass says little of a place.
SPREAD_STEPS = 2
#: FIRs only: most complaints become FIRs, and both together would count one offence twice.
KINDS = ("fir",)
DISCOVERIES = ("reported",)
#: A forecast is for a district or larger: below that there is too little to learn from and to check against.
LEVELS = ("country", "province", "region", "district")


class AreaTooSmall(BadRequest):
    """A forecast is made for a district or a larger area."""


class NoSuchJurisdiction(NotFound):
    """There is no jurisdiction with this code."""


@dataclass(frozen=True)
class Area:
    """A jurisdiction with its cells at the resolution of its forecasts."""

    id: int
    code: str
    name: str
    resolution: int
    study: StudyArea


@dataclass(frozen=True)
class Pieces:
    """One head's masses as a cube's event columns, and what no cell could hold, in micro-units."""

    columns: dict[str, Integers]
    coarse: int
    unplaced: int


def check_area(session: Session, code: str | None) -> None:
    """Refuse the code of a jurisdiction that cannot be forecast, before anything is read.

    Raises
    ------
    NoSuchJurisdiction
    AreaTooSmall
        If it is smaller than a district.
    """
    if code is None:
        return
    row = session.execute(sql("forecasts.place"), {"code": code}).mappings().one_or_none()
    if row is None or row["area"] is None:
        raise NoSuchJurisdiction
    if row["level"] not in LEVELS:
        raise AreaTooSmall


def area_of(
    session: Session, code: str, *, levels: Sequence[str] | None = LEVELS, resolution: int | None = None
) -> Area:
    """Give a jurisdiction and its cells: those whose centre lies in its area.

    Raises
    ------
    NoSuchJurisdiction
    AreaTooSmall
        If its level is not among ``levels``, or it holds no cell.
    """
    row = session.execute(sql("forecasts.place"), {"code": code}).mappings().one_or_none()
    if row is None or row["area"] is None:
        raise NoSuchJurisdiction
    if levels is not None and row["level"] not in levels:
        raise AreaTooSmall
    if resolution is None:
        # A step coarser has a seventh of the cells.
        resolution = RESOLUTION
        while resolution > COARSEST and row["area_m2"] / (h3cells.edge_m(resolution) ** 2 * 2.598) > MOST_CELLS:
            resolution -= 1
    found = h3cells.cells_of_polygon(shapely.from_wkb(bytes(row["area"])), resolution)
    if not found:
        raise AreaTooSmall
    return Area(row["id"], row["code"], row["name"], resolution, StudyArea(found))


def pieces(
    session: Session,
    area: Area,
    heads: Sequence[int],
    *,
    date: datetime,
    weeks: tuple[int, int],
    kinds: Sequence[str] = KINDS,
    discoveries: Sequence[str] = DISCOVERIES,
    shift: int | None = None,
) -> dict[int, Pieces]:
    """Give each head's masses in the half-open span of weeks, as known at a date; of one shift, if it is named.

    A correction is a negative piece of the old belief and a positive one of the new, both at the week in which it
    became known: a replay of an earlier week sees the old belief.
    """
    rows = session.execute(
        sql("forecasts.pieces"),
        {
            "jurisdiction": area.code,
            "heads": list(heads),
            "kinds": list(kinds),
            "discoveries": list(discoveries),
            "date": date,
            "resolution": area.resolution,
            "shift": shift,
            "first_shift": shifts.first_shift_of_week(weeks[0]),
            "end_shift": shifts.first_shift_of_week(weeks[1]),
        },
    ).all()
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 6)
    return {head: _on_cells(table[table[:, 0] == head], area.resolution) for head in heads}


def _on_cells(table: Integers, resolution: int) -> Pieces:
    """Bring rows of (head, resolution, cell, week, known week, mass) to cells of one resolution, exactly."""
    own = table[:, 1]
    unplaced = own == 0
    coarse = (own > 0) & (own < resolution - SPREAD_STEPS)
    wide = (own < resolution) & ~unplaced & ~coarse
    parts = [table[own >= resolution][:, 2:], *(_spread(row, resolution) for row in (table[wide],) if len(row))]
    cell, week, known, mass = np.concatenate(parts).T
    columns = _summed(cell, week, known, mass)
    return Pieces(columns, int(table[coarse, 5].sum()), int(table[unplaced, 5].sum()))


def _spread(table: Integers, resolution: int) -> Integers:
    """Share the mass of coarser cells evenly among their descendants, to the last unit; shape (n, 4).

    What is shared is the sum known by each week, and a piece is what that sum changed: corrections then take off each
    cell exactly what it had been given, whatever the order in which records became known and were corrected.
    """
    order = np.lexsort((table[:, 4], table[:, 3], table[:, 2]))
    table = table[order]
    new = np.concatenate([[True], (np.diff(table[:, 2]) != 0) | (np.diff(table[:, 3]) != 0)])
    summed = np.cumsum(table[:, 5])
    before_group = (summed - table[:, 5])[new][np.cumsum(new) - 1]
    after = summed - before_group
    before = after - table[:, 5]
    unique, index = np.unique(table[:, 2], return_inverse=True)
    below = [np.array(h3cells.children(int(cell), resolution), dtype=np.int64) for cell in unique]
    counts = np.array([len(cells) for cells in below])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    flat = np.concatenate(below)
    times = counts[index]
    row = np.repeat(np.arange(len(table)), times)
    place = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    ahead = times[row] - 1 - place
    mass = (after[row] + ahead) // times[row] - (before[row] + ahead) // times[row]
    return np.stack([flat[starts[index][row] + place], table[row, 3], table[row, 4], mass], axis=1)


def _summed(cell: Integers, week: Integers, known: Integers, mass: Integers) -> dict[str, Integers]:
    """Add up the pieces of one cell, week and known week."""
    if not cell.size:
        return {"cell": cell, "week": week, "known_at": known, "mass": mass}
    order = np.lexsort((known, week, cell))
    cell, week, known, mass = cell[order], week[order], known[order], mass[order]
    new = np.concatenate([[True], (np.diff(cell) != 0) | (np.diff(week) != 0) | (np.diff(known) != 0)])
    first = np.flatnonzero(new)
    return {
        "cell": cell[first],
        "week": week[first],
        "known_at": known[first],
        "mass": np.add.reduceat(mass, first),
    }
