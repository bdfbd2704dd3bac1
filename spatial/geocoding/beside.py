"""Names beside a known station: what its area and a distance and direction from it make of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import shapely

from spatial.addresses import Bearing
from spatial.errors import InvalidGeometry
from spatial.geocoding import bearing, kernel, overlaid, stencil
from spatial.geocoding import region as regions
from spatial.geocoding.bounded import Bounded, Said, bounded_regions
from spatial.geocoding.combine import Lump, combine
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.layers import NINETY, Extent, Kernel
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.named import LEAK, TRUST_BEARING, Named, place_named, plausible_m2, tell
from spatial.geocoding.query import Query
from spatial.model import Fix, Method, Reason

NAME_HOLDS: Final = 0.95
"""The share of mass that a name's own region gets beside the station's area."""
NINETY_BESIDE_STATION: Final = 0.35
FIFTY_BESIDE_STATION: Final = 0.7
"""By what a name's radii shrink where the station is known, whose area shuts out the far mistakes in them: measured on
the development set with a square about each true point as its station's area, of which 97 % of the circles held it."""
HOLDS_BESIDE_BEARING: Final = 0.92
INNER_OF_FIFTY: Final = 0.33
OUTER_OF_BOTH: Final = 0.57
SMALLEST_INNER_M: Final = 100.0
SMALLEST_OUTER_M: Final = 160.0
"""Beside a distance and direction, which tell how far of a few kilometres a name is wrong, its shape between the radii
matters: the standard deviations of its two parts, of the radius of half and of the geometric mean of both, and the
chance that the name is meant at all.  Of greatest likelihood for how far 1,905 names of the development set that were
sooner right than wrong lay from the truth by fits that had not seen them, with and without town and district given."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """A text whose names say where it lies, with its station, and why; to the reasons more may be added."""

    query: Query
    station: StationArea
    found: LookUp
    method: Method
    reasons: list[Reason]

    @property
    def said(self) -> Bearing | None:
        """The distance and direction that the text or the record gives."""
        return bearing.read(self.query.text, self.query.distance_m, self.query.direction)


def fixes(chosen: Sequence[Chosen]) -> list[tuple[Fix | None, tuple[Reason, ...]]]:
    """Give the fixes of names beside stations, None where they come to no region, with why."""
    # What an area bounds or a bearing narrows is drawn with all others such; the few that are not so plain each alone.
    said = [one.said for one in chosen]
    plain = [row for row, one in enumerate(chosen) if said[row] is not None or bearing.bounds(one.station, LEAK)]
    drawn = dict(zip(plain, bounded_regions([_bounded(chosen[row], said[row]) for row in plain]), strict=True))
    # Where a bearing is narrower than the name or leads elsewhere, both are laid over points, if these lie near enough.
    wide = [(row, _laid(chosen[row], words)) for row, words in enumerate(said) if words and drawn[row] is None]
    wide = [(row, one) for row, one in wide if one.words.reach_m <= stencil.FARTHEST_M]
    laid = overlaid.lay_beside([one for _, one in wide])
    codes: dict[int, str] = {}
    for (row, _), on_points in zip(wide, laid, strict=True):
        if on_points is not None:
            drawn[row], codes[row] = on_points
    free = [row for row in range(len(chosen)) if row not in drawn]
    drawn.update(zip(free, kernel.round_regions([_round(chosen[row].found) for row in free]), strict=True))
    known: list[tuple[Fix | None, tuple[Reason, ...]]] = []
    for row, one in enumerate(chosen):
        words, region = said[row], drawn[row]
        if region is None:
            region = _combined(one, words)
        elif words is not None:
            tell(codes.get(row, "bearing_agrees"), one.station, words, one.found.place, one.reasons)
        known.append((_fix(one, region), tuple(one.reasons)))
    return known


def _fix(one: Chosen, region: regions.Region | None) -> Fix | None:
    """Give the fix of a region; says in the reasons what there is to say of it."""
    found, place, station = one.found, one.found.place, one.station
    if region is None:
        one.reasons.append(Reason("place_too_large", {"name": place.name, "ref": place.ref}))
        return None
    if station.area is not None and not shapely.contains_xy(regions.prepared(station.area), found.lon, found.lat):
        params: dict[str, str | float] = {"name": place.name, "ref": place.ref, "station": station.code}
        one.reasons.append(Reason("place_outside_station_area", params))
    return regions.fix_of(region, one.method, found.score, place.ref, one.reasons)


def _bounded(one: Chosen, said: Bearing | None) -> Bounded:
    """Give the region of a name that a station's area bounds or a bearing narrows, as it is asked for."""
    bounds, about = bearing.bounds(one.station, LEAK), _round(one.found, said)
    area, leak = (bounds[0].polygon, bounds[0].leak) if bounds else (None, 1.0)
    if said is None:
        return Bounded(about, area, leak, NAME_HOLDS)
    words = bearing.layer(one.station, said)
    return Bounded(
        replace(about, others=()), area, leak, HOLDS_BESIDE_BEARING, Said(words, TRUST_BEARING, plausible_m2(words))
    )


