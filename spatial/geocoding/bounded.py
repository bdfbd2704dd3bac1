"""Round regions that an area bounds or a bearing narrows, many in one go: names beside a known station.

What :mod:`spatial.geocoding.combine` works out for one text on a lattice of its own is here a product on the disk of
cells that a round region has anyway: the mass at each point of it times what the area leaves there, and times what a
distance and direction from the station say of it.  A region that is not so simple - next to nothing of it inside, or
name and bearing at odds - is left to that road.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial import cells
from spatial.geocoding.combine import FEWEST_SHARE, SLIVER
from spatial.geocoding.disks import (
    CORE,
    EAST_M,
    MOST_PARENTS,
    NORTH_M,
    PLACES,
    Disks,
    Round,
    disks,
    finer,
    hills,
    level_of,
    seat,
)
from spatial.geocoding.frame import Frame
from spatial.geocoding.kernel import apportioned, as_regions
from spatial.geocoding.layers import DEGREE_M, Bearing
from spatial.geocoding.region import SMALLEST_ACCURACY_M, Region, prepared
from spatial.geocoding.stencil import FARTHEST_M
from spatial.model import MOST_CELLS

Array = NDArray[np.float64]

_TOGETHER: Final = 128
"""So many are drawn in one go: more are no quicker, and want more memory."""
_MOST_BEYOND: Final = 0.1
"""Where the area holds more of the mass than this off the disk, no circle of the disk could hold nine tenths."""
_GRAIN: Final = 0.18
"""Of the distance between cells: half of that between the points at which a density is asked for."""
_NARROW: Final = 2.0
"""Of the distance between cells: narrower regions have their radius worked out and not read off the points."""
_NOTHING: Final = 1e-300
"""Added up, what has no place on the cells: it is not divided by 0, and not drawn."""
_EVEN: Final = 0.02
"""Where area and bearing put less of a name elsewhere than this, it is taken for what it was."""
_HALVINGS: Final = 40
_MOST_APART: Final = 0.05
"""Where the bearing without the name holds more of the mass than this off the disk, both need cells of their own.

