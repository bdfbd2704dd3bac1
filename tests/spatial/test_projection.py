"""Tests of metres on the ground: there and back, areas of discs and sectors."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial import projection

LAHORE = (31.5497, 74.3436)


def area_m2(polygon: shapely.Polygon, lat: float, lon: float) -> float:
    corners = np.array([(y, x) for x, y in polygon.exterior.coords])
    return float(shapely.Polygon(projection.to_local(lat, lon, corners)).area)


@given(st.floats(24, 37), st.floats(61, 77), st.floats(0, 359.9), st.floats(1, 100_000))
def test_a_destination_lies_where_it_was_sent(lat: float, lon: float, bearing: float, distance: float) -> None:
    there = projection.destination(lat, lon, bearing, distance)
    assert projection.distance_m(lat, lon, *there) == pytest.approx(distance, rel=1e-9, abs=1e-6)
    turn = (projection.bearing_deg(lat, lon, *there) - bearing + 180) % 360 - 180
    assert abs(turn) < 1e-4


def test_a_degree_of_latitude() -> None:
    assert projection.distance_m(31, 74, 32, 74) == pytest.approx(110_870, rel=1e-3)
    many = projection.distances_m(31, 74, np.array([[32, 74], [31, 74]]))
    assert many.tolist() == pytest.approx([projection.distance_m(31, 74, 32, 74), 0])


def test_a_disc_has_the_area_of_its_circle() -> None:
    assert area_m2(projection.disc(*LAHORE, 3000), *LAHORE) == pytest.approx(math.pi * 3000**2, rel=1e-3)


def test_three_kilometres_north_east_is_a_sector_of_its_area() -> None:
    sector = projection.ring_sector(*LAHORE, 2000, 3250, 45, 45)
    assert sector.is_valid
    assert area_m2(sector, *LAHORE) == pytest.approx(math.pi / 8 * (3250**2 - 2000**2), rel=5e-3)
    assert shapely.contains_xy(sector, *reversed(projection.destination(*LAHORE, 45, 3000)))
    assert not shapely.contains_xy(sector, *reversed(projection.destination(*LAHORE, 90, 3000)))
    assert not shapely.contains_xy(sector, *reversed(projection.destination(*LAHORE, 45, 1500)))


def test_a_whole_ring_has_a_hole_and_a_sector_to_the_middle_has_none() -> None:
    ring = projection.ring_sector(*LAHORE, 1000, 2000, 0, 360)
    assert not shapely.contains_xy(ring, LAHORE[1], LAHORE[0])
    wedge = projection.ring_sector(*LAHORE, 0, 2000, 350, 45)
    assert wedge.is_valid
    assert shapely.contains_xy(wedge, *reversed(projection.destination(*LAHORE, 5, 100)))
