"""The rung of names as they are written, for a gazetteer that has no index of places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, Protocol

import shapely

from spatial import projection
from spatial.addresses import place_parts
from spatial.errors import InvalidGeometry
from spatial.geocoding import region as regions
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.query import Query
from spatial.geocoding.region import Region
from spatial.model import Fix, Method, Reason

MOST_CANDIDATES: Final = 3
FARTHEST_CANDIDATES_M: Final = 3_000.0
SCORE_PLACE: Final = 0.8
SCORE_LANDMARK: Final = 0.75
SCORE_ELSEWHERE: Final = 0.5
SCORE_CANDIDATES: Final = 0.6


class ExactGazetteer(Protocol):
    """A gazetteer that knows places only by the normal spelling of their names."""

    def places(self, key: str, district: str | None) -> Sequence[Place]:
        """Give the places of a normal spelling, in one district, or in all if it is None."""

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, None if there is none."""


def rung(query: Query, station: StationArea | None, gazetteer: ExactGazetteer, reasons: list[Reason]) -> Fix | None:
    """Give the fix of a name written exactly as it is known, None if there is none."""
    if not query.text:
        return None
    district = query.district or (station.district if station is not None else None)
    for part in place_parts(query.text):
        if part.relation == "limits":
            continue
        candidates = list(gazetteer.places(part.key, district))
        if not candidates:
            continue
        chosen = _choose(part.key, candidates, station, reasons)
        if not chosen:
            continue
        try:
            region = (
                regions.place_region(chosen[0], part.relation)
                if len(chosen) == 1
                else regions.places_region(tuple(chosen), part.relation)
            )
        except InvalidGeometry:
            reasons.append(Reason("place_too_large", {"name": chosen[0].name}))
            continue
        area = regions.station_region(station) if station is not None else None
        if area is not None and region.area_m2 > area.area_m2:
            # "Lahore" says less than which of Lahore's stations wrote the FIR.
            reasons.append(Reason("place_wider_than_station", {"name": chosen[0].name}))
            continue
        return _named(chosen, part.relation, region, station, reasons)
    return None


def _choose(key: str, candidates: list[Place], station: StationArea | None, reasons: list[Reason]) -> list[Place]:
    """Give the candidates to spread over: one, or a few close together; none if the name is too ambiguous."""
    if len(candidates) == 1:
        return candidates
    if station is not None and station.area is not None:
        area = regions.prepared(station.area)
        within = [place for place in candidates if shapely.contains_xy(area, place.lon, place.lat)]
        if 0 < len(within) < len(candidates):
            reasons.append(Reason("name_narrowed_by_station", {"name": key, "candidates": len(candidates)}))
            candidates = within
            if len(candidates) == 1:
                return candidates
    wide = max(candidates, key=lambda place: place.extent.area if place.extent is not None else 0.0)
    if wide.extent is not None and all(
        shapely.contains_xy(wide.extent, place.lon, place.lat) for place in candidates if place is not wide
    ):
        # The same neighbourhood twice: as an area, and as a point inside it.
        return [wide]
    apart = [
        projection.distance_m(one.lat, one.lon, other.lat, other.lon) for one, other in combinations(candidates[:4], 2)
    ]
    if len(candidates) <= MOST_CANDIDATES and max(apart) <= FARTHEST_CANDIDATES_M:
        reasons.append(Reason("name_spread", {"name": key, "candidates": len(candidates)}))
        return candidates
    reasons.append(Reason("name_ambiguous", {"name": key, "candidates": len(candidates)}))
    return []


def _named(
    chosen: list[Place],
    relation: str | None,
    region: Region,
    station: StationArea | None,
    reasons: list[Reason],
) -> Fix:
    first = chosen[0]
    method = Method.LANDMARK if first.is_landmark else Method.PLACE
    score = SCORE_LANDMARK if first.is_landmark else SCORE_PLACE
    code = "landmark_matched" if first.is_landmark else "place_matched"
    reasons.append(Reason(code, {"name": first.name, "relation": relation or "in"}))
    if len(chosen) > 1:
        score = min(score, SCORE_CANDIDATES)
    if station is not None and station.area is not None:
        inside = any(shapely.contains_xy(regions.prepared(station.area), place.lon, place.lat) for place in chosen)
        if not inside:
            reasons.append(Reason("place_outside_station_area", {"name": first.name, "station": station.code}))
            score = min(score, SCORE_ELSEWHERE)
    return regions.fix_of(region, method, score, first.ref, reasons)
