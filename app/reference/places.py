"""Places and ground from the files: what the geocoder looks up, and what is drawn under the data. No database here."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from app.reference import areas, files
from app.reference.jurisdictions import Jurisdiction
from spatial.addresses import normalise

# Population from which a place has the rank, and the radius in metres within which the name is used.
_SIZES = ((1_000_000, 1, 9000), (300_000, 2, 6000), (100_000, 3, 4000), (30_000, 4, 2500), (10_000, 5, 1800))
_VILLAGE = (8, 1200)  # GeoNames points are often true to the minute only
_NEIGHBOURHOOD_M = 800.0
_LANDMARK_M = 150.0
_STATION_M = 100.0
_JUNCTION_M = 60.0
# Half the width of a street with the houses that have its name: 30 m in degrees of latitude.
_STREET_SIDE = 30.0 / 110_900.0


class Address(NamedTuple):
    """The address that a point of interest carries: what else stands on its street is near it."""

    number: str
    street: str
    place: str
    suburb: str
    city: str


@dataclass(slots=True)
class Place:
    """One named place with every name that finds it; a point of interest that has only an address has no name."""

    ref: str
    kind: str
    category: str | None
    name: str
    name_ur: str | None
    point: Point
    extent: BaseGeometry | None
    radius_m: float
    population: int
    rank: int
    district: str | None
    city: str | None
    licence: str
    names: tuple[str, ...]
    address: Address | None = None


@dataclass(slots=True)
class Ground:
    """One shape of the base map; degrees, EPSG:4326."""

    kind: str
    name: str | None
    name_ur: str | None
    category: str | None
    shape: BaseGeometry
    min_zoom: int
    licence: str


def build(nodes: list[Jurisdiction]) -> Iterator[Place]:
    """Give every place: settlements, neighbourhoods, points of interest, streets, areas and stations."""
    extents = {row["id"]: shape for row, shape in files.features("places/neighbourhood_polygons.geojson.gz")}
    extents |= {row["id"]: shape for row, shape in files.features("places/city_footprints.geojson.gz")}
    for row in files.table("places/gazetteer.csv.gz"):
        yield _settlement(row, extents.get(row["id"]))
    for row in files.table("openstreetmap/pois.csv.gz"):
        yield Place(
            row["osm_id"], "landmark", row["category"], row["name"], row["name_ur"] or None,
            Point(float(row["lon"]), float(row["lat"])), None, _LANDMARK_M, 0, 9, row["district"], row["city"] or None,
            files.OSM_LICENCE, _names(row["name"], row["name_ur"], row["alt_name"]), _address(row),
        )  # fmt: skip
    yield from _streets(nodes)
    yield from _roads(nodes)
    for node in nodes:
        if node.level == "station" and node.seat is not None:
            yield Place(
                node.code, "station", None, node.name, node.name_ur, node.seat, None, _STATION_M, 0, 8,
                node.district, None, files.OSM_LICENCE, node.aliases,
            )  # fmt: skip


def _names(*written: str | None) -> tuple[str, ...]:
    # OpenStreetMap parts variants by ';', Who's On First by '|'.
    split = (part.strip() for text in written if text for part in text.replace(";", "|").split("|"))
    return tuple(dict.fromkeys(part for part in split if part))


def _settlement(row: dict[str, str], extent: BaseGeometry | None) -> Place:
    people = int(float(row["population"] or 0))
    rank, radius = next(((r, m) for floor, r, m in _SIZES if people >= floor), _VILLAGE)
    radius_m = float(radius)
    if row["placetype"] == "neighbourhood":
        rank, radius_m = (6 if extent is not None else 7), _NEIGHBOURHOOD_M
    if extent is not None:
        radius_m = max(150.0, round(1000 * math.sqrt(areas.area_km2(extent) / math.pi)))
    return Place(
        row["id"], row["placetype"], row["feature_code"] or None, row["name"], row["name_ur"] or None,
        Point(float(row["lon"]), float(row["lat"])), areas.multipolygon(extent) if extent is not None else None,
        radius_m, people, rank, row["district"], row["city"] or None, files.WOF_LICENCE,
        _names(row["name"], row["name_ur"], row["alt_names"], row["alt_names_ur"]),
    )  # fmt: skip


def _address(row: dict[str, str]) -> Address | None:
    address = Address(row["addr_number"], row["addr_street"], row["addr_place"], row["addr_suburb"], row["addr_city"])
    return address if address.street or address.place or address.suburb else None


def _roads(nodes: list[Jurisdiction]) -> Iterator[Place]:
    """Give the streets and junctions of inner Karachi as mapped, the ways of one name being one street."""
    districts = [node for node in nodes if node.level == "district"]
    tree = shapely.STRtree([node.area for node in districts])
    ways: dict[str, list[tuple[dict[str, str], BaseGeometry]]] = defaultdict(list)
    for row, shape in files.features("openstreetmap/roads_inner_karachi.geojson.gz"):
        if key := normalise(row["name"] or ""):
            ways[f"junction {row['osm_id']}" if shape.geom_type == "Point" else key].append((row, shape))
    for parts in ways.values():
        row, shape = parts[0][0], shapely.union_all([shape for _, shape in parts])
        middle = shapely.get_point(shapely.shortest_line(shape, shape.centroid), 0)
        district = districts[tree.nearest(middle)].district
        extent = areas.multipolygon(shapely.buffer(shape, _STREET_SIDE)) if shape.length else None
        half_m = max(_JUNCTION_M, _diagonal_m(shape) / 2)
        written = [row.get(name) or "" for row, _ in parts for name in ("name", "name_en", "name_ur")]
        # "Shahrah-e-Liaquat (Frere Road)" has two names, the new and the old.
        names = _names(*written, *(name for text in written if "(" in text for name in re.split(r"[()]", text)))
        yield Place(
            f"osm-{row['osm_id']}", "street", "road" if shape.length else "junction", row["name"],
            row["name_ur"] or None, middle, extent, half_m, 0, 8, district, "Karachi", files.OSM_LICENCE, names,
        )  # fmt: skip


def _diagonal_m(shape: BaseGeometry) -> float:
    west, south, east, north = shape.bounds
    return math.hypot((east - west) * 111_320.0 * areas.stretch(shape), (north - south) * 110_900.0)


def _streets(nodes: list[Jurisdiction]) -> Iterator[Place]:
    districts = [node for node in nodes if node.level == "district"]
    tree = shapely.STRtree([node.area for node in districts])
    rows = list(files.table("openstreetmap/osm_address_names.csv.gz"))
    points = shapely.points([(float(row["lon"]), float(row["lat"])) for row in rows])
    nearest = tree.nearest(points)
    for number, (row, point, district) in enumerate(zip(rows, points, nearest, strict=True)):
        spread_m = float(row["p90_km"] or 0) * 1000
        low, high = (250.0, 3000.0) if row["type"] == "street" else (400.0, 3000.0)
        yield Place(
            f"osm-address-{number}", row["type"], None, row["name"], None, point, None,
            min(max(spread_m, low), high), 0, 8, districts[district].district, row["city"] or None,
            files.OSM_LICENCE, _names(row["name"]),
        )  # fmt: skip


def ground() -> Iterator[Ground]:
    """Give the shapes of the base map: outlines by simplified districts, footprints, neighbourhoods, roads."""
    districts = files.features("openstreetmap/districts_web.geojson.gz")
    country = files.boundaries("country")[0][0]
    outline = shapely.union_all([shape for _, shape in districts])
    yield Ground("country", country["name"], country["name_ur"], None, outline, 0, files.OSM_LICENCE)
    for row, _ in files.boundaries("provinces"):  # from the same arcs as the districts, so that lines lie on lines
        own = shapely.union_all([shape for district, shape in districts if district["province"] == row["name"]])
        yield Ground("province", row["name"], row["name_ur"], row["kind"], own, 0, files.OSM_LICENCE)
    for row, shape in districts:
        yield Ground("district", row["name"], row["name_ur"], None, shape, 5, files.OSM_LICENCE)
    for row, shape in files.boundaries("line_of_control"):
        yield Ground("line_of_control", row["name"], None, row["kind"], shape, 0, files.OSM_LICENCE)
    for row, shape in files.features("places/city_footprints.geojson.gz"):
        large = (row["population"] or 0) >= 300_000
        yield Ground("footprint", row["name"], row["name_ur"], None, shape, 6 if large else 9, files.WOF_LICENCE)
    for row, shape in files.features("places/neighbourhood_polygons.geojson.gz"):
        yield Ground("neighbourhood", row["name"], row["name_ur"], None, shape, 11, files.WOF_LICENCE)
    for row, shape in files.features("openstreetmap/roads_inner_karachi.geojson.gz"):
        if shape.geom_type.endswith("LineString"):
            zoom = 11 if row["highway"] in {"trunk", "primary", "secondary", "motorway"} else 14
            yield Ground("road", row["name"], row["name_ur"], row["highway"], shape, zoom, files.OSM_LICENCE)
