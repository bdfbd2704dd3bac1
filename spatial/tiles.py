"""Web-mercator tiles: their bounds, the resolution for a zoom, and the ranges of cells under a tile."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import shapely

from spatial import cells
from spatial.errors import InvalidTile

DEEPEST_ZOOM: Final = 24
MOST_RANGES: Final = 40
# Circumradius of a hexagon over the mean edge of its resolution: H3's shapes vary by up to a third.
_LARGEST_CORNER: Final = 1.5
# How far descendants reach over their ancestor's own outline, in its mean edges: the sum of the overhangs of
# all finer levels stays below 0.3; the rest is for distortion.
_OVERHANG: Final = 0.5
_METRES_PER_DEGREE: Final = 110_500.0

# The last zoom of each resolution. At 30 degrees north a pixel of MapLibre's 512-pixel tiles is 67,785 /
# 2**z m, which makes hexagons this wide, flat to flat, at whole zooms (they double until the next tile zoom
# is fetched):
#   z5 res 4: 21 px   z6 res 5: 16   z7 res 5: 32   z8 res 6: 24   z9 res 7: 18   z10 res 7: 37   z11 res 8:
# 28
#   z12 res 9: 21   z13 res 9: 42, and on; coarser than zoom 4 nothing coarser than resolution 4 is stored.
# Smaller cells cannot be clicked and make tiles heavy; larger ones hide the streets below them.
_LAST_ZOOM: Final = ((5, 4), (7, 5), (8, 6), (10, 7), (11, 8))


def tile_bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Give (west, south, east, north) of a tile in degrees (EPSG:4326).

    Raises
    ------
    InvalidTile
        If the zoom is not 0..24 or the column or row does not exist at it.
    """
    _check(z, x, y)
    side = 1 << z
    return (_longitude(x, side), _latitude(y + 1, side), _longitude(x + 1, side), _latitude(y, side))


def tile_of(lat: float, lon: float, z: int) -> tuple[int, int, int]:
    """Give the (z, x, y) of the tile that holds a point in degrees.

    Raises
    ------
    InvalidTile
        If the zoom is not 0..24.
    """
    _check(z, 0, 0)
    side = 1 << z
    x = math.floor((lon + 180.0) / 360.0 * side)
    clipped = max(-85.051128, min(85.051128, lat))
    y = math.floor((1.0 - math.asinh(math.tan(math.radians(clipped))) / math.pi) / 2.0 * side)
    return z, max(0, min(side - 1, x)), max(0, min(side - 1, y))


def resolution_for_zoom(z: int) -> int:
    """Give the resolution, 4 to 9, of the cells on tiles of a zoom: 14 to 42 pixels wide from zoom 5 to 13.

    Raises
    ------
    InvalidTile
        If the zoom is not 0..24.
    """
    _check(z, 0, 0)
    for last, resolution in _LAST_ZOOM:
        if z <= last:
            return resolution
    return cells.BASE_RESOLUTION


@lru_cache(maxsize=16_384)
def covering_ranges(z: int, x: int, y: int, resolution: int) -> list[tuple[int, int]]:
    """Give ranges of integers that hold every cell of one resolution whose hexagon may touch a tile.

    Parameters
    ----------
    z, x, y : int
    resolution : int
        Resolution of the cells that are looked for, 0 to 15.

    Returns
    -------
    list of (lo, hi)
        Inclusive, rising, at most 40. They hold some cells beside the tile too: the tile's own clipping or an
        exact test drops them. Do not change the list: it is shared.

    Raises
    ------
    InvalidTile
    """
    west, south, east, north = tile_bounds(z, x, y)
    # Begin at a resolution with some tens to hundreds of cells on the tile, and coarsen until the ranges are
    # few.
    middle = math.radians((south + north) / 2)
    tile_m2 = (east - west) * (north - south) * _METRES_PER_DEGREE**2 * max(0.05, math.cos(middle))
    level = resolution
    while level > 0 and tile_m2 / (2.6 * cells.edge_m(level) ** 2) > 4 * MOST_RANGES:
        level -= 1
    ranges = _ranges(_cover(west, south, east, north, level, is_exact=level == resolution), resolution)
    while len(ranges) > 2 * MOST_RANGES and level > 0:
        level -= 1
        ranges = _ranges(_cover(west, south, east, north, level, is_exact=False), resolution)
    return _fewest(ranges, MOST_RANGES)


