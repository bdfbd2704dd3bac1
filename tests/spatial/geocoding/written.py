"""What tests of regions share: real stations, areas by nearness, writers of other habits, how alike two regions are."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import shapely

from spatial import cells
from spatial.geocoding import StationArea
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.region import Region
from spatial.mass import UNIT

POINTS: Final = Path(__file__).parents[3] / "data" / "openstreetmap" / "police_stations.geojson"

_HALF: Final = ((0.5, 1.0),)
_WHOLE: Final = ((1.0, 1.0),)
_ROADS: Final = ((1.2, 1.4, 1.0),)
# A machine's habits: sectors of exactly 45 degrees, no slip of the hand.
EXACT: Final = replace(BELIEVED, four=0.0, sixteen=0.0, blur_deg=0.25, guess=0.0005, road=0.0, detours=_ROADS)
_ALWAYS_HALF: Final = replace(EXACT, near=_HALF, middle=_HALF, far=_HALF, farthest=_HALF, zero=((0.5, 1.0), (2.0, 0.0)))
_GRADED: Final = replace(
    EXACT, near=_HALF, middle=_WHOLE, far=_WHOLE, farthest=((5.0, 1.0),), zero=((0.5, 1.0), (2.0, 0.0))
)

WRITERS: Final[dict[str, Habits]] = {
    "as believed": BELIEVED,
    "half km, straight": _ALWAYS_HALF,
    "half km, all by road": replace(_ALWAYS_HALF, road=1.0),
    "half km, half by road": replace(_ALWAYS_HALF, road=0.5),
    "0.5, 1 and 5 km, half by road": replace(_GRADED, road=0.5),
    "0.5, 1 and 5 km, straight": _GRADED,
    "whole km, straight": replace(
        EXACT, near=_WHOLE, middle=_WHOLE, far=_WHOLE, farthest=_WHOLE, zero=((1.0, 1.0), (2.0, 0.0))
    ),
    "four points only": replace(BELIEVED, four=1.0, sixteen=0.0),
}
"""Ways of writing column 4, from what is believed to what a machine would do."""


@lru_cache(maxsize=1)
def stations() -> tuple[StationArea, ...]:
    """Give the real police stations, without an area."""
    features = json.loads(POINTS.read_text("utf-8"))["features"]
    return tuple(
        StationArea(f"S{number}", feature["geometry"]["coordinates"][1], feature["geometry"]["coordinates"][0])
        for number, feature in enumerate(features)
        if feature["properties"].get("kind") == "police station (thana)"
    )


@lru_cache(maxsize=4)
def with_areas(derived: bool = False) -> tuple[StationArea, ...]:
    """Give the stations of Karachi and the Punjab's middle with what is nearer to each than to any other."""
    found: list[StationArea] = []
    for west, south, east, north in ((66.9, 24.75, 67.4, 25.1), (72.0, 31.0, 75.0, 33.0)):
        here = [one for one in stations() if west < one.lon < east and south < one.lat < north]
        frame = shapely.box(west, south, east, north)
        cells = shapely.voronoi_polygons(shapely.MultiPoint([(one.lon, one.lat) for one in here]), extend_to=frame)
        for cell in cells.geoms:
            area = cell.intersection(frame)
            for one in here:
                if area.contains(shapely.Point(one.lon, one.lat)):
                    found.append(replace(one, area=area, derived=derived))
    return tuple(found)


def overlap(one: Region, other: Region) -> float:
    """Give the share of the mass that two regions have on the same cells, at the coarser resolution of the two."""
    level = min(one.resolution, other.resolution)
    held: list[dict[int, int]] = []
    for region in (one, other):
        here: dict[int, int] = {}
        for cell, mass in zip(region.cells, region.masses, strict=True):
            home = cells.parent(cell, level)
            here[home] = here.get(home, 0) + mass
        held.append(here)
    return sum(min(mass, held[1].get(cell, 0)) for cell, mass in held[0].items()) / UNIT
