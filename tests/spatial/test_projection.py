"""Tests of metres on the ground: there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial import projection

LAHORE = (31.5497, 74.3436)


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


def test_many_destinations_are_those_of_each() -> None:
    bearings, distances = np.array([0.0, 90.0, 225.0]), np.array([100.0, 2000.0, 30_000.0])
    many = projection.destinations(*LAHORE, bearings, distances)
    for there, bearing, distance in zip(many.tolist(), bearings, distances, strict=True):
        assert tuple(there) == pytest.approx(projection.destination(*LAHORE, bearing, distance))
