"""Tests of round regions that areas bound: what the long road makes of them, alone or together, in finer cells."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, projection
from spatial.geocoding.bounded import Bounded, Said, bounded_regions
from spatial.geocoding.combine import Lump, combine
from spatial.geocoding.coverage import smallest_set
from spatial.geocoding.disks import CORE, Round, deviations_m, disks, finer, radii_m
from spatial.geocoding.frame import Frame
from spatial.geocoding.layers import NINETY, Bearing, Extent, Jurisdiction, Kernel
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import MOST_CELLS

HOLDS = 0.95
LAT, LON = 31.5, 74.3


def box(west_m: float, south_m: float, east_m: float, north_m: float) -> Any:
    """Give a box in metres about the point."""
    eastward = 111_320.0 * math.cos(math.radians(LAT))
    return shapely.box(
        LON + west_m / eastward, LAT + south_m / 110_900.0, LON + east_m / eastward, LAT + north_m / 110_900.0
    )


def asked(area: Any, fifty: float, ninety: float, leak: float = 0.05, others: Any = ()) -> Bounded:
    return Bounded(Round(LAT, LON, fifty, ninety, others), area, leak, HOLDS)


def long_road(one: Bounded) -> Region:
    """Give what the general combination makes of the same."""
    inner, outer = deviations_m(one.about.fifty_m, one.about.ninety_m)
    left = 1.0 - sum(share for *_, share in one.about.others)
    lumps = [
        Lump(HOLDS * CORE * left, Kernel(LAT, LON, inner * NINETY)),
        Lump(HOLDS * (1.0 - CORE), Kernel(LAT, LON, outer * NINETY)),
        *(Lump(HOLDS * CORE * share, Kernel(lat, lon, inner * NINETY)) for lat, lon, share in one.about.others),
        Lump(1.0 - HOLDS, Extent(one.area)),
    ]
    found = combine(lumps, bounds=[Jurisdiction(one.area, one.leak)])
    assert found is not None
    return found.region


def inside(region: Region, area: Any) -> float:
    """Give the share of mass in cells whose middle an area holds."""
    middles = cells.centres(region.cells)
    held = shapely.contains_xy(area, middles[:, 1], middles[:, 0])
    return float(np.array(region.masses)[held].sum() / UNIT)


CASES = [
    asked(box(-9e3, -9e3, 9e3, 9e3), 300.0, 1_500.0),
    asked(box(-300.0, -9e3, 9e3, 9e3), 300.0, 1_500.0),
    asked(box(-1e3, -1e3, 6e3, 6e3), 900.0, 4_000.0),
    asked(box(-2e3, -1_500.0, 2e3, 2e3), 2_000.0, 9_000.0),
    asked(box(800.0, -4e3, 9e3, 4e3), 1_000.0, 4_000.0),
    asked(box(-4e3, -4e3, 4e3, 4e3), 500.0, 2_000.0, 0.05, [(LAT + 0.02, LON, 0.3)]),
    asked(box(-7e3, -7e3, 7e3, 7e3), 40.0, 150.0),
]


@pytest.mark.parametrize("one", CASES)
def test_the_region_is_the_one_of_the_long_road(one: Bounded) -> None:
    (region,) = bounded_regions([one])
    other = long_road(one)
    assert region is not None
    apart = projection.distance_m(region.point.lat, region.point.lon, other.point.lat, other.point.lon)
    assert apart < 0.1 * other.accuracy_m + 60.0
    # The long road cannot see what is narrower than its grain, and draws it as wide.
    least = 0.75 if one.about.ninety_m > 200.0 else 0.5
    assert least < region.accuracy_m / other.accuracy_m < 1.35
    assert abs(inside(region, one.area) - inside(other, one.area)) < 0.2
    assert region.resolution >= other.resolution
    assert sum(region.masses) == UNIT and len(region.cells) <= MOST_CELLS
    assert {cells.resolution(cell) for cell in region.cells} == {region.resolution}


def test_an_area_takes_away_what_lies_outside_it() -> None:
    half = box(0.0, -9e3, 9e3, 9e3)
    bounded, free = bounded_regions([asked(half, 600.0, 3_000.0), asked(half, 600.0, 3_000.0, leak=1.0)])
    assert bounded is not None and free is not None
    assert inside(bounded, half) > 0.9 and inside(free, half) < 0.65
    assert bounded.point.lon > free.point.lon
    assert sum(masses for *_, masses in zip(bounded.cells, bounded.masses, strict=True)) == UNIT


def test_a_small_area_is_drawn_in_finer_cells() -> None:
    area = box(-2e3, -1_500.0, 2e3, 2e3)
    one = asked(area, 2_000.0, 9_000.0)
    (region,) = bounded_regions([one])
    assert region is not None
    assert region.resolution > int(disks([one.about]).level[0])
    assert len(smallest_set(region)) * cells.mean_area_m2(region.resolution) < 2.5 * 4_000.0 * 3_500.0


def test_what_is_too_plain_is_left_to_the_long_road() -> None:
    far = box(60e3, 60e3, 70e3, 70e3)
    between = box(31.0, 31.0, 32.0, 32.0)
    vast = Bounded(Round(LAT, LON, 30.0, 100.0), box(-60e3, -60e3, 60e3, 60e3), 0.05, 0.5)
    outweighed = asked(box(800.0, -4e3, 9e3, 4e3), 100.0, 400.0, 0.001, [(LAT, LON + 0.02, 0.45)])
    assert bounded_regions([asked(far, 500.0, 2e3), asked(between, 500.0, 2e3), vast, outweighed]) == [None] * 4
    assert bounded_regions([asked(far, 500.0, 2e3, leak=0.0)]) == [None]
    assert bounded_regions([]) == []


@pytest.mark.parametrize("seed", range(8))
def test_nobodys_region_depends_on_who_stands_beside_it(seed: int) -> None:
    chance = np.random.default_rng(seed)
    many = []
    for _ in range(20):
        west, south = chance.uniform(-8e3, 1e3, 2)
        area = box(west, south, west + chance.uniform(500.0, 15e3), south + chance.uniform(500.0, 15e3))
        ninety = float(np.exp(chance.uniform(math.log(20.0), math.log(30e3))))
        others = [(LAT + 0.01, LON + 0.01, 0.2)] if chance.random() < 0.3 else []
        many.append(
            asked(area, float(chance.uniform(0.1, 0.6)) * ninety, ninety, float(chance.uniform(0.0, 0.3)), others)
        )
    together = bounded_regions(many)
    assert together == [bounded_regions([one])[0] for one in many]
    assert sum(region is not None for region in together) > 5
    for region in together:
        if region is not None:
            assert sum(region.masses) == UNIT and min(region.masses) > 0
            assert len(set(region.cells)) == len(region.cells) <= MOST_CELLS
            assert math.isfinite(region.accuracy_m) and region.accuracy_m >= 20.0


@settings(max_examples=40, deadline=None)
@given(st.floats(24.0, 36.5), st.floats(62.0, 77.0), st.floats(1_500.0, 90_000.0))
def test_children_stand_where_their_cells_do(lat: float, lon: float, ninety: float) -> None:
    drawn = disks([Round(lat, lon, 0.3 * ninety, ninety)])
    kept = np.zeros((1, drawn.cells.shape[1]), dtype=np.bool_)
    kept[0, [0, 5, 17]] = True
    children = finer(drawn, kept)
    found = children.cells[0, :21]
    assert set(cells.parents(found, int(drawn.level[0])).tolist()) == set(drawn.cells[0, [0, 5, 17]].tolist())
    assert len(set(found.tolist())) == 21
    middles = cells.centres(found.tolist())
    north = (middles[:, 0] - lat) * 110_900.0
    east = (middles[:, 1] - lon) * 111_320.0 * np.cos(np.radians(lat))
    off = np.hypot(children.east[0, :21, 0] - east, children.north[0, :21, 0] - north)
    assert float(off.max()) < 0.35 * float(children.spacing[0])
    assert not children.reaches[0, 21:].any()


def said(metres: float, turn: float, name_turn: float, fifty: float, ninety: float, area: Any = None) -> Bounded:
    """Give a name as far from a house as its bearing says, ``name_turn`` degrees from north of it."""
    house = projection.destination(LAT, LON, name_turn + 180.0, metres)
    return Bounded(
        Round(LAT, LON, fifty, ninety), area, 0.1, HOLDS, Said(Bearing(*house, metres, turn), 0.93, 2e8)
    )  # fmt: skip


def long_road_beside_a_bearing(one: Bounded) -> Region:
    """Give what the general combination makes of the same."""
    assert one.said is not None
    inner, outer = deviations_m(one.about.fifty_m, one.about.ninety_m)
    lumps = [
        Lump(one.holds * CORE, Kernel(LAT, LON, inner * NINETY)),
        Lump(one.holds * (1.0 - CORE), Kernel(LAT, LON, outer * NINETY)),
    ]
    bounds = [Jurisdiction(one.area, one.leak)] if one.area is not None else []
    found = combine(
        lumps, bearing=one.said.words, trust=one.said.trust, bounds=bounds, plausible_m2=one.said.plausible_m2
    )
    assert found is not None and found.agreed > 0.5
    return found.region


@pytest.mark.parametrize(
    "one",
    [
        said(3_000.0, 45.0, 45.0, 250.0, 900.0),
        said(3_000.0, 45.0, 62.0, 400.0, 1_500.0),
        said(5_000.0, 90.0, 70.0, 500.0, 2_000.0, box(-9e3, -9e3, 9e3, 300.0)),
        said(10_000.0, 180.0, 200.0, 900.0, 4_000.0),
        said(2_500.0, 0.0, 0.0, 100.0, 400.0, box(-4e3, -4e3, 4e3, 4e3)),
    ],
)
def test_a_name_beside_a_bearing_is_what_the_long_road_gives(one: Bounded) -> None:
    (region,) = bounded_regions([one])
    other = long_road_beside_a_bearing(one)
    assert region is not None
    apart = projection.distance_m(region.point.lat, region.point.lon, other.point.lat, other.point.lon)
    assert apart < 0.1 * other.accuracy_m + 60.0
    assert region.accuracy_m == pytest.approx(other.accuracy_m, rel=0.2, abs=60.0)
    assert sum(region.masses) == UNIT and len(region.cells) <= MOST_CELLS


def test_a_bearing_moves_a_name_towards_where_it_leads() -> None:
    (free, turned) = bounded_regions(
        [said(3_000.0, 0.0, 0.0, 500.0, 2_500.0), said(3_000.0, 0.0, 25.0, 500.0, 2_500.0)]
    )
    assert free is not None and turned is not None
    # The house lies to the south-west of the second: the words put the place to the west of the name.
    assert free.point.lon == pytest.approx(LON, abs=0.001)
    assert turned.point.lon < LON - 0.002


def nearer_than_said(turn: float, area: Any = None, leak: float = 1.0) -> Bounded:
    """Give a name three kilometres from a house, ``turn`` degrees from north of it, beside "2 km north" of it."""
    house = projection.destination(LAT, LON, turn + 180.0, 3_022.0)
    return Bounded(
        Round(LAT, LON, 600.0, 1_500.0), area, leak, HOLDS, Said(Bearing(*house, 2_000.0, 0.0), 0.93, 2e8)
    )  # fmt: skip


@pytest.mark.parametrize(
    "one",
    [
        nearer_than_said(0.0),
        nearer_than_said(-15.0),
        nearer_than_said(0.0, box(-20e3, -20e3, 0.0, 20e3), 0.02),
        nearer_than_said(20.0, box(-20e3, -20e3, 0.0, 20e3), 0.02),
    ],
)
def test_what_a_bearing_moves_stays_moved_in_finer_cells(one: Bounded) -> None:
    (region,) = bounded_regions([one])
    other = long_road_beside_a_bearing(one)
    assert region is not None
    assert region.resolution > int(disks([one.about]).level[0])
    # Where the name is said to lie is far from what is left of it.
    assert projection.distance_m(LAT, LON, other.point.lat, other.point.lon) > 500.0
    apart = projection.distance_m(region.point.lat, region.point.lon, other.point.lat, other.point.lon)
    assert apart < 0.1 * other.accuracy_m + 60.0
    assert region.accuracy_m == pytest.approx(other.accuracy_m, rel=0.2, abs=60.0)


def test_radii_beside_a_bearing_are_those_of_the_long_road() -> None:
    chance = np.random.default_rng(7)
    ratios = []
    for _ in range(300):
        metres, turn = float(chance.choice([1_000.0, 2_500.0, 5_000.0])), float(chance.integers(8)) * 45.0
        ninety = float(np.exp(chance.uniform(math.log(400.0), math.log(4e3))))
        # House and name as far apart and as much turned as leaves the bearing's own place some of the mass.
        far = metres * float(np.exp(chance.uniform(-0.6, 0.6)))
        house = projection.destination(LAT, LON, turn + float(chance.uniform(130.0, 230.0)), far)
        words = Said(Bearing(*house, metres, turn), 0.93, 2e8)
        one = Bounded(Round(LAT, LON, 0.4 * ninety, ninety), None, 1.0, 0.8, words)
        (region,) = bounded_regions([one])
        if region is not None:
            ratios.append(region.accuracy_m / long_road_beside_a_bearing(one).accuracy_m)
    assert len(ratios) > 80
    assert float(np.quantile(ratios, 0.95)) < 1.2
    assert max(ratios) < 1.4


def believed(one: Bounded, region: Region) -> float:
    """Give how much of what is believed lies in a region's circle, summed over points 40 m apart."""
    assert one.said is not None
    frame, (inner, outer) = Frame(LAT, LON), deviations_m(one.about.fifty_m, one.about.ninety_m)
    house, reach = frame.to_metres(np.array([one.said.words.lat]), np.array([one.said.words.lon])), 4.0 * outer
    far = np.hypot(house[0][0], house[1][0]) + one.said.words.reach_m
    east, north = (one.ravel() for one in np.meshgrid(*[np.arange(-max(reach, far), max(reach, far), 40.0)] * 2))
    name = sum(
        share / (2.0 * math.pi * spread**2) * np.exp(-0.5 * (east**2 + north**2) / spread**2)
        for share, spread in ((CORE, inner), (1.0 - CORE, outer))
    )
    said = one.said.trust * one.said.words.density(frame, east, north)
    mass = one.holds * name * (said * one.said.plausible_m2 + 1.0 - one.said.trust) + (1.0 - one.holds) * said
    x, y = frame.to_metres(np.array([region.point.lat]), np.array([region.point.lon]))
    return float(mass[np.hypot(east - x[0], north - y[0]) <= region.accuracy_m].sum() / mass.sum())


