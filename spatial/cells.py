"""H3 cells as plain integers: finding, walking, covering and ranges. The only importer of ``h3``.

A cell is an ``int`` below 2**63 (``BIGINT`` in SQL, ``uint64`` or ``int64`` in numpy) and a string of 15
hexadecimal digits wherever JavaScript or JSON can see it, whose numbers would lose its last bits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, TypeVar

import h3._cy as in_c  # for many cells: half of what the functions about these take is their own call
import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.errors import InvalidCell, InvalidCoordinates, InvalidGeometry, MixedResolutions, SpatialError

BASE_RESOLUTION: Final = 9
COARSEST_SHOWN: Final = 4
FINEST: Final = 15

# Layout of an index: 4 bits of resolution from bit 52, 7 bits of base cell from bit 45, then 15 digits of 3 bits.
_MODE_SHIFT: Final = 59
_RESOLUTION_SHIFT: Final = 52
_RESOLUTION_BITS: Final = 0xF << _RESOLUTION_SHIFT
_BASE_CELL_SHIFT: Final = 45
_DIGIT_BITS: Final = 3
_HEX: Final = re.compile(r"[0-9a-fA-F]{15}")

CellArray = TypeVar("CellArray", NDArray[np.int64], NDArray[np.uint64])


def is_cell(cell: int) -> bool:
    """Say whether an integer is a valid H3 cell."""
    return 0 < cell < 1 << 63 and bool(in_c.is_valid_cell(cell))


def cell_of(lat: float, lon: float, resolution: int = BASE_RESOLUTION) -> int:
    """Give the cell that holds a point in degrees (EPSG:4326).

    Raises
    ------
    InvalidCoordinates
        If the latitude or longitude is out of range or not a number.
    """
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise InvalidCoordinates
    return int(h3.latlng_to_cell(lat, lon, _resolution(resolution)))


def cells_of(points: NDArray[np.float64], resolution: int = BASE_RESOLUTION) -> NDArray[np.int64]:
    """Give the cell of every point of an array of (latitude, longitude) in degrees, shape (n, 2).

    Raises
    ------
    InvalidCoordinates
        If any latitude or longitude is out of range or not a number.
    """
    if not bool((np.abs(points) <= (90.0, 180.0)).all()):
        raise InvalidCoordinates
    return np.fromiter(map(in_c.latlng_to_cell, *points.T.tolist(), repeat(_resolution(resolution))), np.int64)


def resolution(cell: int) -> int:
    """Give the resolution of a cell, 0 to 15.

    Raises
    ------
    InvalidCell
    """
    return (_valid(cell) >> _RESOLUTION_SHIFT) & 0xF


def parent(cell: int, resolution: int) -> int:
    """Give the ancestor of a cell at a coarser resolution, or the cell itself at its own.

    Raises
    ------
    InvalidCell
        If it is no cell, or is coarser than ``resolution``.
    """
    own = (_valid(cell) >> _RESOLUTION_SHIFT) & 0xF
    if own < _resolution(resolution):
        raise InvalidCell("The cell is coarser than the resolution that was asked for.")
    return (cell & ~_RESOLUTION_BITS) | (resolution << _RESOLUTION_SHIFT) | _unused_digits(resolution)


def parents(cells: CellArray, resolution: int) -> CellArray:
    """Give the ancestor of every cell at one coarser resolution.

    Parameters
    ----------
    cells : ndarray of int64 or uint64, any shape
        Valid cells; only their resolution is checked.

    Returns
    -------
    ndarray of the same dtype and shape

    Raises
    ------
    InvalidCell
        If one of them is coarser than ``resolution``.
    """
    kind = cells.dtype.type
    if (resolutions(cells) < _resolution(resolution)).any():
        raise InvalidCell("A cell is coarser than the resolution that was asked for.")
    kept = cells & kind(((1 << 63) - 1) ^ _RESOLUTION_BITS)
    return kept | kind((resolution << _RESOLUTION_SHIFT) | _unused_digits(resolution))


def resolutions(cells: NDArray[np.int64] | NDArray[np.uint64]) -> NDArray[np.int64]:
    """Give the resolution of every cell of an array."""
    kind = cells.dtype.type
    return ((cells >> kind(_RESOLUTION_SHIFT)) & kind(0xF)).astype(np.int64)


def children(cell: int, resolution: int) -> list[int]:
    """Give the descendants of a cell at one finer resolution."""
    _not_finer(cell, resolution)
    return list(h3.cell_to_children(cell, resolution))


def descendants_range(cell: int, resolution: int) -> tuple[int, int]:
    """Give the inclusive range of integers that holds exactly a cell's descendants of one resolution.

    Every cell *of that resolution* between the two is a descendant, so ``BETWEEN lo AND hi`` on a column of
    one resolution answers "inside this cell" from an ordinary index. The bounds themselves need not be valid
    cells (of a pentagon they are the ends of its gap-ridden range).

    Raises
    ------
    InvalidCell
        If it is no cell, or is finer than ``resolution``.
    """
    own = _not_finer(cell, resolution)
    prefix = (cell & ~_RESOLUTION_BITS) | (resolution << _RESOLUTION_SHIFT)
    between = _unused_digits(own) ^ _unused_digits(resolution)
    # The digits between the two resolutions run from all 0 to all 6.
    sixes = between & int("110" * FINEST, 2)
    lowest = prefix & ~between
    return lowest, lowest | sixes


def rank(cell: int) -> int:
    """Give a cell's place in the order of its resolution: neighbours in the order differ by one."""
    own = resolution(cell)
    place = (cell >> _BASE_CELL_SHIFT) & 0x7F
    for level in range(1, own + 1):
        place = place * 7 + ((cell >> (_DIGIT_BITS * (FINEST - level))) & 0b111)
    return place


