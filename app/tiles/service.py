"""Vector tiles as bytes: one statement a tile, no cache that could lie."""

from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql
from app.records.filters import Filter, level_of, range_binds
from app.records.service import is_synthetic
from spatial import cells as h3cells
from spatial import tiles

#: The single records that one tile draws: above it the newest, and each of them says so.
MOST_POINTS = 5000
_PIXELS = 512  # MapLibre draws a vector tile at this many pixels
_EQUATOR_M = 40_075_016.686

# From which zoom a level of jurisdiction is drawn, and up to which.
_LEVEL_ZOOMS = (
    ("province", 0, 16),
    ("district", 6, 16),
    ("circle", 9, 12),
    ("station", 10, 16),
    ("beat", 13, 16),
)
# The least place that a zoom names; `rank` is 1 for a metropolis and 9 for a shop.
_RANK_BY_ZOOM = (1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 6, 6, 7, 8)


def cells(session: Session, z: int, x: int, y: int, wanted: Filter, sees_protected: bool) -> bytes:
    """Give the tile of a filter's cells, at the resolution of its zoom."""
    resolution = tiles.resolution_for_zoom(z)
    level = level_of(resolution)
    return _bytes(
        session,
        "tiles.cells",
        wanted.binds()
        | wanted.window.weeks()
        | range_binds((level, low, high) for low, high in cell_ranges(z, x, y, resolution))
        | {
            "resolution": resolution,
            "hides_protected": wanted.hides_protected(sees_protected, resolution),
            "synthetic": is_synthetic(session, wanted.kinds),
            "z": z,
            "x": x,
            "y": y,
        },
    )


def cell_ranges(z: int, x: int, y: int, resolution: int) -> list[tuple[int, int]]:
    """Give the ranges of rollup cells that a tile may show at a resolution."""
    level = level_of(resolution)
    ranges = list(tiles.covering_ranges(z, x, y, resolution))
    if level != resolution:
        # A level also answers the resolution below it: from its own cells, and from fixes of just that resolution.
        ranges += [
            (h3cells.descendants_range(low, level)[0], h3cells.descendants_range(high, level)[1])
            for low, high in ranges
        ]
    return ranges


def points(session: Session, z: int, x: int, y: int, wanted: Filter, sees_protected: bool) -> bytes:
    """Give the tile of the records that were placed at a point."""
    return _bytes(
        session,
        "tiles.points",
        wanted.binds()
        | {
            "first": wanted.window.first,
            "end": wanted.window.end,
            "sees_protected": sees_protected,
            "most": MOST_POINTS,
            "z": z,
            "x": x,
            "y": y,
        },
    )


def jurisdictions(session: Session, z: int, x: int, y: int) -> bytes:
    """Give the tile of the jurisdictions that a zoom shows."""
    shown = [level for level, first, last in _LEVEL_ZOOMS if first <= z <= last]
    tolerance = 360 / 2**z / _PIXELS / 2
    return _bytes(
        session, "tiles.jurisdictions", {"shown_levels": shown, "tolerance": tolerance, "z": z, "x": x, "y": y}
    )


def places(session: Session, z: int, x: int, y: int) -> bytes:
    """Give the tile of the ground and the names of places."""
    rank = _RANK_BY_ZOOM[z] if z < len(_RANK_BY_ZOOM) else 9
    tolerance_m = _EQUATOR_M / 2**z / _PIXELS / 2
    return _bytes(session, "tiles.places", {"rank": rank, "tolerance_m": tolerance_m, "z": z, "x": x, "y": y})


def _bytes(session: Session, name: str, binds: dict[str, Any]) -> bytes:
    found = session.execute(sql(name), binds).scalar()
    return bytes(found) if found else b""
