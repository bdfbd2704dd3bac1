"""Tests of learning from known places how distances are measured: the generator's ways are found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import StationArea
from spatial.geocoding.column4 import draw
from spatial.geocoding.coverage import judge
from spatial.geocoding.habits import BELIEVED, Habits, by_way
from spatial.geocoding.pinned import Pinned, learn_own_ways, learn_ways
from spatial.projection import distance_m

STATIONS = [StationArea("S", 31.55, 74.34), StationArea("T", 27.71, 68.86)]


def pins_of(habits: Habits, count: int = 400, seed: int = 12) -> list[Pinned]:
    return [
        Pinned(said, distance_m(one.lat, one.lon, one.station.lat, one.station.lon))
        for one in draw(STATIONS, count, seed, habits)
        if (said := parse_bearing(one.text)) is not None
    ]


def names_of(habits: Habits, count: int, seed: int) -> list[Pinned]:
    """Give names that are 150 m off, of which one in ten lies somewhere else altogether."""
    chance, found = np.random.default_rng(seed), []
    for one in draw(STATIONS, count, seed, habits, without_direction=0.0, farthest_m=(2_000.0, 8_000.0)):
        said = parse_bearing(one.text)
        assert said is not None
        straight = distance_m(one.lat, one.lon, one.station.lat, one.station.lon) + 150.0 * chance.standard_normal()
        far = float(chance.uniform(300.0, 12_000.0))
        found.append(Pinned(said, far if chance.random() < 0.1 else straight, 0.9, 150.0))
    return found


def test_each_way_has_its_own_likelihood() -> None:
    """Three kilometres by a road of 1.2 to 1.4 times the line are a line of 2.1 to 2.5 km; straight it is 3."""
    straight, near, _ = by_way(3_000.0, 1_000.0, 3_000.0)
    assert straight > 0.5 > 0.01 > near
    straight, near, wide = by_way(3_000.0, 1_000.0, 2_300.0)
    assert near > wide > straight
    assert by_way(3_000.0, 1_000.0, 90_000.0).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("road", [0.0, 0.5, 1.0])
def test_pins_show_whether_distances_are_by_road(road: float) -> None:
    pins = pins_of(replace(BELIEVED, road=road))
    assert learn_ways(BELIEVED, pins).road == pytest.approx(road, abs=0.1)
    assert learn_ways(BELIEVED, []) is BELIEVED
    assert learn_ways(BELIEVED, [Pinned(Bearing(0.0, 45.0), 300.0)]) is BELIEVED
    # Six say something, and less than all.
    few = learn_ways(BELIEVED, pins[:6]).road
    assert 0.02 < few < 0.95
    assert abs(learn_ways(BELIEVED, pins[:6], 50.0).road - BELIEVED.road) < 0.12
    # Pins that have nothing to do with what was written say nothing of roads.
    odd = [Pinned(pin.said, 50_000.0) for pin in pins]
    assert learn_ways(BELIEVED, odd).road == pytest.approx(BELIEVED.road, abs=0.05)


@pytest.mark.parametrize(("lengths", "shares"), [(((1.2, 1.4, 1.0),), (0.9, 1.0)), (((1.45, 1.6, 1.0),), (0.0, 0.3))])
def test_pins_show_how_much_longer_roads_are(
    lengths: tuple[tuple[float, float, float], ...], shares: tuple[float, float]
) -> None:
    found = learn_ways(BELIEVED, pins_of(replace(BELIEVED, road=1.0, detours=lengths), 1_500))
    assert sum(share for _, _, share in found.detours) == pytest.approx(1.0, abs=0.011)
    assert [one[:2] for one in found.detours] == [one[:2] for one in BELIEVED.detours]
    assert shares[0] <= found.detours[0][2] <= shares[1]


@pytest.mark.parametrize("road", [0.0, 0.5, 1.0])
def test_names_beside_distances_show_the_road_though_some_are_wrong(road: float) -> None:
    """Told as sure, they would blur the road."""
    pins = names_of(replace(BELIEVED, road=road), 500, 9)
    assert learn_ways(BELIEVED, pins).road == pytest.approx(road, abs=0.1)
    # The control: names that are as good as never right leave the belief where it is.
    unsure = [replace(pin, chance=0.01) for pin in pins]
    assert learn_ways(BELIEVED, unsure, 20.0).road == pytest.approx(BELIEVED.road, abs=0.15)


@pytest.mark.parametrize("road", [0.0, 1.0])
def test_regions_of_who_has_one_way_are_hardly_larger_than_they_have_to_be(road: float) -> None:
    writer = replace(
        BELIEVED, near=((0.5, 1.0),), middle=((0.5, 1.0),), far=((0.5, 1.0),), four=0.0, sixteen=0.0, road=road,
        detours=((1.2, 1.4, 1.0),),
    )  # fmt: skip
    texts = list(draw(STATIONS, 200, 41, writer, farthest_m=(2_000.0, 6_000.0)))
    known = replace(writer, road=BELIEVED.road, detours=BELIEVED.detours)
    found = judge(texts, learn_ways(known, names_of(writer, 400, 9)), writer)
    assert found.median_ratio < 1.3
    # The control: without the names one has to allow for both.
    assert judge(texts, known, writer).area_ratio > 1.15 * found.area_ratio


def own_ways(ways: Sequence[float], each: int) -> dict[str, float]:
    pins = {
        f"{road}-{number}": pins_of(replace(BELIEVED, road=road), each, 60 + number)
        for number, road in enumerate(ways)
    }  # fmt: skip
    corpus = learn_ways(BELIEVED, [pin for found in pins.values() for pin in found])
    return learn_own_ways(corpus, pins)


def test_stations_that_measure_otherwise_are_told_apart_and_alike_ones_are_not() -> None:
    found = own_ways([0.0, 1.0] * 8, 20)
    assert max(share for code, share in found.items() if code.startswith("0.0")) < 0.25
    assert min(share for code, share in found.items() if code.startswith("1.0")) > 0.75
    # The control: stations that all measure half by road are not told apart by chance.
    alike = own_ways([0.5] * 16, 20)
    assert max(alike.values()) - min(alike.values()) < 0.2
    assert learn_own_ways(BELIEVED, {}) == {} == learn_own_ways(BELIEVED, {"S": []})


@pytest.mark.parametrize("road", [0.0, 1.0])
def test_a_corpus_of_one_way_believes_a_station_of_the_other(road: float) -> None:
    """In the corpus its pins are less likely than any number above 0; what a corpus never saw it can yet learn."""
    corpus = replace(BELIEVED, road=1.0 - road)
    pins = pins_of(replace(BELIEVED, road=road), 1_500)
    assert learn_own_ways(corpus, {"S": pins})["S"] == pytest.approx(road, abs=0.05)
    again = learn_ways(corpus, pins)
    assert again.road == pytest.approx(road, abs=0.05)
    assert sum(share for _, _, share in again.detours) == pytest.approx(1.0, abs=0.011)


def test_no_way_that_pins_do_not_show_loses_its_lengths() -> None:
    """A node of straight writers learns a share of 0 by road, and learns from that again of its files."""
    straight = learn_ways(BELIEVED, pins_of(replace(BELIEVED, road=0.0), 800))
    assert straight.road == 0.0
    again = learn_ways(straight, pins_of(replace(BELIEVED, road=0.0), 100, 3))
    assert again.road < 0.05
    assert sum(share for _, _, share in again.detours) == pytest.approx(1.0, abs=0.011)
