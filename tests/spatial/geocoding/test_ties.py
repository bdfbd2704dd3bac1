"""Tests of places told by other named places: between two, on the road between two, so far from one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from spatial import cells, projection
from spatial.addresses import parse_bearing
from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, bearing, candidates, resolve
from spatial.geocoding.column4 import draw
from spatial.geocoding.combine import Lump, combine
from spatial.geocoding.coverage import shrunk, smallest_set
from spatial.geocoding.frame import Frame
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.layers import Kernel
from spatial.geocoding.lines import Between, OnRoad, away_from
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import Fix, Method, Point

HOUSE = (31.5003, 74.3004)
STATION = StationArea("LHR-1", *HOUSE, shapely.box(74.15, 31.38, 74.45, 31.62), "Lahore")
WEST, EAST = (31.50, 74.28), (31.50, 74.30)


def place(ref: str, name: str, kind: str, lat: float, lon: float, **more: Any) -> Place:
    return Place(ref, name, kind, lat, lon, district="Lahore", **more)


PLACES = [
    (place("w", "Zafar Chowk", "landmark", *WEST), ["ظفر چوک"]),
    (place("w2", "Zafar Chowk", "landmark", 31.60, 74.42), []),
    (place("e", "Nusrat Market", "landmark", *EAST), ["نصرت مارکیٹ"]),
    (place("e2", "Nusrat Market", "landmark", 31.40, 74.18), []),
    (place("m", "Model Basti", "neighbourhood", 31.52, 74.36, extent=shapely.box(74.35, 31.51, 74.37, 31.53)),
     ["ماڈل بستی"]),
    (place("y", "Yusuf Chowk", "landmark", 31.60, 74.42), []),
    (place("y2", "Yusuf Chowk", "landmark", 31.505, 74.285), []),
    (place("d", "Dhokpur", "town", 31.45, 74.60, population=20_000), []),
    (place("a", "Alipur", "town", 31.45, 74.20, population=20_000), []),
    (place("b", "Bakhtpur", "town", 31.45, 74.50, population=20_000), []),
]  # fmt: skip
GAZETTEER = InMemoryGazetteer(PLACES, [STATION])


def ask(text: str, station: str | None = "LHR-1") -> Fix:
    return resolve(Query(text=text, station=station, district="Lahore"), GAZETTEER)


def codes(fix: Fix) -> list[str]:
    return [reason.code for reason in fix.reasons]


def mass_at(fix: Fix, lat: float, lon: float, metres: float) -> float:
    apart = projection.distances_m(lat, lon, cells.centres(fix.cells))
    return sum(mass for mass, gap in zip(fix.masses, apart, strict=True) if gap <= metres) / UNIT


@pytest.mark.parametrize(
    "text",
    [
        "between Zafar Chowk and Nusrat Market",
        "Zafar Chowk aur Nusrat Market ke darmian",
        "ظفر چوک اور نصرت مارکیٹ کے درمیان",
        "between Nusrat Market and Zafar Chowk, Lahore",
    ],
)
def test_between_is_a_capsule_about_the_line_of_the_pair_that_makes_sense(text: str) -> None:
    fix = ask(text)
    assert "between_places" in codes(fix)
    assert fix.point is not None and fix.accuracy_m is not None
    # Of two Zafar Chowks and two Nusrat Markets those are meant that lie two kilometres apart.
    assert projection.distance_m(fix.point.lat, fix.point.lon, 31.50, 74.29) < 200
    assert fix.matched in ("w", "e")
    # That both names are right is likely and not sure: the rest lies anywhere in an area of 760 km2, in coarse cells.
    assert 0.75 < mass_at(fix, 31.50, 74.29, 6_000) < 0.95
    assert mass_at(fix, 31.59, 74.29, 5_000) < 0.05


def test_a_bearing_beside_it_narrows_it() -> None:
    plain = ask("between Zafar Chowk and Nusrat Market")
    both = ask("between Zafar Chowk and Nusrat Market, 1.5 km west of PS")
    assert both.accuracy_m is not None and plain.accuracy_m is not None
    assert both.accuracy_m < 0.85 * plain.accuracy_m
    assert both.point is not None and both.point.lon < 74.2925


def test_where_one_end_is_known_it_lies_about_that() -> None:
    fix = ask("between Nusrat Market and Qwxzv Plaza", None)
    assert codes(fix)[0] == "between_one_known"
    assert fix.reasons[0].params["name"] == "Nusrat Market"
    neither = ask("between Qwxzv Plaza and Vbnrt Plaza")
    assert "between_unknown" in codes(neither) and neither.method is Method.STATION_AREA


def test_what_is_not_known_of_the_names_keeps_its_mass() -> None:
    """A guess of one in two is no circle of some hundred metres: the rest lies anywhere in the station's area."""
    fix = ask("between Nusrat Market and Qwxzv Plaza")
    assert fix.accuracy_m is not None and fix.accuracy_m > 5_000
    near = sum(mass_at(fix, *at, 6_000) for at in (EAST, (31.40, 74.18)))
    assert fix.score < near < 0.85
    free = ask("between Nusrat Market and Qwxzv Plaza", None)
    assert free.accuracy_m is not None and free.accuracy_m > 3_000, "the look-up's own circle"