def to_hex(cell: int) -> str:
    """Give the 15 hexadecimal digits of a cell.

    Raises
    ------
    InvalidCell
    """
    return f"{_valid(cell):015x}"


def from_hex(text: str) -> int:
    """Give the cell of 15 hexadecimal digits.

    Raises
    ------
    InvalidCell
    """
    if not _HEX.fullmatch(text):
        raise InvalidCell
    return _valid(int(text, 16))


def boundary(cell: int) -> list[tuple[float, float]]:
    """Give the corners of a cell as (latitude, longitude) in degrees, anticlockwise, not closed."""
    return [(lat, lon) for lat, lon in h3.cell_to_boundary(_valid(cell))]


def hexagon(cell: int) -> shapely.Polygon:
    """Give the outline of a cell as a polygon of (longitude, latitude) in degrees."""
    return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(_valid(cell))])


def base_cells() -> list[int]:
    """Give the 122 cells of resolution 0, which cover the world."""
    return sorted(h3.get_res0_cells())


def centre(cell: int) -> tuple[float, float]:
    """Give the centre of a cell as (latitude, longitude) in degrees."""
    lat, lon = h3.cell_to_latlng(_valid(cell))
    return lat, lon


def centres(cells: Iterable[int]) -> NDArray[np.float64]:
    """Give the centres of cells as an array of (latitude, longitude) in degrees, shape (c, 2)."""
    try:
        found = list(map(in_c.cell_to_latlng, cells))  # which looks whether each is one
    except (TypeError, ValueError, OverflowError):
        raise InvalidCell from None
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def disk(cell: int, k: int) -> list[int]:
    """Give the cells within ``k`` steps of a cell, itself included."""
    return list(h3.grid_disk(_valid(cell), _steps(k)))


def disks(cells: Sequence[int], k: int) -> NDArray[np.int64]:
    """Give the cells within ``k`` steps of each of some cells, shape (n, 1 + 3k(k + 1)): the cell, then ring by ring.

    Raises
    ------
    InvalidCell
        If one is no cell, or so near a pentagon, all of which lie at sea.
    """
    width = 1 + 3 * k * (k + 1)
    found = [np.asarray(in_c.grid_disk(_valid(cell), _steps(k))) for cell in cells]
    if any(len(row) != width for row in found):
        raise InvalidCell("There is a pentagon beside the cell.")
    return np.array(found, dtype=np.int64).reshape(len(found), width)


def ring(cell: int, k: int) -> list[int]:
    """Give the cells at exactly ``k`` steps from a cell."""
    return list(h3.grid_ring(_valid(cell), _steps(k)))


def area_m2(cell: int) -> float:
    """Give the area of a cell in square metres."""
    return float(h3.cell_area(_valid(cell), unit="m^2"))


@lru_cache(maxsize=FINEST + 1)
def mean_area_m2(resolution: int) -> float:
    """Give the mean area in square metres of the cells of a resolution."""
    return float(h3.average_hexagon_area(_resolution(resolution), unit="m^2"))


def edge_m(resolution: int) -> float:
    """Give the mean length in metres of a hexagon's edge, which is also its mean corner distance."""
    return float(h3.average_hexagon_edge_length(_resolution(resolution), unit="m"))


def cells_of_polygon(polygon: Any, resolution: int) -> list[int]:
    """Give the cells whose centre lies inside a polygon, in rising order.

    Parameters
    ----------
    polygon : shapely Polygon or MultiPolygon
        (Longitude, latitude) in degrees; its edges are straight in these coordinates, as PostGIS sees them.

    Raises
    ------
    InvalidGeometry
        If it is empty or not a polygon.
    """
    _resolution(resolution)
    found: set[int] = set()
    for part in _parts(polygon):
        outer, *holes = ([(y, x) for x, y, *_ in ring.coords] for ring in (part.exterior, *part.interiors))
        found.update(h3.h3shape_to_cells(h3.LatLngPoly(outer, *holes), resolution))
    return sorted(found)


