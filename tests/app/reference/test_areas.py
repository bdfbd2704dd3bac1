"""Derived areas tile what they were derived from."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reference import areas

SQUARE = shapely.box(74.0, 31.0, 74.4, 31.4)
WITH_HOLE = SQUARE.difference(shapely.box(74.1, 31.1, 74.2, 31.2))
ISLANDS = shapely.MultiPolygon([shapely.box(74.0, 31.0, 74.1, 31.1), shapely.box(74.3, 31.3, 74.4, 31.4)])

inside = st.tuples(st.floats(74.0, 74.4), st.floats(31.0, 31.4))


def assert_tiles(whole: shapely.Geometry, parts: list[shapely.MultiPolygon]) -> None:
    """Check that parts cover the whole, without overlap, each valid."""
    full = [part for part in parts if not part.is_empty]
    assert all(part.is_valid for part in full)
    assert shapely.union_all(full).symmetric_difference(whole).area < 1e-12
    assert abs(sum(part.area for part in full) - whole.area) < 1e-12
    assert shapely.coverage_is_valid(full)


@given(st.lists(inside, min_size=1, max_size=12, unique=True))
@settings(max_examples=30, deadline=None)
def test_parts_tile_the_area(points: list[tuple[float, float]]) -> None:
    """Wherever the points lie, their parts tile a square, one with a hole, and islands."""
    for whole in (SQUARE, WITH_HOLE, ISLANDS):
        assert_tiles(whole, areas.nearest_parts(whole, np.array(points)))


def test_each_part_is_nearest_to_its_point() -> None:
    """A part's land is nearer to its own point than to any other."""
    points = np.array([(74.1, 31.1), (74.3, 31.1), (74.2, 31.35)])
    parts = areas.nearest_parts(SQUARE, points)
    scale = np.array([areas.stretch(SQUARE), 1.0])
    for i, part in enumerate(parts):
        at = np.array(shapely.point_on_surface(part).coords[0])
        assert (((points - at) * scale) ** 2).sum(axis=1).argmin() == i


def test_equal_points_share_without_overlap() -> None:
    """Two stations at one point are told apart, not dropped."""
    parts = areas.nearest_parts(SQUARE, np.array([(74.2, 31.2), (74.2, 31.2)]))
    assert all(part.area > 0 for part in parts)
    assert_tiles(SQUARE, parts)


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_beats_are_of_about_one_size(count: int) -> None:
    """Beats tile the station's area and differ in size by a factor, not by orders."""
    whole = areas.multipolygon(WITH_HOLE)
    parts = areas.parts_of(whole, count)
    assert len(parts) == count
    assert_tiles(whole, parts)
    sizes = [part.area for part in parts]
    assert max(sizes) < 3 * min(sizes)


@given(st.lists(inside, min_size=6, max_size=40))
def test_groups_are_even(points: list[tuple[float, float]]) -> None:
    """Every station is in one circle, and circles hold four or five where that is possible."""
    found = areas.groups(np.array(points))
    assert sorted(i for group in found for i in group) == list(range(len(points)))
    assert {len(group) for group in found} <= {3, 4, 5}
    assert max(map(len, found)) - min(map(len, found)) <= 1