def test_the_point_lies_where_the_text_puts_it_however_unsure_the_names() -> None:
    """Whatever else may be meant is in the circle, and never the point, though it has most of the mass."""
    told, wide = Kernel(*EAST, 200.0), Kernel(31.50, 74.35, 9_000.0)
    placed = combine([Lump(0.3, told), Lump(0.7, wide, leads=False)])
    assert placed is not None
    assert projection.distance_m(*EAST, placed.region.point.lat, placed.region.point.lon) < 300
    assert placed.region.accuracy_m > 8_000
    control = combine([Lump(0.3, told), Lump(0.7, wide)])
    assert control is not None and control.region.point.lon > 74.345
    alone = combine([Lump(1.0, wide, leads=False)])
    assert alone is not None and alone.region.point.lon == pytest.approx(74.35, abs=0.005)


def test_two_namesakes_that_lie_together_are_no_accident_in_a_whole_country() -> None:
    text = "between Zafar Chowk and Nusrat Market"
    here = resolve(Query(text=text, district="Lahore"), GAZETTEER)
    anywhere = resolve(Query(text=text), GAZETTEER)
    assert codes(anywhere) == codes(here) == ["between_places"] and anywhere.score > here.score


def test_a_pair_that_does_not_fit_is_weaker_than_the_station_s_area() -> None:
    fix = ask("between Alipur and Dhokpur")
    assert "name_weak" in codes(fix) and "between_places" not in codes(fix)


def test_the_place_is_named_that_leads() -> None:
    fix = ask("between Yusuf Chowk and Nusrat Market")
    assert fix.matched == "y2", "the first Yusuf Chowk lies far from every Nusrat Market"


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("between Zafar Chowk and Nusrat Market", {"w", "w2", "e", "e2"}),
        ("between Nusrat Market and Qwxzv Plaza", {"e", "e2"}),
        ("3 km north of Model Basti", {"m"}),
        ("on the road from Alipur to Bakhtpur at km 8", {"a", "b"}),
    ],
)
@pytest.mark.parametrize("station", ["LHR-1", None])
def test_the_list_to_choose_from_is_of_the_ends(text: str, refs: set[str], station: str | None) -> None:
    found = candidates(Query(text=text, station=station, district="Lahore"), GAZETTEER)
    assert {one.place.ref for one in found} == refs
    assert {one.reasons[0].code for one in found} == {"tie_end"}
    assert sum(one.score for one in found) == pytest.approx(1.0)
    assert len(candidates(Query(text=text, district="Lahore"), GAZETTEER, most=1)) == 1


def test_a_name_that_leads_is_chosen_from_and_not_the_end() -> None:
    found = candidates(Query(text="Nusrat Market, 6 km west of Model Basti", station="LHR-1"), GAZETTEER)
    assert found[0].place.ref in ("e", "e2") and found[0].reasons[0].code != "tie_end"


