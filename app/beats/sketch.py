"""The map sketch of a beat card, as SVG: roads, the area's edge, the places with their numbers, the way between."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.beats.areas import Area
from app.db.named import sql

WIDTH, HEIGHT = 520.0, 265.0
#: A card whose places lie close together still shows the streets around.
LEAST_M = 1_600.0
_METRES_A_DEGREE = 111_195.0


class Frame(NamedTuple):
    """How degrees become units of the drawing: a plain projection about the middle, y downwards."""

    lat: float
    lon: float
    scale: float  # units a metre

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        """Give a point of the drawing."""
        x = (lon - self.lon) * math.cos(math.radians(self.lat)) * _METRES_A_DEGREE * self.scale
        y = (self.lat - lat) * _METRES_A_DEGREE * self.scale
        return round(WIDTH / 2 + x, 1), round(HEIGHT / 2 + y, 1)

    def box(self) -> dict[str, float]:
        """Give the box of degrees that the drawing shows."""
        half_lat = HEIGHT / 2 / self.scale / _METRES_A_DEGREE
        half_lon = WIDTH / 2 / self.scale / _METRES_A_DEGREE / math.cos(math.radians(self.lat))
        return {
            "west": self.lon - half_lon, "south": self.lat - half_lat,
            "east": self.lon + half_lon, "north": self.lat + half_lat,
        }  # fmt: skip


def frame_of(points: Sequence[tuple[float, float]]) -> Frame:
    """Give the frame that shows all the points with room around them."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    high = max((max(lats) - min(lats)) * _METRES_A_DEGREE, LEAST_M * HEIGHT / WIDTH)
    wide = max((max(lons) - min(lons)) * _METRES_A_DEGREE * math.cos(math.radians(lat)), LEAST_M)
    return Frame(lat, lon, min(WIDTH / wide, HEIGHT / high) * 0.82)


def sketch(
    session: Session, area: Area, start: tuple[float, float], places: Sequence[tuple[float, float]], reach_m: float
) -> dict[str, Any]:
    """Give what the card's template draws: paths, circles, the way, and a scale bar of a round length."""
    frame = frame_of([start, *places])
    roads: list[str] = []
    blocks: list[str] = []
    for row in session.execute(sql("beats.roads"), frame.box()):
        path = _path(json.loads(row.shape), frame)
        (roads if row.kind == "road" else blocks).append(path)
    edges = [
        _path(json.loads(row.shape), frame)
        for row in session.execute(sql("beats.areas"), {"units": [unit.id for unit in area.units]})
    ]
    way = [frame.at(*start), *(frame.at(*place) for place in places), frame.at(*start)]
    bar_m = next(
        length for length in (5000, 2000, 1000, 500, 250) if length * frame.scale <= WIDTH / 3 or length == 250
    )
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "roads": roads,
        "blocks": blocks,
        "edges": edges,
        "way": " ".join(f"{x},{y}" for x, y in way),
        "start": frame.at(*start),
        "places": [frame.at(*place) for place in places],
        "reach": round(reach_m * frame.scale, 1),
        "bar": round(bar_m * frame.scale, 1),
        "bar_m": bar_m,
    }


def _path(shape: dict[str, Any], frame: Frame) -> str:
    """Give a GeoJSON geometry as the `d` of an SVG path."""
    kind, parts = shape["type"], shape["coordinates"]
    lines: Iterable[Any] = {
        "LineString": [parts], "MultiLineString": parts, "Polygon": parts,
        "MultiPolygon": [ring for polygon in parts for ring in polygon],
    }.get(kind, [])  # fmt: skip
    found = []
    for line in lines:
        corners = [frame.at(lat, lon) for lon, lat, *_ in line]
        found.append("M" + "L".join(f"{x} {y}" for x, y in corners))
    return "".join(found)