def test_circles_beside_a_bearing_hold_nine_tenths_of_what_is_believed() -> None:
    chance = np.random.default_rng(3)
    held = []
    for _ in range(40):
        turn = float(chance.integers(8)) * 45.0
        name = turn + float(chance.uniform(-30.0, 30.0))
        fifty, ninety = radii_m(float(chance.uniform(100.0, 250.0)), float(chance.uniform(400.0, 1_000.0)))
        one = said(float(chance.choice([1_500.0, 3_000.0, 5_000.0])), turn, name, fifty, ninety)
        (region,) = bounded_regions([one])
        if region is not None:
            held.append(believed(one, region))
    assert len(held) > 20
    assert float(np.mean(held)) == pytest.approx(0.9, abs=0.015)
    assert min(held) > 0.82 and max(held) < 0.96


def test_what_a_bearing_contradicts_or_is_too_narrow_to_see_is_left_to_other_roads() -> None:
    at_odds = said(3_000.0, 180.0, 0.0, 250.0, 900.0)
    narrow = said(500.0, 45.0, 45.0, 4_000.0, 30_000.0)
    far = said(90_000.0, 45.0, 45.0, 4_000.0, 20_000.0)
    assert bounded_regions([at_odds, narrow, far]) == [None, None, None]


def test_names_beside_bearings_do_not_depend_on_who_stands_beside_them() -> None:
    chance = np.random.default_rng(4)
    many = []
    for _ in range(30):
        metres, turn = float(chance.choice([1_000.0, 2_500.0, 8_000.0])), float(chance.integers(8)) * 45.0
        ninety = float(np.exp(chance.uniform(math.log(100.0), math.log(6e3))))
        area = box(-6e3, -6e3, 4e3, 4e3) if chance.random() < 0.5 else None
        many.append(said(metres, turn, turn + float(chance.uniform(-30, 30)), 0.4 * ninety, ninety, area))
    together = bounded_regions(many)
    assert together == [bounded_regions([one])[0] for one in many]
    assert sum(region is not None for region in together) > 10