Near a tenth, nine tenths of the whole would be all that the disk holds, and the circle would reach to its edge.
"""
_PLACES_OF_WORDS: Final = 16.0
"""Of what a bearing means so many places of the disk have to tell, or it would fall between them."""
Lumps = list[tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Said:
    """A distance and direction from the station, beside a name.

    Parameters
    ----------
    words : spatial.geocoding.layers.Bearing
    trust : float
        The chance that they are right.
    plausible_m2 : float
        Square metres in which the place lies if nothing else is known.
    """

    words: Bearing
    trust: float
    plausible_m2: float


@dataclass(frozen=True, slots=True)
class Bounded:
    """A round region to be made, of which less lies outside an area, or away from where a bearing leads.

    Parameters
    ----------
    about : Round
        With a bearing, no other candidates.
    area : shapely Polygon or MultiPolygon, or None
        (Longitude, latitude) in degrees, not empty; None only with a bearing.
    leak : float
        By what the chance outside the area is multiplied.
    holds : float
        The chance that the place lies where ``about`` says; else it lies where the bearing leads, or anywhere in the
        area.
    said : Said or None
    """

    about: Round
    area: Any
    leak: float
    holds: float
    said: Said | None = None


def bounded_regions(asked: Sequence[Bounded]) -> list[Region | None]:
    """Give round regions that areas bound, None for each that this road is too plain for."""
    found: list[Region | None] = [None] * len(asked)
    seen = [row for row, one in enumerate(asked) if _is_seen(one)]
    for first in range(0, len(seen), _TOGETHER):
        rows = seen[first : first + _TOGETHER]
        here = [asked[row] for row in rows]
        for row, region in zip(rows, _regions(here, disks([one.about for one in here])), strict=True):
            found[row] = region
    return found


def _regions(asked: Sequence[Bounded], drawn: Disks, before: tuple[Array, Array] | None = None) -> list[Region | None]:
    """Give the regions on some cells, or on their children where few of them hold nearly all.

    Of children those cells know, ``before``, by what densities are multiplied and how much of a bearing is off them.
    """
    field = _weighed(asked, drawn, before)
    by_cell = field.held.sum(axis=2)
    order = np.argsort(-by_cell, axis=1, kind="stable")
    running = np.cumsum(np.take_along_axis(by_cell, order, axis=1), axis=1)
    needed = (running < (1.0 - SLIVER) * running[:, -1:]).sum(axis=1) + 1
    is_few = field.is_plain & (needed <= MOST_PARENTS) & (drawn.level < cells.BASE_RESOLUTION)
    regions: list[Region | None] = [None] * len(asked)
    rows = np.flatnonzero(field.is_plain & ~is_few)
    if len(rows):
        done = _drawn([asked[row] for row in rows.tolist()], field.of(rows))
        for row, region in zip(rows.tolist(), done, strict=True):
            regions[row] = region
    rows = np.flatnonzero(is_few)
    if len(rows):
        kept = np.zeros(by_cell.shape, dtype=np.bool_)
        np.put_along_axis(kept, order, np.arange(by_cell.shape[1]) < needed[:, None], axis=1)
        # What stays behind in the cells that are given up is off the children, too.
        off = field.beyond[rows] + (by_cell[rows] * ~kept[rows]).sum(axis=1)
        again = _regions(
            [asked[row] for row in rows.tolist()], finer(drawn.of(rows), kept[rows]), (field.scale[rows], off)
        )
        for row, part in zip(rows.tolist(), again, strict=True):
            regions[row] = part
    return regions


@dataclass(frozen=True, slots=True)
class _Field:
    """What texts' places hold: of *n* texts, *c* cells each, *s* places a cell.

    Parameters
    ----------
    disks : Disks
    scale : ndarray of float64, shape (n, 2)
        By what the densities of core and rest are multiplied to hold one each over the first cells, per square metre.
    held : ndarray of float64, shape (n, c, s)
        What everything comes to, but for the other candidates.
    changed : ndarray of float64, shape (n,)
        The share of the name, of its two parts together, that area and bearing put elsewhere.
    shift : ndarray of float64, shape (n, 2)
        Metres east and north from the name's point to the middle of what is left of its heaviest part.
    others : list of list of (float, float, float)
        Latitude, longitude and mass of the other candidates.
    named, total, beyond : ndarray of float64, shape (n,)
        The mass of the name about its point, of everything, and what the area holds where there are no cells.
    is_plain : ndarray of bool, shape (n,)
        Whether this is the road for it.
    """

    disks: Disks
    scale: Array
    held: Array
    changed: Array
    shift: Array
    others: list[Lumps]
    named: Array
    total: Array
    beyond: Array
    is_plain: NDArray[np.bool_]

    def of(self, rows: NDArray[np.int64]) -> _Field:
        """Give the same of some of the texts."""
        return _Field(
            self.disks.of(rows), self.scale[rows], self.held[rows], self.changed[rows], self.shift[rows],
            [self.others[row] for row in rows.tolist()], self.named[rows], self.total[rows], self.beyond[rows],
            self.is_plain[rows],
        )  # fmt: skip


def _weighed(asked: Sequence[Bounded], drawn: Disks, before: tuple[Array, Array] | None) -> _Field:
    rounds = [one.about for one in asked]
    inside = _inside(asked, drawn)
    leak, holds = (np.array([getattr(one, name) for one in asked]) for name in ("leak", "holds"))
    factor = np.where(inside, 1.0, leak[:, None, None])
    grain, each_m2 = _GRAIN * drawn.spacing, _points_m2(drawn)
    core, wide = (hills(drawn.squared, np.hypot(one, grain)) * drawn.reaches for one in (drawn.inner, drawn.outer))
    if before is not None:
        # Finer cells hold what they are kept for: of all the rest only those that came before know how much it is.
        scale = before[0]
    else:
        scale = 1.0 / np.maximum(np.stack([one.sum(axis=(1, 2)) for one in (core, wide)]).T, _NOTHING)
        scale /= each_m2[:, None]
    core, wide = (one * (scale[:, at] * each_m2)[:, None, None] for at, one in enumerate((core, wide)))
    elsewhere = np.array([sum(share for _, _, share in one.others) for one in rounds])
    # The area's own share lies on what of it the cells hold; the circle knows how much of that is farther off.
    everywhere = inside.sum(axis=(1, 2))
    alone = inside * ((1.0 - holds) / np.maximum(everywhere, 1))[:, None, None]
    for row in [row for row, one in enumerate(asked) if one.said is not None]:
        factor[row], alone[row] = _agreeing(asked[row], drawn, row, factor[row], float(each_m2[row]))
    lumps = (
        core * factor * (holds * CORE * (1.0 - elsewhere))[:, None, None],
        wide * factor * (holds * (1.0 - CORE))[:, None, None],
        alone,
    )
    each = np.stack([lump.sum(axis=(1, 2)) for lump in lumps])
    named = each[0] + each[1]
    others = [_others(*one) for one in zip(asked, named.tolist(), strict=True)]
    total = named + (1.0 - holds) + np.array([sum(mass for *_, mass in found) for found in others])
    beyond = (1.0 - holds) * _farther(asked, drawn, everywhere)
    most = np.full(len(asked), _MOST_BEYOND)
    for row in [row for row, one in enumerate(asked) if one.said is not None]:
        # An area may leave less of it; where that is much, the long road finds out.
        beyond[row] = before[1][row] if before is not None else max(0.0, (1.0 - holds[row]) - each[2, row])
        most[row] = _MOST_APART if before is None else 1.0
        total[row] = named[row] + each[2, row] + beyond[row]
    farthest = np.array([max((mass for *_, mass in found), default=0.0) for found in others])
    is_plain = (everywhere > 0) & (named > 0.0) & (beyond <= most * total) & (farthest <= each.max(axis=0))
    heaviest = each.argmax(axis=0)[:, None, None]
    # Against what the same places make of the whole, so that what nothing is taken from stays where it is. Of finer
    # cells only those are there that area and bearing left: their own middle is the shift, and nothing to measure from.
    nothing = np.zeros_like(core)
    whole = np.choose(heaviest, (_shares(core), _shares(wide), nothing)) if before is None else nothing
    left = np.choose(heaviest, lumps) / np.maximum(each.max(axis=0), _NOTHING)[:, None, None]
    changed = 0.5 * np.abs(_shares(lumps[0] + lumps[1]) - _shares(CORE * core + (1.0 - CORE) * wide)).sum(axis=(1, 2))
    shift = np.stack([((left - whole) * along).sum(axis=(1, 2)) for along in (drawn.east, drawn.north)], axis=1)
    held = lumps[0] + lumps[1] + lumps[2]
    return _Field(drawn, scale, held, changed, shift, others, named, total, beyond, is_plain)


def _points_m2(drawn: Disks) -> Array:
    """Give the square metres for which each place of a disk stands, shape (n,)."""
    return np.array([cells.mean_area_m2(level) for level in drawn.level.tolist()]) / drawn.reaches.shape[2]


def _is_seen(one: Bounded) -> bool:
    """Say whether the places of its disk lie close enough to tell where a bearing leads, if there is one, and near."""
    if one.said is None:
        return True
    if one.said.words.reach_m > FARTHEST_M:
        return False
    return one.said.words.least_m2 >= _PLACES_OF_WORDS * cells.mean_area_m2(level_of(one.about.ninety_m)) / PLACES


def _agreeing(one: Bounded, drawn: Disks, row: int, factor: Array, each_m2: float) -> tuple[Array, Array]:
    """Give by what the name's chance at each place is multiplied where a bearing is given, and the bearing's own."""
    if one.said is None:
        raise ValueError("There is no bearing.")
    said, counts = one.said, drawn.reaches[row]
    density = np.zeros(counts.shape)
    frame = Frame(one.about.lat, one.about.lon)
    density[counts] = said.trust * said.words.density(frame, drawn.east[row][counts], drawn.north[row][counts])
    alone = factor * density * ((1.0 - one.holds) * each_m2)
    return factor * (density * said.plausible_m2 + (1.0 - said.trust)), alone


def _drawn(asked: Sequence[Bounded], field: _Field) -> list[Region]:
    drawn, held = field.disks, field.held
    weights = np.zeros((len(asked), MOST_CELLS))
    weights[:, : held.shape[1]] = held.sum(axis=2)
    found = drawn.found()
    for row, lumps in enumerate(field.others):
        _put(found[row], weights[row], lumps, int(drawn.level[row]), held.shape[1])
    is_whole = np.array([not lumps for lumps in field.others]) & (field.changed < _EVEN)
    ninety = _radii(asked, field)
    narrow = np.flatnonzero(is_whole & (drawn.outer < _NARROW * drawn.spacing))
    if len(narrow):
        ninety[narrow] = _mixed_m(drawn.of(narrow), 0.9 * field.total[narrow] / field.named[narrow])
    areas = held.sum(axis=(1, 2)) ** 2 / (held**2).sum(axis=(1, 2)) / held.shape[2]
    areas *= np.array([cells.mean_area_m2(level) for level in drawn.level.tolist()])
    lat, lon = (np.array([getattr(one.about, name) for one in asked]) for name in ("lat", "lon"))
    eastward = EAST_M * np.cos(np.radians(lat))
    at = np.stack([lat + field.shift[:, 1] / NORTH_M, lon + field.shift[:, 0] / eastward], axis=1)
    ninety = np.maximum(SMALLEST_ACCURACY_M, ninety)
    return as_regions(at, ninety, drawn.level, found, apportioned(weights), areas)


def _inside(asked: Sequence[Bounded], drawn: Disks) -> NDArray[np.bool_]:
    """Give whether each point that counts lies in its area, shape (n, c, s)."""
    inside = drawn.reaches.copy()
    for row, one in enumerate(asked):
        if one.area is None:
            continue
        counts = drawn.reaches[row]
        eastward = EAST_M * math.cos(math.radians(one.about.lat))
        lons = one.about.lon + drawn.east[row][counts] / eastward
        lats = one.about.lat + drawn.north[row][counts] / NORTH_M
        inside[row][counts] = shapely.contains_xy(prepared(one.area), lons, lats)
    return inside


def _shares(density: Array) -> Array:
    """Give each point's share of a density, 1 in all."""
    return np.asarray(density / np.maximum(density.sum(axis=(1, 2), keepdims=True), _NOTHING))