def _laid(one: Chosen, said: Bearing) -> overlaid.Beside:
    """Give the same as it is asked for where the bearing is narrower than the name or leads elsewhere."""
    words, bounds = bearing.layer(one.station, said), bearing.bounds(one.station, LEAK)
    about = replace(_round(one.found, said), others=())
    return overlaid.Beside(
        words, bounds[0] if bounds else None, about, HOLDS_BESIDE_BEARING, TRUST_BEARING, plausible_m2(words)
    )


def _round(found: LookUp, said: Bearing | None = None) -> kernel.Round:
    fifty, ninety = _radii(found, said)
    return kernel.Round(found.lat, found.lon, fifty, ninety, found.lumps())


def _combined(one: Chosen, said: Bearing | None) -> regions.Region | None:
    """Give the region of a name, whatever else there is, on a lattice of its own."""
    found, station = one.found, one.station
    try:
        if said is not None:
            here = replace(found.place, lat=found.lat, lon=found.lon, extent=None, radius_m=None)
            parts = zip((kernel.CORE, 1.0 - kernel.CORE), _deviations_m(found), strict=True)
            named = [Named(HOLDS_BESIDE_BEARING * share, here, None, NINETY * spread) for share, spread in parts]
            combined = place_named(named, station, said, one.reasons)
        else:
            combined = combine(_lumps(found, station), bounds=bearing.bounds(station, LEAK))
    except InvalidGeometry:
        return None
    return combined.region if combined is not None else None


def _radii(found: LookUp, said: Bearing | None = None) -> tuple[float, float]:
    """Give the radii that hold half and nine tenths of a name where the station is known.

    A distance and direction cut the far mistakes out of a name by themselves, and leave the near ones in it.
    """
    if said is not None:
        return kernel.radii_m(*_deviations_m(found))
    ninety = NINETY_BESIDE_STATION * found.ninety_m
    return min(FIFTY_BESIDE_STATION * found.fifty_m, 0.6 * ninety), ninety


def _deviations_m(found: LookUp) -> tuple[float, float]:
    """Give the standard deviations of a name's two parts beside a distance and direction."""
    both = math.sqrt(found.fifty_m * found.ninety_m)
    return (
        math.hypot(INNER_OF_FIFTY * found.fifty_m, SMALLEST_INNER_M),
        math.hypot(OUTER_OF_BOTH * both, SMALLEST_OUTER_M),
    )


def _lumps(found: LookUp, station: StationArea) -> list[Lump]:
    fifty, ninety = _radii(found)
    inner, outer = kernel.deviations_m(fifty, ninety)
    others, core = found.lumps(), inner * NINETY
    left = 1.0 - sum(share for _, _, share in others)
    lumps = [
        Lump(NAME_HOLDS * kernel.CORE * left, Kernel(found.lat, found.lon, core)),
        Lump(NAME_HOLDS * (1.0 - kernel.CORE), Kernel(found.lat, found.lon, outer * NINETY)),
        *(Lump(NAME_HOLDS * kernel.CORE * share, Kernel(lat, lon, core)) for lat, lon, share in others),
    ]
    if station.area is not None and not station.area.is_empty:
        lumps.append(Lump(1.0 - NAME_HOLDS, Extent(station.area)))
    return lumps
