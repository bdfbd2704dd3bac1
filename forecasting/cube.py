"""The cube: mass by cell and week, with the week in which each piece of it became known.

Only places and weeks come in here. No person, stay or discovered offence can: the door takes five
named columns and refuses every other (trust.md F2, F3).
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.spatial import cKDTree

from forecasting.errors import BadEvents, ForbiddenColumn
from forecasting.model import Floats, Integers
from spatial import cells as h3_cells
from spatial.mass import UNIT

COLUMNS = ("cell", "week", "mass", "known_at", "category")
Made = TypeVar("Made")
_EARTH_RADIUS_M = 6_371_008.8


class Pairs(NamedTuple):
    """Cells near one another: positions in the area, int64, and metres between centres; each cell with itself."""

    row: Integers
    column: Integers
    metres: Floats


class StudyArea:
    """The cells that a forecast ranks, and which of them are neighbours.

    Parameters
    ----------
    cells : array_like of int64
        H3 cells of one resolution, in any order.
    derived : bool
        Whether the cells were derived from the events for want of a given area.
    closed_at : int, optional
        The first week whose records did not help to derive it: from then on some fall outside.
    """

    def __init__(self, cells: ArrayLike, *, derived: bool = False, closed_at: int | None = None) -> None:
        self.cells: Integers = np.unique(np.asarray(cells, dtype=np.int64))
        self.derived = derived
        self.closed_at = closed_at
        if len({h3_cells.resolution(int(cell)) for cell in self.cells}) > 1:
            raise BadEvents("the study area mixes H3 resolutions")
        self._rings: dict[int, sparse.csr_array] = {}
        self._pairs: dict[float, Pairs] = {}
        self._blurs: dict[tuple[float, float], sparse.csr_array] = {}
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {}

    def __len__(self) -> int:
        return len(self.cells)

    def kept(self, what: str, key: Hashable, make: Callable[[], Made], most: int = 2) -> Made:
        """What was made of this area under a key; made anew unless it is among the last ``most`` that were asked for.

        The key must name everything that it was made from, so that nobody can tell whether it was kept.
        """
        shelf = self._kept.setdefault(what, OrderedDict())
        if key not in shelf:
            shelf[key] = make()
        shelf.move_to_end(key)
        while len(shelf) > most:
            shelf.popitem(last=False)
        made: Made = shelf[key]
        return made

    def ring(self, distance: int) -> sparse.csr_array:
        """Mean over the cells of the area at this grid distance, as a matrix of shape (c, c).

        Cells outside the area count neither above nor below the line; a cell with no neighbour in
        the area has an empty row.
        """
        if distance not in self._rings:
            position = {int(cell): index for index, cell in enumerate(self.cells)}
            rows: list[int] = []
            columns: list[int] = []
            for cell, index in position.items():
                near = [position[other] for other in h3_cells.ring(cell, distance) if other in position]
                near.sort()
                rows.extend([index] * len(near))
                columns.extend(near)
            row = np.asarray(rows, dtype=np.int64)
            share = 1 / np.maximum(np.bincount(row, minlength=len(self)), 1)
            self._rings[distance] = sparse.csr_array(
                (share[row], (row, np.asarray(columns, dtype=np.int64))), shape=(len(self), len(self))
            )
        return self._rings[distance]

    @cached_property
    def spacing_m(self) -> float:
        """Distance in metres between the centres of two neighbouring cells, by the size of the middle cell."""
        # Regular hexagons of area A lie sqrt(2 A / sqrt 3) apart; H3's shrink and swell over the globe.
        middle = int(self.cells[len(self) // 2]) if len(self) else 0
        return float(np.sqrt(2 * h3_cells.area_m2(middle) / np.sqrt(3))) if len(self) else 0.0

    def pairs(self, reach_m: float) -> Pairs:
        """Pairs of cells whose centres lie at most ``reach_m`` apart, in order of row and column.

        Distances are chords of the sphere: over the few kilometres of a kernel they fall short of the arc by
        less than a millimetre, and need no projection.
        """
        if reach_m not in self._pairs:
            lat, lon = np.radians(h3_cells.centres(self.cells)).T
            points = _EARTH_RADIUS_M * np.stack(
                [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1
            )
            near = cKDTree(points).query_pairs(reach_m, output_type="ndarray").astype(np.int64).reshape(-1, 2)
            own = np.arange(len(self))
            row = np.concatenate([own, near[:, 0], near[:, 1]])
            column = np.concatenate([own, near[:, 1], near[:, 0]])
            order = np.lexsort((column, row))
            row, column = row[order], column[order]
            self._pairs[reach_m] = Pairs(row, column, np.linalg.norm(points[row] - points[column], axis=1))
        return self._pairs[reach_m]

    def blur(self, width: float, reach: float) -> sparse.csr_array:
        """Gaussian mean over the other cells of the area, as a matrix of shape (c, c).

        Width (one standard deviation) and reach are in distances between neighbouring cells. A cell with no other
        within reach has an empty row.
        """
        if (width, reach) not in self._blurs:
            row, column, metres = self.pairs(reach * self.spacing_m)
            other = row != column
            row, column = row[other], column[other]
            weights = np.exp(-0.5 * (metres[other] / (width * self.spacing_m)) ** 2)
            sums = np.bincount(row, weights=weights, minlength=len(self))
            self._blurs[width, reach] = sparse.csr_array((weights / sums[row], (row, column)), shape=(len(self),) * 2)
        return self._blurs[width, reach]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Events that the cube could not hold, and their mass in micro-units: counted, never lost."""

    outside_cells: int = 0
    outside_cells_mass: int = 0
    outside_weeks: int = 0
    outside_weeks_mass: int = 0