def test_a_town_that_only_the_text_names_tells_namesakes_apart() -> None:
    there = [(Place("x", "Kamran Chowk", "landmark", 33.6, 73.05, district="Rawalpindi", city="Rawalpindi"), [])]
    gazetteer = InMemoryGazetteer([*((one, []) for one in ROAD), *there])
    fix = resolve(Query(text="between Kamran Chowk and Qwxzv Market, Lahore"), gazetteer)
    assert "between_unknown" in codes(fix)
    plain = resolve(Query(text="between Kamran Chowk and Qwxzv Market"), gazetteer)
    assert plain.matched == "x", "the control"


def test_the_road_is_followed_from_the_first_end() -> None:
    fix = ask("on the road from Alipur to Bakhtpur at km 8", None)
    assert "on_road_between" in codes(fix)
    assert fix.point is not None
    straight = projection.destination(31.45, 74.20, 90.0, 7_200)
    assert projection.distance_m(*straight, fix.point.lat, fix.point.lon) < 1_200
    back = ask("on the road from Bakhtpur to Alipur at km 8", None)
    assert back.point is not None and back.point.lon > 74.40, "kilometres count from the end that is named first"
    beyond = ask("on the road from Alipur to Bakhtpur at km 90", None)
    assert "on_road_between" not in codes(beyond), "no such kilometre is between them"


def test_a_road_of_which_one_end_is_known() -> None:
    ring = ask("12 km on the road from Alipur to Qwxzvabad", None)
    assert codes(ring)[0] == "road_end_unknown"
    assert {round(bearing / 90.0) % 4 for bearing in _bearings(ring, 31.45, 74.20)} == {0, 1, 2, 3}
    nothing = ask("12 km on the road from Qwxzvabad to Alipur")
    assert "road_start_unknown" in codes(nothing)


ROAD = [
    place("town", "Lahore", "city", 31.50, 74.30, population=1_000_000),
    *(place(f"c{n}", f"Zarif Plaza {n}", "landmark", 31.50 + n * 1e-4, 74.30, city="Lahore") for n in range(12)),
    *(place(f"r{n}", "Qandeel Road", "street", 31.50, 74.30 + 0.02 * n, city="Lahore") for n in range(1, 9)),
]


@pytest.mark.parametrize("text", ["10 km Qandeel Road", "Qandeel Road par 10 km", "Qandeel Road km 10"])
def test_a_kilometre_of_a_road_lies_along_its_own_points(text: str) -> None:
    gazetteer = InMemoryGazetteer([(one, []) for one in ROAD])
    fix = resolve(Query(text=text, district="Lahore", city="Lahore"), gazetteer)
    assert codes(fix) == ["along_road"]
    assert fix.point is not None
    # The road runs east; ten kilometres of it end at 74.40 or a little before, or as far from its first point.
    assert abs(fix.point.lat - 31.50) < 0.01 and 74.36 < fix.point.lon < 74.43
    assert mass_at(fix, 31.50, 74.30, 3_000) < 0.05, "the control: by its name alone it would lie anywhere on the road"
    if text == "10 km Qandeel Road":
        named = resolve(Query(text=f"{text}, Lahore"), gazetteer)
        assert codes(named) == ["along_road"], "the town may stand in the text alone"
        assert named.point is not None
        assert projection.distance_m(named.point.lat, named.point.lon, fix.point.lat, fix.point.lon) < 200
    alone = resolve(Query(text="Qandeel Road", district="Lahore", city="Lahore"), gazetteer)
    assert "along_road" not in codes(alone)
    other = resolve(Query(text="10 km Bareera Road", district="Lahore", city="Lahore"), gazetteer)
    assert "along_road" not in codes(other)