def _others(one: Bounded, named: float) -> Lumps:
    """Give what the area leaves of the other candidates, of those that are worth a cell."""
    found: Lumps = []
    for lat, lon, share in one.about.others:
        inside = bool(shapely.contains_xy(prepared(one.area), lon, lat))
        mass = one.holds * CORE * share * (1.0 if inside else one.leak)
        if mass >= FEWEST_SHARE * (named + 1.0 - one.holds):
            found.append((lat, lon, mass))
    return found


def _farther(asked: Sequence[Bounded], drawn: Disks, everywhere: NDArray[np.int64]) -> Array:
    """Give the share of each area that lies beyond its disk, 0 to 1."""
    whole = np.array([
        one.area.area * math.cos(math.radians(one.about.lat)) * DEGREE_M**2 if one.area is not None else math.inf
        for one in asked
    ])  # fmt: skip
    return np.maximum(0.0, 1.0 - everywhere * _points_m2(drawn) / whole)


def _radii(asked: Sequence[Bounded], field: _Field) -> Array:
    """Give the radii about the shifted points that hold nine tenths, what the area holds elsewhere outside of all."""
    drawn, shift = field.disks, field.shift
    most = max(len(found) for found in field.others)
    count, places = len(asked), field.held.shape[1] * field.held.shape[2]
    apart, mass = np.zeros((count, places + most)), np.zeros((count, places + most))
    east, north = (drawn.east - shift[:, 0, None, None], drawn.north - shift[:, 1, None, None])
    apart[:, :places] = np.hypot(east, north).reshape(count, places)
    flat = field.held.reshape(count, places)
    # What of a bearing lies off the cells was never among what they hold; of an area they hold it all.
    off = np.where([one.said is None for one in asked], field.beyond, 0.0)
    mass[:, :places] = flat * (1.0 - off / flat.sum(axis=1))[:, None]
    for row, (one, found) in enumerate(zip(asked, field.others, strict=True)):
        eastward = EAST_M * math.cos(math.radians(one.about.lat))
        for place, (lat, lon, share) in enumerate(found, start=places):
            x, y = (lon - one.about.lon) * eastward - shift[row, 0], (lat - one.about.lat) * NORTH_M - shift[row, 1]
            apart[row, place], mass[row, place] = math.hypot(x, y), share
    order = np.argsort(apart, axis=1, kind="stable")
    running = np.cumsum(np.take_along_axis(mass, order, axis=1), axis=1)
    # Of the whole, of which finer cells may lack a sliver.
    first = np.minimum((running < 0.9 * (running[:, -1:] + field.beyond[:, None])).sum(axis=1), places + most - 1)
    rows = np.arange(count)
    return np.asarray(apart[rows, order[rows, first]])


def _mixed_m(drawn: Disks, share: Array) -> Array:
    """Give the radii within which a share of the two distributions lies that nothing is taken from."""
    low, high = np.zeros(len(share)), 4.0 * drawn.outer
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        outside = CORE * np.exp(-0.5 * (middle / drawn.inner) ** 2)
        outside += (1.0 - CORE) * np.exp(-0.5 * (middle / drawn.outer) ** 2)
        low, high = np.where(1.0 - outside < share, middle, low), np.where(1.0 - outside < share, high, middle)
    return high


def _put(
    found: NDArray[np.int64],
    weights: Array,
    lumps: Lumps,
    level: int,
    filled: int,
) -> None:
    """Give other candidates' masses to their cells, in place."""
    for lat, lon, mass in lumps:
        at, filled = seat(found, filled, cells.cell_of(lat, lon, level))
        weights[at] += mass