def _cover(west: float, south: float, east: float, north: float, level: int, *, is_exact: bool) -> list[int]:
    """Give all cells of a level whose descendants (or, if exact, whose own hexagon) may touch a box."""
    reach_m = cells.edge_m(level) * (_LARGEST_CORNER + (0.0 if is_exact else _OVERHANG))
    by_lat = reach_m / _METRES_PER_DEGREE
    south, north = south - by_lat, north + by_lat
    poleward = max(abs(south), abs(north))
    by_lon = by_lat / math.cos(math.radians(poleward)) if poleward < 89.0 else 360.0
    west, east = west - by_lon, east + by_lon
    if west < -180.0 or east > 180.0 or east - west > 120.0 or poleward > 86.0:
        return _cover_far(west, south, east, north, level)
    return cells.cells_of_polygon(shapely.box(west, south, east, north), level)


def _cover_far(west: float, south: float, east: float, north: float, level: int) -> list[int]:
    """Give a cover by comparing centres, where h3's polygons are unsafe: date line, poles, half the world."""
    level = min(level, 2)
    by_lat = 2.0 * cells.edge_m(level) / _METRES_PER_DEGREE
    ids, centres = _world(level)
    poleward = np.minimum(np.abs(centres[:, 0]) + by_lat, 90.0)
    by_lon = by_lat / np.maximum(np.cos(np.radians(poleward)), 1e-6)
    half = (east - west) / 2.0 + by_lon
    apart = np.abs((centres[:, 1] - (west + east) / 2.0 + 180.0) % 360.0 - 180.0)
    near = (centres[:, 0] >= south - by_lat) & (centres[:, 0] <= north + by_lat) & (apart <= half)
    return [ids[index] for index in np.flatnonzero(near)]


@lru_cache(maxsize=3)
def _world(level: int) -> tuple[list[int], np.ndarray]:
    ids = [cell for base in cells.base_cells() for cell in cells.children(base, level)]
    return ids, cells.centres(ids)


def _ranges(cover: list[int], resolution: int) -> list[tuple[int, int]]:
    """Give the ranges of a cover, neighbours in H3's order joined."""
    merged: list[tuple[int, int]] = []
    previous = -2
    for cell in sorted(cover):
        lo, hi = cells.descendants_range(cell, resolution)
        place = cells.rank(cell)
        if place == previous + 1:
            merged[-1] = (merged[-1][0], hi)
        else:
            merged.append((lo, hi))
        previous = place
    return merged


def _fewest(ranges: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Give at most ``most`` ranges by bridging the narrowest gaps."""
    if len(ranges) <= most:
        return ranges
    gaps = sorted(range(1, len(ranges)), key=lambda i: (ranges[i][0] - ranges[i - 1][1], i))
    bridged = set(gaps[: len(ranges) - most])
    joined = [ranges[0]]
    for index in range(1, len(ranges)):
        if index in bridged:
            joined[-1] = (joined[-1][0], ranges[index][1])
        else:
            joined.append(ranges[index])
    return joined


def _check(z: int, x: int, y: int) -> None:
    if not 0 <= z <= DEEPEST_ZOOM or not 0 <= x < 1 << z or not 0 <= y < 1 << z:
        raise InvalidTile


def _longitude(column: int, side: int) -> float:
    return column / side * 360.0 - 180.0


def _latitude(row: int, side: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * row / side))))
