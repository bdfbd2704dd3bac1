"""Tests of regions: the true place lies inside, the mass is one unit, the radius holds nine tenths."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, projection
from spatial.errors import InvalidGeometry
from spatial.geocoding import Place
from spatial.geocoding import region as regions
from spatial.mass import UNIT

LAHORE = (31.5497, 74.3436)


def mass_at(region: regions.Region, lat: float, lon: float) -> int:
    home = cells.cell_of(lat, lon, region.resolution)
    return dict(zip(region.cells, region.masses, strict=True)).get(home, 0)


def check(region: regions.Region) -> None:
    assert sum(region.masses) == UNIT
    assert min(region.masses) > 0
    assert 1 <= len(region.cells) <= 64
    assert {cells.resolution(cell) for cell in region.cells} == {region.resolution}
    # The share of the mass whose cells lie about the point agrees with the radius, to within a cell.
    apart = projection.distances_m(region.point.lat, region.point.lon, cells.centres(region.cells))
    slack = 1.3 * cells.edge_m(region.resolution)
    masses = np.array(region.masses)
    assert masses[apart <= region.accuracy_m + slack].sum() >= 0.9 * UNIT
    assert masses[apart <= region.accuracy_m - slack].sum() <= 0.95 * UNIT


@settings(max_examples=30, deadline=None)
@given(st.floats(101, 60_000))
def test_a_vague_measurement_is_a_hill_about_its_middle(accuracy_m: float) -> None:
    region = regions.kernel_region(*LAHORE, accuracy_m)
    check(region)
    assert (region.point.lat, region.point.lon) == LAHORE
    assert region.accuracy_m == accuracy_m
    heaviest = region.cells[region.masses.index(max(region.masses))]
    assert projection.distance_m(*LAHORE, *cells.centre(heaviest)) < 1.5 * cells.edge_m(region.resolution)


def test_a_measurement_worse_than_a_province_is_refused() -> None:
    with pytest.raises(InvalidGeometry):
        regions.kernel_region(*LAHORE, 500_000)


def test_a_place_by_extent_radius_and_kind() -> None:
    extent = shapely.box(74.33, 31.54, 74.36, 31.56)
    area = regions.place_region(Place("a", "A", "neighbourhood", *LAHORE, None, extent, "Lahore"), None)
    check(area)
    assert mass_at(area, *LAHORE) > 0
    disc = regions.place_region(Place("b", "B", "locality", *LAHORE, 2000.0, None, "Lahore"), None)
    check(disc)
    assert disc.area_m2 == pytest.approx(math.pi * 2000**2, rel=0.02)
    landmark = Place("c", "C", "landmark", *LAHORE, None, None, "Lahore")
    exact, near = regions.place_region(landmark, None), regions.place_region(landmark, "near")
    check(exact)
    assert exact.area_m2 < near.area_m2
    assert exact.accuracy_m < near.accuracy_m < 450
    assert regions.place_region(Place("d", "D", "neighbourhood", *LAHORE, None, extent), "near").area_m2 > area.area_m2


def test_candidates_share_the_unit_equally() -> None:
    other = projection.destination(*LAHORE, 90, 2500)
    places = tuple(Place(str(i), "P", "landmark", *at, 100.0) for i, at in enumerate((LAHORE, other)))
    region = regions.places_region(places, None)
    assert sum(region.masses) == UNIT
    home = regions.place_region(places[0], None)
    assert sum(mass_at(region, *cells.centre(cell)) for cell in home.cells) == pytest.approx(UNIT / 2, rel=0.01)
    assert 1000 < region.accuracy_m < 2000


def test_cells_cut_by_the_edge_weigh_less() -> None:
    region = regions.polygon_region(shapely.Point(LAHORE[1], LAHORE[0]).buffer(0.012))
    assert max(region.masses) > 3 * min(region.masses)
