"""Tests of what texts say of derived areas: kept where they lead into them, given up where they lead out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import StationArea, keeping, roads
from spatial.geocoding.column4 import Drawn, draw
from spatial.geocoding.coverage import judge
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.writers import learn_stations
from tests.spatial.geocoding.written import with_areas

AREAS = {one.code: one for one in with_areas(True)}


def grouped(texts: list[Drawn]) -> dict[str, list[Bearing]]:
    found: dict[str, list[Bearing]] = defaultdict(list)
    for one in texts:
        if (said := parse_bearing(one.text)) is not None:
            found[one.station.code].append(said)
    return found


def drawn(is_kept: bool) -> list[Drawn]:
    stations = list(AREAS.values()) if is_kept else [replace(one, area=None) for one in AREAS.values()]
    return list(draw(stations, 700, 61, farthest_m=(1500.0, 8000.0)))


def read(texts: list[Drawn]) -> list[Drawn]:
    """Give texts whose stations are read as the corpus writes, habits left as believed."""
    writers = learn_stations(grouped(texts), areas=AREAS)
    return [
        replace(one, station=replace(AREAS[one.station.code], leak=writers.of(one.station.code).leak)) for one in texts
    ]


def test_areas_are_believed_as_far_as_texts_bear_them_out() -> None:
    for is_kept, low, high in ((True, 0.0, 0.02), (False, 0.2, 1.0)):
        leaks = sorted(keeping.learn_leaks(AREAS, grouped(drawn(is_kept))).values())
        assert low <= leaks[len(leaks) // 2] <= high


@pytest.mark.parametrize("is_kept", [True, False])
def test_regions_hold_nine_in_ten_whether_areas_hold_or_not(is_kept: bool) -> None:
    found = judge(read(drawn(is_kept)))
    assert 0.87 <= found.in_cells <= 0.935
    assert 0.87 <= found.in_circle <= 0.935


def test_an_area_that_is_not_given_up_ruins_its_regions() -> None:
    """The control: the same texts with areas that nobody doubts."""
    believed = [replace(one, station=replace(AREAS[one.station.code], leak=0.0)) for one in drawn(False)]
    assert judge(believed).in_cells < 0.65


def test_drawn_areas_and_texts_that_say_no_distance_teach_nothing() -> None:
    somewhere = next(iter(AREAS.values()))
    drawn_area = replace(somewhere, derived=False)
    assert keeping.learn_leaks({somewhere.code: drawn_area}, {somewhere.code: [Bearing(3000.0, 0.0)]}) == {}
    assert keeping.kept(replace(somewhere, area=None), [Bearing(3000.0, 0.0)]) is None
    assert keeping.kept(somewhere, [Bearing(0.0, 0.0)]) is None
    assert keeping.learn_leaks({}, {"X": [Bearing(3000.0, 0.0)]}) == {}
    assert keeping.learn_leaks(AREAS, {}) == {}


def test_a_few_texts_say_little() -> None:
    station = StationArea("S", 31.5, 74.3, AREAS["S1"].area if "S1" in AREAS else None, derived=True)
    if station.area is None:
        station = next(iter(AREAS.values()))
    away = [Bearing(30_000.0, 0.0)] * 2
    leak = keeping.learn_leaks({station.code: station}, {station.code: away})[station.code]
    many = keeping.learn_leaks({station.code: station}, {station.code: away * 50})[station.code]
    assert 0.0 < leak < many


@pytest.mark.parametrize("road", [0.0, 0.5, 1.0])
def test_areas_that_somebody_drew_show_the_road(road: float) -> None:
    known = {code: replace(one, derived=False) for code, one in AREAS.items()}
    texts = grouped(list(draw(list(known.values()), 1_000, 62, replace(BELIEVED, road=road))))
    found = roads.learn_road(known, texts, BELIEVED)
    assert found == pytest.approx(road, abs=0.3)
    # The controls: a derived area may be wrong by as much, and an area that nobody keeps to says nothing.
    assert roads.learn_road(AREAS, texts, BELIEVED) == BELIEVED.road
    assert roads.learn_road(known, grouped(drawn(False)), BELIEVED) == pytest.approx(BELIEVED.road, abs=0.02)
    assert roads.learn_road(known, {}, BELIEVED) == BELIEVED.road
