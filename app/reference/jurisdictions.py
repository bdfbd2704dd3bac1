"""The tree of jurisdictions built from the files: country to district as mapped, circle to beat derived.

Levels are data: a force that hands over its own boundaries replaces the derived rows. No database is touched here.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Point

from app.reference import areas, files
from app.reference.rules import plain
from spatial import cells

THANA = "police station (thana)"
CIRCLE_FROM = 6  # stations: a smaller district is one circle, so a level of its own would say nothing
DERIVED_AREA = "derived: Voronoi of OpenStreetMap police stations (ODbL 1.0 © OpenStreetMap contributors)"
MAPPED = "OpenStreetMap administrative boundaries (ODbL 1.0 © OpenStreetMap contributors)"

DEMONSTRATION_DISTRICTS = (
    "Lahore", "Karachi Central", "Karachi East", "Karachi South", "Karachi West", "Keamari", "Korangi", "Malir",
    "Islamabad", "Peshawar", "Quetta",
)  # fmt: skip

_STATION_WORDS = re.compile(r"\b(?:police|poice|polie)\s+station\b|\bthana\b|\bP\.?S\.?(?=\s)|\bPs\b", re.IGNORECASE)
_STATION_WORDS_UR = re.compile(r"تھانہ|پولیس|اسٹیشن|[A-Za-z]+")


@dataclass(slots=True)
class Jurisdiction:
    """One node of the tree, with the area and cells that it holds."""

    code: str
    level: str
    parent: str | None
    name: str
    name_ur: str | None
    area: MultiPolygon
    source: str
    derived: bool = False
    seat: Point | None = None
    population: int | None = None
    area_cells: list[int] = field(default_factory=list)
    aliases: tuple[str, ...] = ()
    district: str | None = None


def label(code: str) -> str:
    """Give a code as one label of an ltree path."""
    return re.sub(r"[^A-Za-z0-9]", "_", code)


def paths(nodes: list[Jurisdiction]) -> dict[str, str]:
    """Give the ltree path of every code; parents come before their children."""
    found: dict[str, str] = {}
    for node in nodes:
        found[node.code] = f"{found[node.parent]}.{label(node.code)}" if node.parent else label(node.code)
    return found


def build() -> Iterator[Jurisdiction]:
    """Give every jurisdiction, parents first."""
    stations = stations_by_district()
    for node in upper_nodes():
        yield node
        if node.level == "district":
            yield from below_district(node, stations.get(node.name, []))


def upper_nodes() -> Iterator[Jurisdiction]:
    """Give the jurisdictions as mapped, from the country down to the districts, parents first."""
    country_row, country_area = files.boundaries("country")[0]
    districts = sorted(files.boundaries("districts"), key=lambda item: item[0]["id"])
    # The map data have no Urdu name of a region, and of some districts none or a misspelt one.
    urdu = {(row["level"], row["name"]): row["name_ur"] for row in files.table("jurisdiction/area_names_ur.csv")}
    people: dict[str, int] = defaultdict(int)
    for row, _ in districts:
        for name in ("PK", row["province"], (row["province"], row["division"])):
            people[name] += int(row["pop_2023"] or 0)  # type: ignore[index]
    yield Jurisdiction(
        "PK", "country", None, country_row["name"], country_row["name_ur"],
        areas.multipolygon(country_area), MAPPED, population=people["PK"],
    )  # fmt: skip
    provinces = {row["name"]: row["code"] for row in files.table("jurisdiction/provinces.csv")}
    for row, area in files.boundaries("provinces"):
        yield Jurisdiction(
            provinces[row["name"]], "province", "PK", row["name"], row["name_ur"], areas.multipolygon(area), MAPPED,
            population=people[row["name"]] or None,
        )  # fmt: skip
    for row, area in files.boundaries("divisions"):
        yield Jurisdiction(
            region_code(provinces[row["province"]], row["name"]), "region", provinces[row["province"]], row["name"],
            urdu.get(("region", row["name"])), areas.multipolygon(area), MAPPED,
            population=people[row["province"], row["name"]] or None,  # type: ignore[index]
        )  # fmt: skip
    codes = {row["district_id"]: row["code"] for row in files.table("jurisdiction/district_codes.csv")}
    for row, area in districts:
        yield Jurisdiction(
            f"{provinces[row['province']]}-{codes[row['id']]}", "district",
            region_code(provinces[row["province"]], row["division"]), row["name"],
            urdu.get(("district", row["name"])) or row["name_ur"], areas.multipolygon(area), MAPPED,
            population=int(row["pop_2023"] or 0) or None, district=row["name"],
        )  # fmt: skip


def with_areas(districts: list[Jurisdiction]) -> Iterator[Jurisdiction]:
    """Give the stations of districts with their areas, without circles, beats and cells: a tenth of the time."""
    stations = stations_by_district()
    for district in districts:
        own = stations.get(district.name, [])
        if own:
            parts = areas.nearest_parts(district.area, np.array([(one.point.x, one.point.y) for one in own]))
            used: set[str] = set()
            made = [_station(district, one, area, used) for one, area in zip(own, parts, strict=True)]
            _tell_apart(made)
            yield from made


def station_nodes() -> Iterator[Jurisdiction]:
    """Give the stations with their codes, names and seats, without the areas that take seconds to derive."""
    provinces = {row["name"]: row["code"] for row in files.table("jurisdiction/provinces.csv")}
    codes = {row["district_id"]: row["code"] for row in files.table("jurisdiction/district_codes.csv")}
    stations = stations_by_district()
    for row, _ in sorted(files.boundaries("districts"), key=lambda item: item[0]["id"]):
        code, used = f"{provinces[row['province']]}-{codes[row['id']]}", set[str]()
        district = Jurisdiction(code, "district", None, row["name"], None, MultiPolygon(), MAPPED, district=row["name"])
        own = [_station(district, station, MultiPolygon(), used) for station in stations.get(row["name"], [])]
        _tell_apart(own)
        yield from own


def region_code(province: str, name: str) -> str:
    """Give the code of a region: ``PK-PB-R-LAHORE``."""
    return f"{province}-R-{slug(name)}"


def slug(name: str) -> str:
    """Give a name as part of a code: capital letters, digits and single hyphens."""
    return re.sub(r"[^A-Z0-9]+", "-", plain(name).upper()).strip("-")


@dataclass(slots=True)
class StationPoint:
    """One thana of the map data: its point and its names, of which none may be its own."""

    osm_id: str
    name: str
    name_ur: str | None
    aliases: tuple[str, ...]
    point: Point
    is_named: bool = True


def stations_by_district() -> dict[str, list[StationPoint]]:
    """Give the thanas of each district by their map identifiers, named after themselves or a place near."""
    urdu = {row["name"]: row["name_ur"] for row in files.table("jurisdiction/station_names_ur.csv")}
    found: dict[str, list[StationPoint]] = defaultdict(list)
    for row, point in files.features("openstreetmap/police_stations.geojson"):
        if row["kind"] != THANA:
            continue
        written = tuple(name for name in (row["name"], row["name_ur"], row["alt_name"]) if name)
        own = own_name(row["name"] or row["name_ur"] or "")
        own_ur = " ".join(_STATION_WORDS_UR.sub(" ", row["name_ur"] or "").split()) or urdu.get(own)
        found[row["district"]].append(StationPoint(row["osm_id"], own, own_ur, written, point, bool(own)))
    for stations in found.values():
        stations.sort(key=lambda station: int(station.osm_id[1:]))
    _name_the_nameless(found)
    return found


def own_name(written: str) -> str:
    """Give a station's name without the words for a police station: ``Gulberg Police Station`` is ``Gulberg``."""
    name = _STATION_WORDS.sub(" ", re.sub(r"[\u0600-\u06ff]+", " ", written))
    name = " ".join(re.sub(r"[(),]", " ", name).split()).strip(" -.")
    if name.isupper() and len(name) > 5 or name.islower():
        name = name.title()
    return name if re.search(r"[A-Za-z]", name) else ""