@pytest.mark.parametrize("text", ["3 km north of PS on Qandeel Road", "3 km from PS on Qandeel Road"])
def test_a_distance_from_the_station_beside_a_road_is_no_kilometre_of_it(text: str) -> None:
    station = StationArea("LHR-9", 31.50, 74.37, shapely.box(74.25, 31.40, 74.50, 31.60), "Lahore")
    gazetteer = InMemoryGazetteer([(one, []) for one in ROAD], [station])
    fix = resolve(Query(text=text, station="LHR-9", district="Lahore", city="Lahore"), gazetteer)
    assert "along_road" not in codes(fix)
    if "north" in text:
        assert fix.point is not None and fix.point.lat > 31.50, "the direction holds"
    assert not bearing.is_from_elsewhere(text), "writers are learned from it"


def test_kilometres_of_a_road_beside_a_station_may_count_from_it() -> None:
    """The house stands at the road's fourth point, so three kilometres from it lie where none of the town's do."""
    house = (31.50, 74.38)
    station = StationArea("LHR-9", *house, shapely.box(74.25, 31.40, 74.50, 31.60), "Lahore")
    gazetteer = InMemoryGazetteer([(one, []) for one in ROAD], [station])
    fix = resolve(Query(text="3 km on Qandeel Road", station="LHR-9", city="Lahore"), gazetteer)
    assert codes(fix) == ["along_road_of_station"]
    # Only from the house do they lead so far east; from the town and the road's beginning they end at 74.35.
    assert share_between(fix, 74.395, 74.42) > 0.12
    assert share_between(fix, 74.30, 74.37) > 0.3
    # From a house that the road does not come near they are not counted.
    far = StationArea("LHR-8", 31.57, 74.405, shapely.box(74.25, 31.40, 74.50, 31.60), "Lahore")
    beside = InMemoryGazetteer([(one, []) for one in ROAD], [far])
    elsewhere = resolve(Query(text="3 km on Qandeel Road", station="LHR-8", city="Lahore"), beside)
    assert codes(elsewhere) == ["along_road"] and share_between(elsewhere, 74.395, 74.42) < 0.05
    # The control: with no station nothing lies where only its house leads.
    alone = resolve(Query(text="3 km on Qandeel Road", city="Lahore", district="Lahore"), gazetteer)
    assert codes(alone) == ["along_road"]
    assert share_between(alone, 74.395, 74.42) < 0.05


def share_between(fix: Fix, west: float, east: float) -> float:
    """Give the share of a fix's mass in cells whose middle lies between two meridians."""
    inside = [mass for cell, mass in zip(fix.cells, fix.masses, strict=True) if west < cells.centre(cell)[1] < east]
    return sum(inside) / sum(fix.masses)


def _bearings(fix: Fix, lat: float, lon: float) -> list[float]:
    middles = cells.centres(fix.cells)
    return np.degrees(np.arctan2(middles[:, 1] - lon, middles[:, 0] - lat)).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "3 km north of Model Basti",
        "Model Basti se 3 km shumal",
        "ماڈل بستی سے 3 کلومیٹر شمال",
        "ماڈل بستی کے شمال میں 3 کلومیٹر",
    ],
)
@pytest.mark.parametrize("station", ["LHR-1", None])
def test_a_distance_from_a_named_place_is_from_that_place(text: str, station: str | None) -> None:
    fix = ask(text, station)
    assert fix.method is Method.BEARING and fix.matched == "m"
    assert "origin_place" in codes(fix)
    assert fix.point is not None
    assert projection.distance_m(*projection.destination(31.52, 74.36, 0.0, 2_800), fix.point.lat, fix.point.lon) < 700
    own = ask(text.replace("Model Basti", "PS").replace("ماڈل بستی", "تھانہ"))
    assert own.point is not None
    assert projection.distance_m(*projection.destination(*HOUSE, 0.0, 2_800), own.point.lat, own.point.lon) < 700


def test_a_place_s_extent_counts() -> None:
    narrow, wide = (
        combine((), bearing=away_from(Point(31.5, 74.3), radius, 3_000.0, 0.0, 1_000.0, None, None, BELIEVED))
        for radius in (0.0, 1_500.0)
    )
    assert narrow is not None and wide is not None
    assert wide.region.area_m2 > 1.4 * narrow.region.area_m2


