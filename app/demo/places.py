"""The ground on which the demonstration happens: real stations, neighbourhoods and landmarks of five cities.

Read from ``data/`` alone, so that the generator needs no database. Coordinates are degrees, EPSG:4326.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.reference import files, jurisdictions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

M_PER_DEGREE = 111_200.0

# Each district's city in English and Urdu, and its share of the demonstration's records.
CITIES = {
    "Lahore": ("Lahore", "لاہور", 0.34),
    "Karachi Central": ("Karachi", "کراچی", 0.075),
    "Karachi East": ("Karachi", "کراچی", 0.095),
    "Karachi South": ("Karachi", "کراچی", 0.070),
    "Karachi West": ("Karachi", "کراچی", 0.040),
    "Keamari": ("Karachi", "کراچی", 0.035),
    "Korangi": ("Karachi", "کراچی", 0.045),
    "Malir": ("Karachi", "کراچی", 0.030),
    "Islamabad": ("Islamabad", "اسلام آباد", 0.11),
    "Peshawar": ("Peshawar", "پشاور", 0.11),
    "Quetta": ("Quetta", "کوئٹہ", 0.05),
}


@dataclass(frozen=True)
class Anchor:
    """One named place at which things happen."""

    name: str
    name_ur: str | None
    kind: str  # neighbourhood, landmark or village
    category: str
    district: int


@dataclass(frozen=True)
class World:
    """Districts, stations and anchors as arrays beside their names.

    ``anchor_xy`` (a, 2) and ``station_xy`` (s, 2) are longitude and latitude; ``anchor_spread_m`` (a,) is the standard
    deviation of what happens about an anchor; ``anchor_district`` and ``station_district`` count in ``districts``.
    """

    districts: tuple[str, ...]
    areas: tuple[BaseGeometry, ...]
    shares: Floats
    stations: tuple[str, ...]
    station_xy: Floats
    station_district: Ints
    anchors: tuple[Anchor, ...]
    anchor_xy: Floats
    anchor_spread_m: Floats
    anchor_district: Ints
    streets: dict[str, tuple[str, ...]]

    def stations_of(self, xy: Floats, district: Ints) -> Ints:
        """Give the station in whose derived area each point lies: the nearest of its district.

        Parameters
        ----------
        xy : ndarray of float64, shape (n, 2)
        district : ndarray of int64, shape (n,)
        """
        found = np.zeros(len(xy), dtype=np.int64)
        for number, area in enumerate(self.areas):
            here = np.flatnonzero(district == number)
            if not len(here):
                continue
            # the same stretch as the derived areas', so that both agree to the metre
            scale = np.array([stretch(area), 1.0])
            own = np.flatnonzero(self.station_district == number)
            gap = xy[here][:, None, :] * scale - self.station_xy[own][None] * scale
            found[here] = own[(gap**2).sum(axis=2).argmin(axis=1)]
        return found

    def keep_inside(self, xy: Floats, district: Ints, fallback: Floats) -> Floats:
        """Give the points, those that fell outside their district replaced by ``fallback``."""
        kept = xy.copy()
        for number, area in enumerate(self.areas):
            here = np.flatnonzero(district == number)
            if len(here):
                out = here[~shapely.contains_xy(area, xy[here, 0], xy[here, 1])]
                kept[out] = fallback[out]
        return kept


def stretch(area: BaseGeometry) -> float:
    """Give how long a degree of longitude is beside one of latitude, at the middle of an area."""
    _, south, _, north = area.bounds
    return math.cos(math.radians((south + north) / 2))


def metres(xy: Floats) -> Floats:
    """Give points in metres on a plane good within one city: x eastward, y northward."""
    return np.column_stack([xy[:, 0] * M_PER_DEGREE * np.cos(np.radians(xy[:, 1])), xy[:, 1] * M_PER_DEGREE])


def moved(xy: Floats, east_m: Floats, north_m: Floats) -> Floats:
    """Give points moved by metres."""
    return np.column_stack(
        [xy[:, 0] + east_m / (M_PER_DEGREE * np.cos(np.radians(xy[:, 1]))), xy[:, 1] + north_m / M_PER_DEGREE]
    )


def world() -> World:
    """Give the demonstration's ground, the same every time."""
    names = tuple(CITIES)
    number = {name: i for i, name in enumerate(names)}
    shapes = {row["name"]: shape for row, shape in files.boundaries("districts") if row["name"] in number}
    for shape in shapes.values():
        shapely.prepare(shape)
    stations = [node for node in jurisdictions.station_nodes() if node.district in number and node.seat is not None]
    anchors, xy, spread = _anchors(number, shapes)
    return World(
        districts=names,
        areas=tuple(shapes[name] for name in names),
        shares=np.array([CITIES[name][2] for name in names]),
        stations=tuple(node.code for node in stations),
        station_xy=np.array([(node.seat.x, node.seat.y) for node in stations if node.seat is not None]),
        station_district=np.array([number[node.district or ""] for node in stations]),
        anchors=tuple(anchors),
        anchor_xy=np.array(xy),
        anchor_spread_m=np.array(spread),
        anchor_district=np.array([anchor.district for anchor in anchors]),
        streets=_streets(),
    )


def _anchors(
    number: dict[str, int], shapes: dict[str, BaseGeometry]
) -> tuple[list[Anchor], list[tuple[float, float]], list[float]]:
    extents = {row["id"]: shape for row, shape in files.features("places/neighbourhood_polygons.geojson.gz")}
    town = {row["district"]: shape for row, shape in files.features("places/city_footprints.geojson.gz")
            if row["name"] in {"Lahore", "Peshawar", "Quetta", "Islamabad"}}  # fmt: skip
    rows = [row for row in files.table("places/gazetteer.csv.gz") if row["district"] in number]
    pois = [row for row in files.table("openstreetmap/pois.csv.gz") if row["district"] in number]
    # a name that a district holds twice would not say where
    count = Counter((row["district"], row["name"].casefold()) for row in (*rows, *pois))
    found: list[tuple[Anchor, tuple[float, float], float]] = []
    for row in rows:
        if count[row["district"], row["name"].casefold()] > 1:
            continue
        point = (float(row["lon"]), float(row["lat"]))
        extent = extents.get(row["id"])
        built = row["district"] in town and shapely.contains_xy(town[row["district"]], *point)
        kind = "neighbourhood" if row["placetype"] == "neighbourhood" or built else "village"
        spread = 350.0 if kind == "neighbourhood" else 500.0
        if extent is not None:
            spread = min(max(0.3 * math.sqrt(extent.area) * M_PER_DEGREE, 80.0), 600.0)
        if int(float(row["population"] or 0)) < 300_000:  # the city's own point is no neighbourhood
            found.append(
                (Anchor(row["name"], row["name_ur"] or None, kind, "", number[row["district"]]), point, spread)
            )
    for row in pois:
        if count[row["district"], row["name"].casefold()] == 1 and row["name"].isascii() and len(row["name"]) > 4:
            anchor = Anchor(row["name"], row["name_ur"] or None, "landmark", row["category"], number[row["district"]])
            found.append((anchor, (float(row["lon"]), float(row["lat"])), 90.0))
    inside = [item for item in found if shapely.contains_xy(shapes[list(number)[item[0].district]], *item[1])]
    return [item[0] for item in inside], [item[1] for item in inside], [item[2] for item in inside]


def _streets() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in files.table("openstreetmap/osm_address_names.csv.gz"):
        if row["type"] == "street" and int(row["n"]) >= 2:
            found[row["city"]].append(row["name"])
    return {city: tuple(sorted(names)) for city, names in found.items()}