def _name_the_nameless(stations: dict[str, list[StationPoint]]) -> None:
    nameless = {district: [s for s in listed if not s.is_named] for district, listed in stations.items()}
    places: dict[str, list[dict[str, str]]] = {district: [] for district, listed in nameless.items() if listed}
    for row in files.table("places/gazetteer.csv.gz"):
        if row["district"] in places:
            places[row["district"]].append(row)
    for district, near in places.items():
        where = np.array([(float(row["lon"]), float(row["lat"])) for row in near])
        for station in nameless[district]:
            place = near[int(((where - [station.point.x, station.point.y]) ** 2).sum(axis=1).argmin())]
            station.name = f"near {place['name']}"
            if not station.name_ur and place["name_ur"]:
                station.name_ur = f"نزد {place['name_ur']}"


def below_district(district: Jurisdiction, stations: list[StationPoint]) -> Iterator[Jurisdiction]:
    """Give the circles, stations and beats of one district, parents first; none where no station is known."""
    if not stations:
        return
    points = np.array([(station.point.x, station.point.y) for station in stations])
    parts = areas.nearest_parts(district.area, points)
    used: set[str] = set()
    nodes: list[tuple[Jurisdiction, list[Jurisdiction]]] = []
    for station, area in zip(stations, parts, strict=True):
        node = _station(district, station, area, used)
        beats = list(_beats(node)) if district.name in DEMONSTRATION_DISTRICTS else []
        held = {cell for beat in beats for cell in cells.uncompact(beat.area_cells, cells.BASE_RESOLUTION)}
        node.area_cells = cells.compact(held or cells.cells_of_polygon(area, cells.BASE_RESOLUTION))
        nodes.append((node, beats))
    _tell_apart([node for node, _ in nodes])
    if len(stations) >= CIRCLE_FROM:
        for members in areas.groups(points):
            circle = _circle(district, [nodes[i][0] for i in members], [stations[i] for i in members], points[members])
            for i in members:
                nodes[i][0].parent = circle.code
            yield circle
    for node, beats in nodes:
        yield node
        yield from beats


