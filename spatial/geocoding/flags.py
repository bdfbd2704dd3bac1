"""Fixes that look wrong together: piles on a station house, on a default point, on any one point; minutes as decimals.

One pin on the station house may be true.  Two hundred are the desk where the form is filled in.  What one record
cannot show, many can, so these functions take all of a source's coordinates at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells, projection
from spatial.errors import InvalidCoordinates
from spatial.geocoding.gazetteer import StationArea

SPOT: Final = 11
"""Resolution of a spot: a cell of some 2,000 m², a building with its yard."""
AROUND: Final = 9
"""Resolution of what lies around it: 49 spots."""
FALSE_ALARMS: Final = 1e-3
"""The chance that a run shows any pile where there is none, all its spots together."""
SUSPECT_M: Final = 30.0
# Places are not even over the ground: what lies around a spot is taken to crowd on a quarter of its 49 spots.
_CROWDED: Final = 49.0 / 4.0
_FEWEST: Final = 6
# A circle of 30 m, in spots.
_CIRCLE: Final = 1.35


@dataclass(frozen=True, slots=True)
class Suspect:
    """A point that data entry falls back to: a district's centre, a form's default."""

    lat: float
    lon: float
    name: str
    kind: str = "default"


@dataclass(frozen=True, slots=True)
class Pile:
    """More fixes on one spot than chance allows.

    Parameters
    ----------
    lat, lon : float
        The middle of the pile, degrees (EPSG:4326).
    count : int
    expected : float
        Fixes that the surroundings let expect there.
    chance : float
        Of so many or more, if there were no pile; at most ``FALSE_ALARMS`` over the number of spots.
    kind : str
        ``station``, ``default`` (or the suspect's own kind) or ``point``.
    name : str or None
        Code of the station or name of the suspect.
    rows : tuple of int
        Places in the given points.
    """

    lat: float
    lon: float
    count: int
    expected: float
    chance: float
    kind: str
    name: str | None
    rows: tuple[int, ...]


def piles(
    points: NDArray[np.float64],
    stations: Sequence[StationArea] = (),
    suspects: Sequence[Suspect] = (),
    false_alarms: float = FALSE_ALARMS,
) -> list[Pile]:
    """Give the piles among coordinates, largest first.

    The fixes within 30 m of a spot's middle are compared with those around it, themselves left out: with ``m`` of them
    expected there, the count of an honest spot is taken for geometric, ``P(n or more) = (m / (1 + m)) ** n``, which
    allows for a market or a bus stand far more than Poisson's rule would. A spot is a pile if that chance is below
    ``false_alarms`` over the number of spots (Bonferroni), so that a run without piles shows one with at most that
    chance. Station houses and suspects are looked at first, and the chance is shared out among them only: fewer fixes
    are enough there.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        (Latitude, longitude) in degrees of one source's fixes by coordinates.
    stations : sequence of StationArea
    suspects : sequence of Suspect
    false_alarms : float

    Raises
    ------
    InvalidCoordinates
        If one of them is no point on earth.
    """
    if not len(points):
        return []
    if points.ndim != 2 or points.shape[1] != 2:
        raise InvalidCoordinates
    spots = _Spots.of(points)
    known = [Suspect(station.lat, station.lon, station.code, "station") for station in stations]
    shown, taken = _on_suspects([*known, *suspects], points, spots, false_alarms)
    fullest = np.flatnonzero(spots.counts >= _FEWEST // 2)
    for index in fullest[np.argsort(-spots.counts[fullest], kind="stable")]:
        cell, rows = int(spots.cells[index]), spots.rows(int(index))
        rows = rows[~taken[rows]]
        if not len(rows):
            continue
        # A pile may lie across the edge of its spot, so a circle is drawn about its own middle.
        lat, lon = np.median(points[rows], axis=0).tolist()
        rows = spots.near(cell)
        rows = rows[~taken[rows] & (projection.distances_m(lat, lon, points[rows]) <= SUSPECT_M)]
        expected = _expected(spots.beside(cell) - len(rows)) * _CIRCLE
        chance = _chance(len(rows), expected)
        if len(rows) >= _FEWEST and chance * len(spots.cells) <= false_alarms:
            shown.append(_pile(points, rows, expected, chance, "point", None))
            taken[rows] = True
    return sorted(shown, key=lambda pile: (-pile.count, pile.lat, pile.lon))


@dataclass(frozen=True, eq=False)
class _Spots:
    """Points by spot: the spots that hold any, in rising order, with what each and what its surroundings hold."""

    cells: NDArray[np.int64]
    counts: NDArray[np.int64]
    order: NDArray[np.int64]
    firsts: NDArray[np.int64]
    homes: NDArray[np.int64]
    totals: NDArray[np.int64]

    @staticmethod
    def of(points: NDArray[np.float64]) -> _Spots:
        """Sort points into spots."""
        homes = cells.cells_of(points, SPOT)
        order = np.argsort(homes, kind="stable").astype(np.int64)
        found, firsts, counts = np.unique(homes[order], return_index=True, return_counts=True)
        around, inverse = np.unique(cells.parents(found, AROUND), return_inverse=True)
        totals = np.zeros(len(around), dtype=np.int64)
        np.add.at(totals, inverse, counts)
        return _Spots(found, counts.astype(np.int64), order, firsts.astype(np.int64), around, totals)

    def rows(self, index: int) -> NDArray[np.int64]:
        """Give the rows of the points in a spot, by its place."""
        return self.order[self.firsts[index] : self.firsts[index] + self.counts[index]]

    def near(self, cell: int) -> NDArray[np.int64]:
        """Give the rows of the points in a spot and the six about it."""
        around = np.array(sorted(cells.disk(cell, 1)), dtype=np.int64)
        at = np.searchsorted(self.cells, around)
        hits = [int(place) for place, spot in zip(at, around, strict=True) if self._holds(int(place), int(spot))]
        return np.concatenate([self.rows(hit) for hit in hits]) if hits else np.empty(0, dtype=np.int64)

    def beside(self, cell: int) -> float:
        """Give how many points the surroundings of a spot hold, itself among them."""
        home = cells.parent(cell, AROUND)
        at = int(np.searchsorted(self.homes, home))
        return float(self.totals[at]) if at < len(self.homes) and int(self.homes[at]) == home else 0.0

    def _holds(self, place: int, cell: int) -> bool:
        return place < len(self.cells) and int(self.cells[place]) == cell


def minutes_as_decimals(points: NDArray[np.float64]) -> float:
    """Give the chance that honest decimal degrees never have 60 or more in their first two decimals, as these do.

    31.3112 may be 31 degrees 31.12 minutes with its sign lost. No single pair can prove it; if not one of many has 60
    to 99 behind its point, decimals are out of the question. 1 if any pair has.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Degrees.

    Returns
    -------
    float
        ``0.6 ** (different numbers)``, or 1.
    """
    if not len(points):
        return 1.0
    parts = np.round(np.abs(points), 6)
    hundredths = np.floor(np.round((parts % 1.0) * 100.0, 4))
    if bool((hundredths >= 60.0).any()):
        return 1.0
    # Records of one place count once: they are one number written many times.
    return float(0.6 ** (len(np.unique(parts[:, 0])) + len(np.unique(parts[:, 1]))))


def _on_suspects(
    suspects: list[Suspect], points: NDArray[np.float64], spots: _Spots, false_alarms: float
) -> tuple[list[Pile], NDArray[np.bool_]]:
    """Give the piles on suspected points, and which rows they hold."""
    taken = np.zeros(len(points), dtype=bool)
    shown: list[Pile] = []
    for suspect in suspects:
        home = cells.cell_of(suspect.lat, suspect.lon, SPOT)
        rows = spots.near(home)
        rows = rows[~taken[rows]]
        if len(rows) < 2:
            continue
        rows = rows[projection.distances_m(suspect.lat, suspect.lon, points[rows]) <= SUSPECT_M]
        expected = _expected(spots.beside(home) - len(rows)) * _CIRCLE
        chance = _chance(len(rows), expected)
        if len(rows) >= 2 and chance * len(suspects) <= false_alarms:
            shown.append(_pile(points, rows, expected, chance, suspect.kind, suspect.name))
            taken[rows] = True
    return shown, taken


def _expected(beside: float) -> float:
    # One more than was seen, so that an empty neighbourhood does not make a single fix impossible.
    return (max(0.0, beside) + 1.0) / _CROWDED


def _chance(count: int, expected: float) -> float:
    return math.exp(count * math.log(expected / (1.0 + expected)))


def _pile(
    points: NDArray[np.float64], rows: NDArray[np.int64], expected: float, chance: float, kind: str, name: str | None
) -> Pile:
    lat, lon = np.median(points[rows], axis=0).tolist()
    return Pile(lat, lon, len(rows), expected, chance, kind, name, tuple(np.sort(rows).tolist()))
