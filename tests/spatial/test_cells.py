"""Tests of cells: agreement with h3 itself, ranges, covers, and refusal of what is no cell."""

from __future__ import annotations

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells
from spatial.errors import InvalidCell, InvalidCoordinates, InvalidGeometry, MixedResolutions

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
CELLS = st.builds(cells.cell_of, LATITUDES, LONGITUDES, st.integers(0, 15))
LAHORE = (31.5497, 74.3436)
PENTAGON = h3.get_pentagons(4)[0]


@given(CELLS, st.data())
def test_parents_are_those_of_h3(cell: int, data: st.DataObject) -> None:
    coarser = data.draw(st.integers(0, cells.resolution(cell)))
    expected = h3.cell_to_parent(cell, coarser)
    assert cells.parent(cell, coarser) == expected
    for dtype in (np.int64, np.uint64):
        found = cells.parents(np.array([cell], dtype=dtype), coarser)
        assert found.dtype == dtype
        assert found.tolist() == [expected]


def test_parents_of_an_array_keep_its_shape() -> None:
    grid = np.array(cells.disk(cells.cell_of(*LAHORE), 2)[:18], dtype=np.int64).reshape(3, 6)
    found = cells.parents(grid, 6)
    assert found.shape == (3, 6)
    assert found.ravel().tolist() == [h3.cell_to_parent(int(cell), 6) for cell in grid.ravel()]


@given(CELLS)
def test_hexadecimal_goes_both_ways(cell: int) -> None:
    text = cells.to_hex(cell)
    assert len(text) == 15
    assert text == h3.int_to_str(cell)
    assert cells.from_hex(text) == cell


@given(CELLS.filter(lambda cell: cells.resolution(cell) <= 12), st.integers(0, 3))
def test_a_range_holds_exactly_the_descendants(cell: int, deeper: int) -> None:
    resolution = cells.resolution(cell) + deeper
    lo, hi = cells.descendants_range(cell, resolution)
    children = cells.children(cell, resolution)
    assert lo <= min(children) and max(children) <= hi
    # Whatever else lies in the range at this resolution would be a cell with another ancestor.
    for neighbour in cells.disk(children[0], 1) + cells.disk(children[-1], 1):
        assert (lo <= neighbour <= hi) == (cells.parent(neighbour, cells.resolution(cell)) == cell)


def test_a_range_of_a_pentagon_holds_its_descendants() -> None:
    lo, hi = cells.descendants_range(PENTAGON, 6)
    children = cells.children(PENTAGON, 6)
    assert len(children) == 41
    assert all(lo <= child <= hi for child in children)


@given(CELLS)
def test_the_centre_of_a_cell_lies_in_it(cell: int) -> None:
    assert cells.cell_of(*cells.centre(cell), cells.resolution(cell)) == cell


def test_neighbours() -> None:
    cell = cells.cell_of(*LAHORE)
    assert set(cells.disk(cell, 1)) == {cell, *cells.ring(cell, 1)}
    assert len(cells.ring(cell, 2)) == 12
    assert len(cells.boundary(cell)) == 6
    assert 50_000 < cells.area_m2(cell) < 150_000


def test_order_is_consecutive_within_a_parent() -> None:
    children = sorted(cells.children(cells.cell_of(*LAHORE, 7), 9))
    ranks = [cells.rank(child) for child in children]
    assert ranks == list(range(ranks[0], ranks[0] + 49))


@settings(max_examples=40)
@given(st.floats(24, 36), st.floats(62, 77), st.floats(0.002, 0.03), st.floats(0.002, 0.03), st.integers(6, 9))
def test_cells_of_a_polygon_are_those_whose_centre_is_inside(
    south: float, west: float, high: float, wide: float, resolution: int
) -> None:
    polygon = shapely.Polygon([(west, south), (west + wide, south), (west + wide / 3, south + high)])
    steps = 2 + int(0.06 * 111_000 / cells.edge_m(resolution))
    around = cells.disk(cells.cell_of(south, west, resolution), min(steps, 60))
    expected = [c for c in around if polygon.contains(shapely.Point(*reversed(cells.centre(c))))]
    assert cells.cells_of_polygon(polygon, resolution) == sorted(expected)


def test_holes_and_several_parts_count() -> None:
    outer = shapely.box(74.2, 31.4, 74.3, 31.5)
    hole = shapely.box(74.23, 31.43, 74.27, 31.47)
    other = shapely.box(74.5, 31.4, 74.6, 31.5)
    whole = set(cells.cells_of_polygon(outer, 9))
    inner = set(cells.cells_of_polygon(hole, 9))
    assert set(cells.cells_of_polygon(outer.difference(hole), 9)) == whole - inner
    both = shapely.MultiPolygon([outer, other])
    assert set(cells.cells_of_polygon(both, 9)) == whole | set(cells.cells_of_polygon(other, 9))