def test_an_origin_that_is_not_known_is_taken_for_the_station_with_little_trust() -> None:
    fix = ask("3 km north of Qwxzvpur")
    assert fix.method is Method.BEARING and "origin_unknown" in codes(fix)
    assert fix.score < 0.5 < ask("3 km north of PS").score


def test_a_name_leads_and_the_distance_from_another_place_narrows_it() -> None:
    fix = ask("Nusrat Market, 6 km west of Model Basti")
    assert fix.matched in ("e", "e2") and "origin_place" in codes(fix)
    alone = ask("Nusrat Market")
    assert fix.accuracy_m is not None and alone.accuracy_m is not None and fix.accuracy_m < alone.accuracy_m


def test_columns_that_give_the_distance_are_from_the_station() -> None:
    fix = resolve(Query(text="3 km north of Model Basti", station="LHR-1", distance_m=3000, direction=0), GAZETTEER)
    assert "origin_place" not in codes(fix)


def held(regions: list[tuple[Region, float, float]], by: float = 0.0) -> tuple[float, float]:
    """Give the shares of truths in the smallest nine tenths of the cells and in the circle."""
    inside, circle = 0, 0
    for region, lat, lon in regions:
        judged = shrunk(region, by) if by else region
        inside += cells.cell_of(lat, lon, judged.resolution) in smallest_set(judged)
        circle += projection.distance_m(lat, lon, judged.point.lat, judged.point.lon) <= judged.accuracy_m
    return inside / len(regions), circle / len(regions)


def test_regions_from_a_place_with_an_extent_hold_nine_in_ten() -> None:
    """Places are drawn about points of the extent and worded as from the whole of it; drawn together they fail."""
    chance = np.random.default_rng(4)
    found = []
    for number in range(700):
        at = projection.destination(*HOUSE, chance.uniform(0, 360), 1_500.0 * chance.random() ** 0.5)
        one = next(draw([StationArea("X", *at)], 1, number, farthest_m=(2_000.0, 12_000.0), without_direction=0.0))
        said = parse_bearing(one.text)
        if said is None or said.distance_m <= 0.0:
            continue
        layer = away_from(
            Point(*HOUSE), 1_500.0, said.distance_m, said.direction_deg, said.unit_m, said.low_m, said.high_m, BELIEVED
        )
        placed = combine((), bearing=layer)
        assert placed is not None
        found.append((placed.region, one.lat, one.lon))
    in_cells, in_circle = held(found)
    assert 0.86 <= in_cells <= 0.94 and 0.87 <= in_circle <= 0.94
    assert held(found, 0.3)[1] < 0.8


@pytest.mark.parametrize("layer", [
    Between(Point(*WEST), Point(*EAST), 50.0), OnRoad(Point(31.45, 74.20), Point(31.45, 74.50), 8_000.0),
])  # fmt: skip
def test_a_line_s_density_holds_one_in_all_and_its_region_nine_tenths(layer: Any) -> None:
    frame = Frame(layer.centre.lat, layer.centre.lon)
    west, south, east, north = layer.boxes(frame)[0]
    grain = 50.0
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(west, east, grain), np.arange(south, north, grain)))
    density = layer.density(replace(frame, grain_m=grain), x, y)
    assert density.min() >= 0.0
    assert float(density.sum()) * grain**2 == pytest.approx(1.0, abs=0.08)
    placed = combine([Lump(1.0, layer)])
    assert placed is not None
    points = np.random.default_rng(3).choice(len(x), 800, p=density / density.sum())
    lats, lons = frame.to_degrees(x[points], y[points])
    truths = [(placed.region, lat, lon) for lat, lon in zip(lats.tolist(), lons.tolist(), strict=True)]
    in_cells, in_circle = held(truths)
    assert 0.87 <= in_cells <= 0.95 and 0.87 <= in_circle <= 0.95
    assert held(truths, 0.4)[1] < 0.8
