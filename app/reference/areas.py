"""Derived demonstration areas: the land of each point within a district, and the parts of a station's area.

No boundary of a Pakistani police station is public (docs/adr/0005-derived-station-areas.md). Pure geometry: no file, no
database. All coordinates are degrees (EPSG:4326), x is longitude.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, MultiPolygon
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]


def multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """Give the area of a geometry as a multipolygon; lines and points that an overlay left are dropped."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and part.area > 0]
    for part in shapely.get_parts(geometry):
        if part.geom_type in ("MultiPolygon", "GeometryCollection"):
            parts.extend(multipolygon(part).geoms)
    return MultiPolygon(parts)


def stretch(area: BaseGeometry) -> float:
    """Give the factor that makes a degree of longitude as long as one of latitude, at the middle of an area."""
    west, south, east, north = area.bounds
    return math.cos(math.radians((south + north) / 2))


def nearest_parts(area: BaseGeometry, points: Points) -> list[MultiPolygon]:
    """Split an area into the land nearest to each point.

    All lines are noded together once and the faces dealt out, so that neighbours share their vertices and the parts
    tile the area with neither gap nor overlap (clipping each Voronoi polygon by itself leaves slivers).

    Parameters
    ----------
    area : Polygon or MultiPolygon
        Degrees, EPSG:4326.
    points : ndarray of float64, shape (n, 2)
        Longitude and latitude; two equal points are moved apart by about a metre.

    Returns
    -------
    list of MultiPolygon
        One for each point, in the order of ``points``; empty where no land is nearest to it.
    """
    if len(points) == 1:
        return [multipolygon(area)]
    scale = np.array([stretch(area), 1.0])
    moved = _apart(points) * scale
    reach = shapely.box(*area.bounds)
    frame = shapely.transform(reach.buffer(0.5), lambda xy: xy * scale)
    edges = shapely.voronoi_polygons(MultiPoint(moved), extend_to=frame, only_edges=True)
    edges = shapely.transform(edges, lambda xy: xy / scale).intersection(reach.buffer(0.01))
    lines = shapely.node(shapely.geometrycollections([area.boundary, edges]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(area)
    kept = shapely.contains(area, inside)
    faces, inside = faces[kept], shapely.get_coordinates(inside[kept]) * scale
    distance = ((inside[:, None, :] - moved[None, :, :]) ** 2).sum(axis=2)
    owner = distance.argmin(axis=1)
    return [multipolygon(shapely.union_all(faces[owner == i])) for i in range(len(points))]


def _apart(points: Points) -> Points:
    seen: dict[tuple[float, float], int] = {}
    moved = points.copy()
    for i, (x, y) in enumerate(points):
        times = seen.get((x, y), 0)
        seen[x, y] = times + 1
        moved[i, 0] += times * 1e-5
    return moved


def groups(points: Points, sizes: int = 5) -> list[list[int]]:
    """Split points into compact groups of about ``sizes``, by halving along the longer side again and again.

    Returns
    -------
    list of list of int
        Positions in ``points``; group sizes differ by at most one.
    """

    def halve(members: list[int], parts: int) -> list[list[int]]:
        if parts == 1:
            return [sorted(members)]
        xy = points[members]
        axis = int(np.ptp(xy[:, 1]) > np.ptp(xy[:, 0]) * math.cos(math.radians(float(xy[:, 1].mean()))))
        ordered = sorted(members, key=lambda i: (points[i, axis], points[i, 1 - axis], i))
        left = parts // 2
        cut = round(len(ordered) * left / parts)
        return halve(ordered[:cut], left) + halve(ordered[cut:], parts - left)

    return halve(list(range(len(points))), math.ceil(len(points) / sizes))


def middles(area: MultiPolygon, count: int, rounds: int = 12) -> Points:
    """Give ``count`` points spread evenly over an area: k-means on a regular lattice inside it, without chance.

    Returns
    -------
    ndarray of float64, shape (count, 2)
        Longitude and latitude, from north-west to south-east.
    """
    scale = np.array([stretch(area), 1.0])
    lattice = _lattice(area, 60 * count) * scale
    seeds = [lattice[np.lexsort((lattice[:, 0], lattice[:, 1]))[0]]]
    while len(seeds) < count:  # each next seed as far as can be from those there
        gap = np.min([((lattice - seed) ** 2).sum(axis=1) for seed in seeds], axis=0)
        seeds.append(lattice[gap.argmax()])
    centres = np.array(seeds)
    for _ in range(rounds):
        owner = ((lattice[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        for i in range(count):
            if (owner == i).any():
                centres[i] = lattice[owner == i].mean(axis=0)
    return (centres / scale)[np.lexsort((centres[:, 0], -centres[:, 1]))]


def _lattice(area: MultiPolygon, wanted: int) -> Points:
    west, south, east, north = area.bounds
    step = math.sqrt(area.area / wanted)
    shapely.prepare(area)
    while True:
        x, y = np.meshgrid(np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step))
        inside = shapely.contains_xy(area, x.ravel(), y.ravel())
        if inside.sum() >= wanted / 3:
            return np.column_stack([x.ravel()[inside], y.ravel()[inside]])
        step /= 2


def beat_count(area_km2: float) -> int:
    """Give how many beats a station of that size is split into: three to six."""
    return 3 + sum(area_km2 > limit for limit in (4, 20, 80))


def area_km2(area: BaseGeometry) -> float:
    """Give the rough area in square kilometres: good to a per cent, enough to choose a number of beats."""
    return area.area * 111.32 * 110.9 * stretch(area)


def parts_of(area: MultiPolygon, count: int) -> list[MultiPolygon]:
    """Split an area into ``count`` parts of about one size; parts tile the area."""
    return [part for part in nearest_parts(area, middles(area, count)) if not part.is_empty]


def merged(parts: Sequence[MultiPolygon]) -> MultiPolygon:
    """Give the union of parts that share their vertices."""
    return multipolygon(shapely.union_all(list(parts)))