def weighted_cover(polygon: Any, limit: int = 64) -> tuple[int, list[int], list[int], NDArray[np.float64]]:
    """Give the cells that a polygon overlaps, weighed by how much of it each holds, at the finest that fit.

    The polygon is filled with sample points, the centres of cells two resolutions finer (49 a cell). A cell
    counts by the samples in it, so that cells cut by the edge have less mass instead of all or none.

    Returns
    -------
    resolution : int
        The finest of 9 to 4 with at most ``limit`` cells.
    cells, weights : list of int, length c
        Cells in rising order, and the samples in each, above zero.
    samples : ndarray of float64, shape (s, 2)
        (Latitude, longitude) of every sample, ``s = sum(weights)``, grouped in the order of ``cells``.

    Raises
    ------
    InvalidGeometry
        If it is empty, not a polygon, or overlaps more than ``limit`` cells even at resolution 4.
    """
    area_m2 = _rough_area_m2(polygon)
    for level in range(BASE_RESOLUTION, COARSEST_SHOWN - 1, -1):
        if area_m2 > limit * h3.average_hexagon_area(level, unit="m^2"):
            continue
        fine = np.array(cells_of_polygon(polygon, level + 2), dtype=np.int64)
        if not len(fine):
            inside = polygon.representative_point()
            return level, [cell_of(inside.y, inside.x, level)], [1], np.array([[inside.y, inside.x]])
        # Ancestors of cells in rising order rise too, so the samples come grouped.
        found, weights = np.unique(parents(fine, level), return_counts=True)
        if len(found) <= limit:
            return level, found.tolist(), weights.tolist(), centres(fine.tolist())
    raise InvalidGeometry(f"The area overlaps more than {limit} cells of resolution {COARSEST_SHOWN}.")


def are_of(cells: Sequence[int], resolution: int) -> bool:
    """Say whether all of some integers are cells of one resolution; quicker than asking for the resolution of each."""
    # The bits above a cell's base are its mode, which is 1, nothing, and its resolution.
    top = (1 << (_MODE_SHIFT - _RESOLUTION_SHIFT)) | resolution
    return {cell >> _RESOLUTION_SHIFT for cell in cells} <= {top} and all(map(in_c.is_valid_cell, cells))


def compact(cells: Iterable[int]) -> list[int]:
    """Give the fewest cells of mixed resolutions that cover exactly the given cells of one resolution.

    Raises
    ------
    InvalidCell, MixedResolutions
    """
    given = list(cells)
    one_resolution(given)
    return list(h3.compact_cells(given))


def uncompact(cells: Iterable[int], resolution: int) -> list[int]:
    """Give the cells of one resolution that a compacted set covers.

    Raises
    ------
    InvalidCell
        If one is no cell or is finer than ``resolution``.
    """
    given = list(cells)
    for cell in given:
        _not_finer(cell, resolution)
    return list(h3.uncompact_cells(given, resolution))


def one_resolution(cells: Sequence[int]) -> int | None:
    """Give the resolution that all the cells share, None if there are no cells.

    Raises
    ------
    InvalidCell, MixedResolutions
    """
    found = {resolution(int(cell)) for cell in cells}
    if len(found) > 1:
        raise MixedResolutions
    return found.pop() if found else None


def _valid(cell: int) -> int:
    # h3 answers garbage or another error for each sort of bad integer; one check gives one error.
    try:
        if is_cell(cell):
            return cell
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidCell


def _resolution(resolution: int) -> int:
    if not 0 <= resolution <= FINEST:
        raise InvalidCell("H3 has the resolutions 0 to 15.")
    return resolution


def _not_finer(cell: int, resolution: int) -> int:
    own = (_valid(cell) >> _RESOLUTION_SHIFT) & 0xF
    if own > _resolution(resolution):
        raise InvalidCell("The cell is finer than the resolution that was asked for.")
    return own


def _steps(k: int) -> int:
    if k < 0:
        raise SpatialError("A number of steps is not negative.")
    return k


def _unused_digits(resolution: int) -> int:
    return (1 << (_DIGIT_BITS * (FINEST - resolution))) - 1


def _rough_area_m2(polygon: Any) -> float:
    # A plate carrée area is enough to skip resolutions that cannot fit: the finest of a district takes seconds.
    parts = _parts(polygon)
    return sum(part.area * 111_320.0**2 * math.cos(math.radians(part.centroid.y)) for part in parts)


def _parts(polygon: Any) -> list[shapely.Polygon]:
    if polygon is None or polygon.is_empty or polygon.geom_type not in ("Polygon", "MultiPolygon"):
        raise InvalidGeometry
    return [part for part in shapely.get_parts(polygon).tolist() if not part.is_empty]