@settings(max_examples=40)
@given(st.floats(24, 36), st.floats(62, 77), st.floats(1e-5, 2.5))
def test_the_weighted_cover_is_the_finest_that_fits(lat: float, lon: float, size: float) -> None:
    square = shapely.box(lon, lat, lon + size, lat + size)
    resolution, found, weights, samples = cells.weighted_cover(square)
    assert 1 <= len(found) <= 64
    assert {cells.resolution(cell) for cell in found} == {resolution}
    assert sum(weights) == len(samples) and min(weights) > 0
    if resolution < 9:
        # A cell has seven children: a finer cover would have had more than fit.
        assert square.area / (cells.area_m2(found[0]) / 7 / 111_320**2) > 40


def test_a_polygon_without_a_centre_gets_the_cell_of_a_point_inside() -> None:
    speck = shapely.box(74.3, 31.5, 74.30001, 31.50001)
    assert cells.weighted_cover(speck)[:3] == (9, [cells.cell_of(31.500005, 74.300005)], [1])


def test_a_country_is_too_large_for_a_fix() -> None:
    with pytest.raises(InvalidGeometry):
        cells.weighted_cover(shapely.box(61, 24, 77, 37))


def test_disks_are_those_of_each_cell_ring_by_ring() -> None:
    homes = [cells.cell_of(*LAHORE, 7), cells.cell_of(24.86, 67.01, 9)]
    found = cells.disks(homes, 3)
    assert found.shape == (2, 37)
    assert [row.tolist() for row in found] == [cells.disk(home, 3) for home in homes]
    assert set(found[0, 1:7].tolist()) == set(cells.ring(homes[0], 1))
    assert cells.disks([], 2).shape == (0, 19)
    pentagon = cells.cell_of(64.7000001, 10.536199, 4)
    with pytest.raises(InvalidCell):
        cells.disks([homes[0], pentagon], 1)


def test_centres_are_those_of_h3_and_of_cells_only() -> None:
    row = cells.disk(cells.cell_of(*LAHORE, 8), 2)
    for asked in (row, np.array(row, dtype=np.int64), np.array(row, dtype=np.uint64)):
        assert cells.centres(asked).tolist() == [list(h3.cell_to_latlng(cell)) for cell in row]
    assert cells.centres([]).shape == (0, 2)
    for bad in (row[0] + 1, 0, -row[0], 1 << 70, "8828308281fffff", None):
        with pytest.raises(InvalidCell):
            cells.centres([*row, bad])


def test_cells_of_many_points_are_those_of_each() -> None:
    points = np.random.default_rng(5).uniform((24, 61), (37, 77), (50, 2))
    for level in (4, 9):
        found = cells.cells_of(points, level)
        assert found.tolist() == [h3.latlng_to_cell(lat, lon, level) for lat, lon in points.tolist()]
    assert cells.cells_of(np.zeros((0, 2))).shape == (0,)


def test_cells_of_one_resolution_are_told_from_others() -> None:
    row = cells.disk(cells.cell_of(*LAHORE, 8), 2)
    assert cells.are_of(row, 8) and cells.are_of([], 8)
    assert not cells.are_of(row, 7)
    for bad in (row[0] + 1, cells.cell_of(*LAHORE, 9), 0, -row[0], 1 << 70):
        assert not cells.are_of([*row, bad], 8)


def test_compacting_goes_both_ways() -> None:
    children = cells.children(cells.cell_of(*LAHORE, 6), 8)
    assert cells.compact(children) == [cells.cell_of(*LAHORE, 6)]
    assert sorted(cells.uncompact(cells.compact(children), 8)) == sorted(children)
    with pytest.raises(MixedResolutions):
        cells.compact([*children, cells.cell_of(*LAHORE, 9)])


@pytest.mark.parametrize("bad", [0, -1, 1, 2**63, 2**64 + 5, 2**62, 0x8928308280FFFF0])
def test_integers_that_are_no_cells_are_refused(bad: int) -> None:
    assert not cells.is_cell(bad)
    for function in (cells.resolution, cells.to_hex, cells.boundary, cells.centre, cells.area_m2):
        with pytest.raises(InvalidCell):
            function(bad)


@pytest.mark.parametrize(
    "bad",
    ["", "0x8928308280fffff", "8928308280ffff", "zzzzzzzzzzzzzzz", "8928308280fffff ", "000000000000000"],
)
def test_texts_that_are_no_cells_are_refused(bad: str) -> None:
    with pytest.raises(InvalidCell):
        cells.from_hex(bad)


@pytest.mark.parametrize("lat,lon", [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_points_off_the_earth_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(InvalidCoordinates):
        cells.cell_of(lat, lon)


@pytest.mark.parametrize(
    "geometry", [None, shapely.Polygon(), shapely.Point(74, 31), shapely.LineString([(0, 0), (1, 1)])]
)
def test_geometries_that_are_no_areas_are_refused(geometry: object) -> None:
    with pytest.raises(InvalidGeometry):
        cells.weighted_cover(geometry)


def test_a_finer_ancestor_and_a_coarser_descendant_are_refused() -> None:
    cell = cells.cell_of(*LAHORE)
    with pytest.raises(InvalidCell):
        cells.parent(cell, 10)
    with pytest.raises(InvalidCell):
        cells.parents(np.array([cell]), 10)
    with pytest.raises(InvalidCell):
        cells.descendants_range(cell, 8)
