"""Whether regions hold what they claim, and how much larger they are than they had to be.

A region of mass is *calibrated* if the smallest set of its cells that holds 90 % of the mass holds the truth in 90 % of
cases, and the circle of ``accuracy_m`` likewise.  It is *sharp* if that set is hardly larger than the one of somebody
who knows the writers' habits exactly; that oracle's region is made here too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from spatial import cells, projection
from spatial.addresses import parse_bearing
from spatial.geocoding.bearing import bearing_region
from spatial.geocoding.column4 import Drawn
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.named import Named, place_named
from spatial.geocoding.region import Region

WEIGHT_NAMED: Final = 0.9
"""The chance that the named landmark is the one meant, as a calibrated match would say of the generator's texts."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of some texts with known places.

    Parameters
    ----------
    count : int
    in_cells, in_circle : float
        Share of true places in the smallest set of cells that holds 90 % of the mass, and within ``accuracy_m``.
    area_ratio : float
        That set's area, all texts together, over the oracle's; NaN if there was no oracle.
    median_ratio : float
        The median of that ratio over the texts.
    """

    count: int
    in_cells: float
    in_circle: float
    area_ratio: float
    median_ratio: float

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval of a share of 0.9 among so many texts."""
        return 1.96 * math.sqrt(0.9 * 0.1 / self.count)


def smallest_set(region: Region, share: float = 0.9) -> frozenset[int]:
    """Give the fewest cells that hold a share of a region's mass."""
    masses = np.array(region.masses)
    order = np.argsort(-masses, kind="stable")
    count = int(np.searchsorted(np.cumsum(masses[order]), share * masses.sum())) + 1
    return frozenset(region.cells[index] for index in order[:count].tolist())


def shrunk(region: Region, by: float) -> Region:
    """Give a region drawn together about its point, as one that claims more than it knows would be.

    Parameters
    ----------
    region : Region
    by : float
        Share of every distance that is taken away; the cells are those about the middles' new places.
    """
    here = region.point
    homes: dict[int, int] = {}
    for cell, mass in zip(region.cells, region.masses, strict=True):
        lat, lon = cells.centre(cell)
        at = here.lat + (lat - here.lat) * (1.0 - by), here.lon + (lon - here.lon) * (1.0 - by)
        home = cells.cell_of(*at, region.resolution)
        homes[home] = homes.get(home, 0) + mass
    found = sorted(homes)
    return replace(
        region,
        cells=tuple(found),
        masses=tuple(homes[cell] for cell in found),
        accuracy_m=region.accuracy_m * (1.0 - by),
    )


def region_of(drawn: Drawn, reader: Habits) -> Region | None:
    """Give the region that a reader with some habits makes of a text."""
    said = parse_bearing(drawn.text)
    if said is None:
        return None
    station = _read_by(drawn.station, reader)
    if drawn.place is not None:
        candidate = Named(WEIGHT_NAMED, drawn.place, drawn.relation)
        found = place_named([candidate], station, said, [])
        return found.region if found is not None else None
    placed = bearing_region(station, said)
    return placed[0] if placed is not None else None


def judge(
    drawn: Iterable[Drawn],
    reader: Habits = BELIEVED,
    writer: Habits | None = None,
    *,
    shrink: float = 0.0,
    forms: Sequence[str] | None = None,
) -> Coverage:
    """Give how often the regions of texts hold the truth, and how large they are beside the oracle's.

    Parameters
    ----------
    drawn : iterable of Drawn
    reader : Habits
        Of whoever reads the texts.
    writer : Habits or None
        Of whoever wrote them, for the oracle, which also knows that places lie inside their stations' areas.
    shrink : float
        Regions are drawn together by so much before they are judged, to show that the judge can tell.
    forms : sequence of str or None
        Only these forms of text.

    Raises
    ------
    ValueError
        If no text could be placed.
    """
    held: list[tuple[bool, bool]] = []
    areas: list[tuple[float, float]] = []
    for one in drawn:
        if forms is not None and one.form not in forms:
            continue
        region = region_of(one, reader)
        if region is None:
            held.append((False, False))
            continue
        judged = shrunk(region, shrink) if shrink else region
        best = smallest_set(judged)
        apart = projection.distance_m(one.lat, one.lon, judged.point.lat, judged.point.lon)
        held.append((cells.cell_of(one.lat, one.lon, judged.resolution) in best, apart <= judged.accuracy_m))
        if writer is not None:
            known = replace(one, station=replace(one.station, derived=False))
            oracle = region_of(known, writer)
            if oracle is not None:
                areas.append((_area(best, judged), _area(smallest_set(oracle), oracle)))
    if not held:
        raise ValueError("There is no text to judge by.")
    shares = np.array(held, dtype=np.float64).mean(axis=0)
    sizes = np.array(areas) if areas else np.full((1, 2), np.nan)
    return Coverage(
        len(held),
        float(shares[0]),
        float(shares[1]),
        float(sizes[:, 0].sum() / sizes[:, 1].sum()),
        float(np.median(sizes[:, 0] / sizes[:, 1])),
    )


def _area(found: frozenset[int], region: Region) -> float:
    return len(found) * cells.mean_area_m2(region.resolution)


def _read_by(station: StationArea, habits: Habits) -> StationArea:
    return replace(station, habits=habits)
