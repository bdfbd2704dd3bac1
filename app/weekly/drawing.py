"""The risk map of a briefing as SVG, for page and print: cells by class, the outline, numbers on the named cells."""

import json
import math
from typing import Any

from spatial import cells as h3cells

WIDTH = 640.0
MOST_HEIGHT = 640.0
#: Light to dark on white paper and on a white card alike (ux.md 3.5; the forecast's blues of the map).
COLOURS = ("#cfe3f1", "#a3cbe5", "#6eaed5", "#3d8dc2", "#1b6aa8", "#084a86")
SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)


def classes(rates: list[float]) -> list[float]:
    """Give the breaks between the classes: the top ones hold the few cells that stand out."""
    ranked = sorted(rates)
    if not ranked:
        return []
    found: list[float] = []
    for share in SHARES:
        value = float(f"{ranked[min(len(ranked) - 1, int(share * len(ranked)))]:.2g}")
        if value > (found[-1] if found else 0):
            found.append(value)
    return found


def class_of(rate: float, edges: list[float]) -> int:
    """Give the class of a rate: how many breaks it reaches."""
    return sum(rate >= edge for edge in edges)


def drawing(figures: dict[str, Any]) -> dict[str, Any]:
    """Give what the template draws: paths by class, the outline, numbered marks, a scale bar, the legend."""
    outline = json.loads(figures["outline"])
    rings = _rings(outline)
    lons, lats = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    risk = figures["risk"]
    cells = risk["cells"] if risk else []
    if cells:  # where only a city of a province is forecast, the map shows that city
        centres = [h3cells.centre(h3cells.from_hex(cell["cell"])) for cell in cells]
        lats, lons = [lat for lat, _ in centres], [lon for _, lon in centres]
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    middle = (south + north) / 2
    squeeze = math.cos(math.radians(middle))
    wide, high = max((east - west) * squeeze, 0.01) * 1.06, max(north - south, 0.01) * 1.06
    scale = min(WIDTH / wide, MOST_HEIGHT / high)
    width, height = WIDTH, round(min(MOST_HEIGHT, max(high * scale, 240)), 1)

    def at(lon: float, lat: float) -> tuple[float, float]:
        x = (lon - (west + east) / 2) * squeeze * scale + width / 2
        return round(x, 1), round((middle - lat) * scale + height / 2, 1)

    def path(corners: list[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in (at(lon, lat) for lon, lat in corners)) + "Z"

    edges = classes([cell["rate"] for cell in cells])
    colours = COLOURS[-(len(edges) + 1) :]
    shapes: list[list[str]] = [[] for _ in colours]
    for cell in cells:
        corners = [(lon, lat) for lat, lon in h3cells.boundary(h3cells.from_hex(cell["cell"]))]
        shapes[class_of(cell["rate"], edges)].append(path(corners))
    marks = []
    for cell in risk["named"] if risk else []:
        lat, lon = h3cells.centre(h3cells.from_hex(cell["cell"]))
        marks.append(at(lon, lat))
    kilometre = scale / 111.195
    bar = next((length for length in (100, 50, 20, 10, 5, 2) if length * kilometre <= width / 4), 1)
    return {
        "width": width,
        "height": height,
        "outline": "".join(path(ring) for ring in rings),
        "classes": [
            {"colour": colour, "d": "".join(found), "low": edges[index - 1] if index else None,
             "high": edges[index] if index < len(edges) else None, "count": len(found)}
            for index, (colour, found) in enumerate(zip(colours, shapes, strict=True))
        ] if cells else [],
        "marks": marks,
        "bar": round(bar * kilometre, 1),
        "bar_km": bar,
    }  # fmt: skip


def _rings(shape: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Give the outer rings of a GeoJSON polygon or multipolygon as (longitude, latitude)."""
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    return [[(x, y) for x, y, *_ in polygon[0]] for polygon in parts]