def _station(district: Jurisdiction, station: StationPoint, area: MultiPolygon, used: set[str]) -> Jurisdiction:
    base, count = slug(station.name), 1
    while (code := base if count == 1 else f"{base}-{count}") in used:
        count += 1
    used.add(code)
    name = station.name if count == 1 else f"{station.name} ({count})"
    aliases = {
        *station.aliases,
        station.name,
        name,
        f"PS {station.name}",
        f"Thana {station.name}",
        f"{station.name} Police Station",
    }
    if station.name_ur:
        aliases |= {station.name_ur, f"تھانہ {station.name_ur}"}
    if count > 1 or not station.is_named:  # a second one of that name must not be found by the name alone
        aliases = {name, f"PS {name}"}
    return Jurisdiction(
        f"{district.code}-{code}", "station", district.code, f"PS {name}",
        f"تھانہ {station.name_ur}" if station.name_ur else None, area, DERIVED_AREA, derived=True,
        seat=station.point, aliases=tuple(sorted(aliases)), district=district.name,
    )  # fmt: skip


def _tell_apart(stations: list[Jurisdiction]) -> None:
    # صدر is both Saddar and Sadar of Gujranwala: a spelling that two stations of a district share finds neither.
    count = Counter(key for station in stations for key in {_spelling(alias) for alias in station.aliases})
    for station in stations:
        station.aliases = tuple(alias for alias in station.aliases if count[_spelling(alias)] == 1)


def _spelling(name: str) -> str:
    return re.sub(r"\W+", "", plain(name))


def _circle(
    district: Jurisdiction, nodes: list[Jurisdiction], stations: list[StationPoint], points: np.ndarray
) -> Jurisdiction:
    gap = ((points - points.mean(axis=0)) ** 2).sum(axis=1)
    named = [i for i in range(len(nodes)) if stations[i].is_named] or list(range(len(nodes)))
    middle = min(named, key=lambda i: (gap[i], nodes[i].code))
    own = nodes[middle].name.removeprefix("PS ")
    name_ur = nodes[middle].name_ur
    return Jurisdiction(
        f"{district.code}-C-{slug(own)}", "circle", district.code, f"Circle {own}",
        name_ur.replace("تھانہ", "سرکل", 1) if name_ur else None, areas.merged([node.area for node in nodes]),
        DERIVED_AREA, derived=True, district=district.name,
        area_cells=cells.compact(
            cell for node in nodes for cell in cells.uncompact(node.area_cells, cells.BASE_RESOLUTION)
        ),
    )  # fmt: skip


def _beats(station: Jurisdiction) -> Iterator[Jurisdiction]:
    parts = areas.parts_of(station.area, areas.beat_count(areas.area_km2(station.area)))
    for number, area in enumerate(parts, start=1):
        yield Jurisdiction(
            f"{station.code}-B{number}", "beat", station.code, f"Beat {number}, {station.name}",
            f"بیٹ {number}، {station.name_ur}" if station.name_ur else f"بیٹ {number}", area,
            "derived: even parts of a derived station area (ODbL 1.0 © OpenStreetMap contributors)", derived=True,
            area_cells=cells.compact(_cells(area)), district=station.district,
        )  # fmt: skip


def _cells(area: MultiPolygon) -> list[int]:
    found = cells.cells_of_polygon(area, cells.BASE_RESOLUTION)
    if found:
        return found
    inside = shapely.point_on_surface(area)
    return [cells.cell_of(inside.y, inside.x)]