@dataclass(frozen=True)
class Cube:
    """Mass by cell and week.

    Attributes
    ----------
    area : StudyArea
        ``c`` cells, sorted, unique.
    weeks : ndarray of int64, shape (w,)
        Consecutive week indexes.
    cell_index, week_index, piece_mass, known_at : ndarray of int64, shape (n,)
        The pieces: position of cell and week, micro-units, and the week in which it became known.
    outside : ndarray of int64, shape (w,)
        Micro-units of each week outside the area: a score must count them as missed.
    left_out : LeftOut
        Events that are not among the pieces.
    related : mapping of str to Cube
        Cubes of other heads over the same area and weeks, by name: what else is recorded in a place says
        something of it. A method may use them or not. They are replayed with this one.
    weekday : int
        Weekday on which its weeks start (0 is Monday): with it a week index has dates, for the calendar's sake.
    """

    area: StudyArea
    weeks: Integers
    cell_index: Integers
    week_index: Integers
    piece_mass: Integers
    known_at: Integers
    outside: Integers
    left_out: LeftOut = field(default_factory=LeftOut)
    related: Mapping[str, "Cube"] = field(default_factory=dict)
    weekday: int = 0

    def __post_init__(self) -> None:
        for name, other in self.related.items():
            same = np.array_equal(other.weeks, self.weeks) and np.array_equal(other.area.cells, self.area.cells)
            if not same or other.related:
                raise BadEvents(f"the related head {name} is not a plain cube over the same cells and weeks")

    @classmethod
    def from_events(
        cls,
        events: Mapping[str, ArrayLike],
        *,
        area: StudyArea | None = None,
        weeks: tuple[int, int] | None = None,
        category: str | None = None,
        weekday: int = 0,
    ) -> "Cube":
        """Build a cube from event columns.

        Parameters
        ----------
        events : mapping of column name to array, each of shape (n,)
            ``cell`` and ``week`` (int), and optionally ``mass`` (micro-units, default one record),
            ``known_at`` (the week in which it became known, default and never earlier than
            ``week``) and ``category``. A correction is a second event of negative mass, known later.
        area : StudyArea, optional
            Without it the area is the cells of the events, and ``area.derived`` says so.
        weeks : (first, end), optional
            Half-open span of week indexes; without it that of the events.
        category : str, optional
            Only the events of this category; needs the column.
        weekday : int
            Weekday on which the weeks start.

        Raises
        ------
        ForbiddenColumn
            If any other column is offered: no person reaches a forecast.
        BadEvents
            If the columns differ in length or the mass of a cell and week is below zero.
        """
        forbidden = sorted(set(events) - set(COLUMNS))
        if forbidden:
            raise ForbiddenColumn(f"a cube does not take the column {', '.join(forbidden)}", columns=forbidden)
        if not {"cell", "week"} <= set(events):
            raise BadEvents("a cube needs the columns cell and week")
        cell = np.asarray(events["cell"], dtype=np.int64)
        week = np.asarray(events["week"], dtype=np.int64)
        mass = np.asarray(events.get("mass", np.full(cell.shape, UNIT)), dtype=np.int64)
        known_at = np.maximum(np.asarray(events.get("known_at", week), dtype=np.int64), week)
        columns = [cell, week, mass, known_at]
        if category is not None:
            if "category" not in events:
                raise BadEvents("a category was asked for, but the events carry none")
            wanted = np.asarray(events["category"]) == category
            if wanted.shape != cell.shape:
                raise BadEvents("the columns differ in length")
            columns = [column[wanted] for column in columns]
        if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
            raise BadEvents("the columns differ in length")
        if area is None:
            area = StudyArea(columns[0], derived=True)
        if weeks is None:
            weeks = (int(columns[1].min()), int(columns[1].max()) + 1) if columns[1].size else (0, 0)
        return replace(cls._from_columns(columns, area, weeks), weekday=weekday)

    @classmethod
    def _from_columns(cls, columns: list[Integers], area: StudyArea, weeks: tuple[int, int]) -> "Cube":
        cell, week, mass, known_at = columns
        first, end = weeks
        index = np.searchsorted(area.cells, cell)
        in_area = index < len(area)
        in_area[in_area] = area.cells[index[in_area]] == cell[in_area]
        in_weeks = (week >= first) & (week < end)
        left_out = LeftOut(
            outside_cells=int(np.count_nonzero(~in_area)),
            outside_cells_mass=int(mass[~in_area].sum()),
            outside_weeks=int(np.count_nonzero(in_area & ~in_weeks)),
            outside_weeks_mass=int(mass[in_area & ~in_weeks].sum()),
        )
        outside = np.zeros(end - first, dtype=np.int64)
        stray = in_weeks & ~in_area
        np.add.at(outside, week[stray] - first, mass[stray])
        kept = in_area & in_weeks
        # Pieces are put in one order and added up, so that the order of the events changes no byte.
        keys = np.stack([index[kept], week[kept] - first, known_at[kept]], axis=1).astype(np.int64)
        unique, inverse = np.unique(keys, axis=0, return_inverse=True)
        total = np.zeros(len(unique), dtype=np.int64)
        np.add.at(total, inverse.reshape(-1), mass[kept])
        there = total != 0
        cube = cls(
            area=area,
            weeks=np.arange(first, end, dtype=np.int64),
            cell_index=unique[there, 0],
            week_index=unique[there, 1],
            piece_mass=total[there],
            known_at=unique[there, 2],
            outside=outside,
            left_out=left_out,
        )
        if cube.mass.size and cube.mass.min() < 0:
            raise BadEvents("corrections take more mass off a cell and week than was there")
        return cube

    @property
    def cells(self) -> Integers:
        """Cells of the area, int64, shape (c,), sorted, unique."""
        return self.area.cells

    @property
    def end(self) -> int:
        """First week after the cube: the first week that it can forecast."""
        return int(self.weeks[-1]) + 1 if len(self.weeks) else 0

    @cached_property
    def mass(self) -> Integers:
        """Mass in micro-units, int64, shape (c, w)."""
        mass = np.zeros((len(self.area), len(self.weeks)), dtype=np.int64)
        np.add.at(mass, (self.cell_index, self.week_index), self.piece_mass)
        return mass

    @cached_property
    def records(self) -> Floats:
        """Mass in records, float64, shape (c, w)."""
        return self.mass / UNIT

    @cached_property
    def records_where_any(self) -> sparse.csr_array:
        """The same, shape (c, w), without the entries that are zero: nearly all of them are."""
        return sparse.csr_array(self.records)

    def as_known(self, week: int) -> "Cube":
        """What was known by the start of a week: earlier weeks, and of them only what had been registered.

        A fact that became known during week ``k`` is known by the start of week ``k + 1``.
        """
        first = int(self.weeks[0]) if len(self.weeks) else week
        length = min(max(week - first, 0), len(self.weeks))
        kept = (self.week_index < length) & (self.known_at < week)
        return Cube(
            area=self.area,
            weeks=self.weeks[:length],
            cell_index=self.cell_index[kept],
            week_index=self.week_index[kept],
            piece_mass=self.piece_mass[kept],
            known_at=self.known_at[kept],
            outside=self.outside[:length],
            left_out=self.left_out,
            related={name: Cube.as_known(other, week) for name, other in self.related.items()},
            weekday=self.weekday,
        )

    def observed(self, week: int) -> Floats:
        """Records of one week as known at the end, float64, shape (c,): what a forecast is scored against."""
        return self.records[:, week - int(self.weeks[0])]


def relate(cubes: Mapping[str, Cube]) -> dict[str, Cube]:
    """Give every head's cube the others as its related heads, in the order of their names.

    Raises
    ------
    BadEvents
        If they do not lie over the same cells and weeks.
    """
    return {
        name: replace(cube, related={other: cubes[other] for other in sorted(cubes) if other != name})
        for name, cube in cubes.items()
    }


def data_hash(cube: Cube) -> str:
    """SHA-256 of what a forecast can see: cells, weeks and known pieces, in one order, as 64 hex digits."""
    digest = hashlib.sha256(b"naqsha cube 1\n")
    for column in (cube.cells, cube.weeks, cube.cell_index, cube.week_index, cube.piece_mass, cube.known_at):
        digest.update(len(column).to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(column, dtype="<i8").tobytes())
    if cube.weekday:
        digest.update(f"weekday {cube.weekday}\n".encode())
    if cube.area.closed_at is not None:
        digest.update(f"closed at {cube.area.closed_at}\n".encode())
    for name in sorted(cube.related):
        digest.update(f"related {name}\n{data_hash(cube.related[name])}\n".encode())
    return digest.hexdigest()
