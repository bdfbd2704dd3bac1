"""Tests of round regions: they hold what they say, in so many cells, and keep lumps for what else may be meant."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, projection
from spatial.geocoding.kernel import Round, deviations_m, radii_m, round_regions
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import MOST_CELLS

LATS, LONS = st.floats(23.6, 37.0), st.floats(61.0, 77.5)


def round_region(*asked: object) -> Region:
    return round_regions([Round(*asked)])[0]  # type: ignore[arg-type]


def held(region_cells: tuple[int, ...], masses: tuple[int, ...], lat: float, lon: float, metres: float) -> float:
    """Give the share of mass in cells whose middle lies within some metres."""
    apart = projection.distances_m(lat, lon, cells.centres(region_cells))
    return float(np.array(masses)[apart <= metres].sum() / UNIT)


@settings(max_examples=150, deadline=None)
@given(LATS, LONS, st.floats(0.1, 0.6), st.floats(150.0, 80_000.0))
def test_any_round_region_is_whole_and_fits(lat: float, lon: float, share: float, ninety: float) -> None:
    region = round_region(lat, lon, share * ninety, ninety)
    assert sum(region.masses) == UNIT and min(region.masses) > 0
    assert 1 <= len(region.cells) <= MOST_CELLS and len(set(region.cells)) == len(region.cells)
    assert {cells.resolution(cell) for cell in region.cells} == {region.resolution}
    assert cells.cell_of(lat, lon, region.resolution) in region.cells
    assert region.accuracy_m == ninety


@settings(max_examples=100, deadline=None)
@given(LATS, LONS, st.floats(700.0, 40_000.0))
def test_nine_tenths_lie_within_the_radius_and_the_half_lies_closer(lat: float, lon: float, ninety: float) -> None:
    region = round_region(lat, lon, 0.25 * ninety, ninety)
    grain = cells.edge_m(region.resolution)
    assert held(region.cells, region.masses, lat, lon, ninety + grain) > 0.88
    assert held(region.cells, region.masses, lat, lon, 0.25 * ninety + grain) > 0.45
    # The control: the radius is not simply one that holds everything.
    assert held(region.cells, region.masses, lat, lon, 0.7 * ninety - grain) < 0.9


@pytest.mark.parametrize(("fifty", "ninety"), [(100, 1000), (500, 1000), (549, 1000), (900, 1000), (10, 80_000)])
def test_both_radii_are_those_of_the_two_distributions(fifty: float, ninety: float) -> None:
    inner, outer = deviations_m(fifty, ninety)
    assert inner <= outer
    share = 0.6 if inner < outer else 1.0

    def within(metres: float) -> float:
        hills = ((share, inner), (1.0 - share, outer))
        return sum(part * (1.0 - math.exp(-0.5 * (metres / deviation) ** 2)) for part, deviation in hills)

    assert within(ninety) == pytest.approx(0.9, abs=0.02)
    if fifty <= 549:
        assert within(fifty) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(("inner", "outer"), [(100, 160), (100, 1000), (400, 1000), (20, 40_000)])
def test_radii_are_those_of_which_the_two_distributions_are_made(inner: float, outer: float) -> None:
    assert deviations_m(*radii_m(inner, outer)) == pytest.approx((inner, outer), rel=1e-3)


def test_another_candidate_keeps_its_lump_and_widens_the_circle() -> None:
    alone = round_region(31.5, 74.3, 300, 1500)
    lumped = round_region(31.5, 74.3, 300, 1500, [(31.6, 74.4, 0.4)])
    there = cells.cell_of(31.6, 74.4, lumped.resolution)
    assert there not in alone.cells
    assert dict(zip(lumped.cells, lumped.masses, strict=True))[there] == pytest.approx(0.24 * UNIT, rel=0.01)
    assert lumped.accuracy_m > 13_000 > alone.accuracy_m
    slight = round_region(31.5, 74.3, 300, 1500, [(31.6, 74.4, 0.05)])
    assert 1500 <= slight.accuracy_m < 1600


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LATS, LONS, st.floats(0.1, 0.9), st.floats(150.0, 80_000.0)), min_size=2, max_size=9))
def test_regions_made_together_are_those_made_one_by_one(drawn: list[tuple[float, float, float, float]]) -> None:
    asked = [
        Round(lat, lon, share * ninety, ninety, [(lat + 0.1, lon, 0.3)] if number % 2 else [])
        for number, (lat, lon, share, ninety) in enumerate(drawn)
    ]
    assert round_regions(asked) == [round_regions([one])[0] for one in asked]
