"""Tests of combining: agreement narrows, contradiction keeps both, and the mass is always one unit in 64 cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, projection
from spatial.errors import InvalidGeometry
from spatial.geocoding.combine import Combination, Lump, combine
from spatial.geocoding.frame import Frame, lattice
from spatial.geocoding.layers import Around, Bearing, Extent, Jurisdiction, Kernel
from spatial.geocoding.region import Region
from spatial.mass import UNIT

LAHORE = (31.5497, 74.3436)
NORTH_EAST = projection.destination(*LAHORE, 45, 3000)
SOUTH = projection.destination(*LAHORE, 180, 3000)


def check(region: Region) -> None:
    assert sum(region.masses) == UNIT
    assert min(region.masses) > 0
    assert 1 <= len(region.cells) <= 64
    assert len(set(region.cells)) == len(region.cells)
    assert {cells.resolution(cell) for cell in region.cells} == {region.resolution}
    # A cell counts as held if the circle reaches into it.
    apart = projection.distances_m(region.point.lat, region.point.lon, cells.centres(region.cells))
    held = np.array(region.masses)[apart <= region.accuracy_m + cells.edge_m(region.resolution)].sum()
    assert held >= 0.9 * UNIT


def mass_about(region: Region, at: tuple[float, float], metres: float = 600.0) -> float:
    apart = projection.distances_m(*at, cells.centres(region.cells))
    return sum(mass for mass, gap in zip(region.masses, apart, strict=True) if gap <= metres) / UNIT


def combined(*lumps: Lump, **more: object) -> Combination:
    found = combine(lumps, **more)  # type: ignore[arg-type]
    assert found is not None
    check(found.region)
    return found


PLACES = st.tuples(st.floats(24.0, 36.5), st.floats(62.0, 76.5))
LAYERS = st.one_of(
    st.builds(lambda at, r: Kernel(*at, r), PLACES, st.floats(10.0, 20_000.0)),
    st.builds(lambda at, r, more: Around(*at, r, more), PLACES, st.floats(5.0, 8_000.0), st.floats(0.0, 400.0)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LAYERS, st.floats(0.05, 1.0)), min_size=1, max_size=4))
def test_candidates_anywhere_make_one_unit(lumps: list[tuple[Kernel | Around, float]]) -> None:
    whole = sum(weight for _, weight in lumps)
    found = combined(*(Lump(weight / whole, layer) for layer, weight in lumps))
    assert sum(found.shares) == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(PLACES, st.integers(0, 80), st.sampled_from([None, 0.0, 45.0, 90.0, 202.5]), st.floats(0.0, 1.0))
def test_a_bearing_beside_a_name_makes_one_unit(
    at: tuple[float, float], half_km: int, direction: float | None, weight: float
) -> None:
    found = combined(Lump(weight, Kernel(*at, 900.0)), bearing=Bearing(*at, 500.0 * half_km, direction))
    assert found.agreed + found.name_only + found.bearing_only == pytest.approx(1.0)


def test_a_kernel_holds_nine_tenths_in_its_radius() -> None:
    for ninety in (60.0, 300.0, 1000.0, 5000.0):
        region = combined(Lump(1.0, Kernel(*LAHORE, ninety))).region
        assert region.accuracy_m == pytest.approx(math.hypot(ninety, 40.0), rel=0.12)
        assert projection.distance_m(*LAHORE, region.point.lat, region.point.lon) < 0.1 * ninety + 20


def test_a_name_where_the_bearing_says_is_narrowed() -> None:
    bearing = Bearing(*LAHORE, 3000.0, 45.0)
    alone = combined(Lump(0.8, Kernel(*NORTH_EAST, 1500.0)))
    both = combined(Lump(0.8, Kernel(*NORTH_EAST, 1500.0)), bearing=bearing, plausible_m2=1e8)
    assert both.agreed > 0.8
    assert both.region.accuracy_m < 0.85 * alone.region.accuracy_m
    assert mass_about(both.region, NORTH_EAST, 1000) > mass_about(alone.region, NORTH_EAST, 1000)


def test_a_contradiction_keeps_both_by_their_weight() -> None:
    bearing = Bearing(*LAHORE, 3000.0, 45.0)
    sure, unsure = (
        combined(Lump(weight, Kernel(*SOUTH, 500.0)), bearing=bearing, trust=0.8, plausible_m2=1e8)
        for weight in (0.95, 0.5)
    )
    for found in (sure, unsure):
        assert found.agreed < 0.01
        assert mass_about(found.region, SOUTH, 1000) > 0.1
        assert mass_about(found.region, NORTH_EAST, 2000) > 0.1
    assert sure.name_only > unsure.name_only
    assert sure.name_only > sure.bearing_only
    assert unsure.name_only < unsure.bearing_only


def test_the_bearing_decides_between_namesakes() -> None:
    lumps = [Lump(0.45, Kernel(*NORTH_EAST, 800.0)), Lump(0.45, Kernel(*SOUTH, 800.0))]
    apart = combined(*lumps)
    assert apart.shares == pytest.approx((0.5, 0.5), abs=0.01)
    found = combined(*lumps, bearing=Bearing(*LAHORE, 3000.0, 45.0), plausible_m2=1e8)
    assert found.shares[0] > 0.8
    assert found.shares[1] == 0.0
    assert projection.distance_m(*NORTH_EAST, found.region.point.lat, found.region.point.lon) < 1000


def test_the_point_lies_in_the_heavier_lump_and_not_between() -> None:
    found = combined(Lump(0.6, Kernel(*NORTH_EAST, 300.0)), Lump(0.4, Kernel(*SOUTH, 300.0)))
    assert projection.distance_m(*NORTH_EAST, found.region.point.lat, found.region.point.lon) < 100
    assert found.region.accuracy_m == pytest.approx(projection.distance_m(*NORTH_EAST, *SOUTH), rel=0.1)


def test_a_slip_of_a_candidate_is_dropped() -> None:
    found = combined(Lump(0.97, Kernel(*NORTH_EAST, 300.0)), Lump(0.03, Kernel(26.0, 68.0, 300.0)))
    assert found.shares == pytest.approx((1.0, 0.0))
    assert found.region.accuracy_m < 400


def test_a_thin_lump_far_away_keeps_its_weight_on_coarse_cells() -> None:
    found = combined(Lump(0.5, Kernel(*LAHORE, 40.0)), Lump(0.5, Kernel(33.7, 73.1, 30_000.0)))
    assert found.region.resolution < 9
    assert found.shares == pytest.approx((0.5, 0.5), abs=0.06)
    assert mass_about(found.region, LAHORE, 6000) == pytest.approx(0.5, abs=0.06)


def test_bounds_cut_and_nothing_within_is_nothing() -> None:
    west = Jurisdiction(shapely.box(74.0, 31.0, LAHORE[1], 32.0), 0.0)
    half = combined(Lump(1.0, Kernel(*LAHORE, 2000.0)), bounds=[west])
    assert half.within == pytest.approx(0.5, abs=0.03)
    assert half.region.point.lon < LAHORE[1]
    leaky = combined(Lump(1.0, Kernel(*LAHORE, 2000.0)), bounds=[Jurisdiction(west.polygon, 0.2)])
    assert leaky.within == pytest.approx(0.6, abs=0.03)
    nowhere = Jurisdiction(shapely.box(70.0, 30.0, 70.1, 30.1), 0.0)
    assert combine([Lump(1.0, Kernel(*LAHORE, 2000.0))], bounds=[nowhere]) is None
    assert combine([]) is None
    with pytest.raises(InvalidGeometry):
        combine([Lump(1.0, Kernel(*LAHORE, 900_000.0))])


@settings(max_examples=25, deadline=None)
@given(st.floats(200.0, 5000.0), st.floats(1.1, 3.0))
def test_a_wider_layer_makes_a_wider_region(ninety: float, times: float) -> None:
    narrow, wide = (combined(Lump(1.0, Kernel(*LAHORE, metres))).region for metres in (ninety, ninety * times))
    assert narrow.accuracy_m < wide.accuracy_m
    assert narrow.area_m2 < wide.area_m2


def test_an_extent_is_even_and_its_rim_thin() -> None:
    block = shapely.box(74.33, 31.54, 74.36, 31.56)
    exact, near = (combined(Lump(1.0, Extent(block, reach))).region for reach in (0.0, 120.0))
    assert exact.area_m2 == pytest.approx(block.area * math.cos(math.radians(31.55)) * 111_320**2, rel=0.03)
    assert near.area_m2 > 1.1 * exact.area_m2
    assert near.accuracy_m > exact.accuracy_m


@pytest.mark.parametrize(
    ("resolution", "metres", "share"), [(9, 10_000.0, 0.05), (8, 20_000.0, 0.07), (7, 50_000.0, 0.13)]
)
def test_the_lattice_finds_the_cells(resolution: int, metres: float, share: float) -> None:
    chance = np.random.default_rng(5)
    for lat, lon in zip(chance.uniform(24, 37, 25), chance.uniform(61, 77, 25), strict=True):
        frame = Frame(float(lat), float(lon))
        found = lattice(frame.lat, frame.lon, resolution)
        middles = found.middles([(metres - 2000.0, -1000.0, metres, 1000.0)])
        lats, lons = frame.to_degrees(middles[:, 0], middles[:, 1])
        for at in zip(lats.tolist(), lons.tolist(), strict=True):
            true = cells.centre(cells.cell_of(*at, resolution))
            assert projection.distance_m(*at, *true) < share * cells.edge_m(resolution)
        assert len({cells.cell_of(*at, resolution) for at in zip(lats, lons, strict=True)}) == len(middles)


def test_the_frame_measures_like_the_ellipsoid() -> None:
    frame = Frame(*LAHORE)
    for bearing in range(0, 360, 30):
        for metres in (1000.0, 30_000.0, 100_000.0):
            lat, lon = projection.destination(*LAHORE, bearing, metres)
            east, north = frame.to_metres(np.array([lat]), np.array([lon]))
            assert math.hypot(east[0], north[0]) == pytest.approx(metres, rel=1e-3)
            back = frame.to_degrees(east, north)
            assert (back[0][0], back[1][0]) == pytest.approx((lat, lon), abs=1e-9)
