"""Tests of tiles: their bounds, the ladder of resolutions, and covers that never miss a cell."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, tiles
from spatial.errors import InvalidTile


def test_the_world_is_one_tile() -> None:
    west, south, east, north = tiles.tile_bounds(0, 0, 0)
    assert (west, east) == (-180, 180)
    assert north == pytest.approx(85.0511287798)
    assert south == pytest.approx(-85.0511287798)


@given(st.floats(-85, 85), st.floats(-180, 179.999), st.integers(0, 18))
def test_a_point_lies_in_its_tile(lat: float, lon: float, z: int) -> None:
    west, south, east, north = tiles.tile_bounds(*tiles.tile_of(lat, lon, z))
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9


@pytest.mark.parametrize("tile", [(-1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (25, 0, 0)])
def test_tiles_that_do_not_exist_are_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidTile):
        tiles.tile_bounds(*tile)
    with pytest.raises(InvalidTile):
        tiles.covering_ranges(*tile, 9)


def test_hexagons_have_a_good_size_on_screen() -> None:
    for z in range(5, 14):
        metres_per_pixel = 2 * math.pi * 6_378_137 * math.cos(math.radians(30)) / (512 << z)
        width = math.sqrt(3) * cells.edge_m(tiles.resolution_for_zoom(z)) / metres_per_pixel
        assert 14 <= width <= 43, z


def test_the_ladder_climbs_from_4_to_9() -> None:
    ladder = [tiles.resolution_for_zoom(z) for z in range(25)]
    assert ladder == sorted(ladder)
    assert set(ladder) == {4, 5, 6, 7, 8, 9}


def missed(z: int, x: int, y: int, resolution: int) -> list[int]:
    """Give the cells whose hexagon touches the tile but which no range holds."""
    west, south, east, north = tiles.tile_bounds(z, x, y)
    box = shapely.box(west, south, east, north)
    ranges = tiles.covering_ranges(z, x, y, resolution)
    assert 1 <= len(ranges) <= 40
    assert all(lo <= hi for lo, hi in ranges)
    assert all(ranges[i][1] < ranges[i + 1][0] for i in range(len(ranges) - 1))
    # Brute force: every cell found on a fine grid of points over the tile, and all of their neighbours.
    steps = np.linspace(0, 1, 25)
    seeds = {
        cells.cell_of(south + (north - south) * v, west + (east - west) * u, resolution) for u in steps for v in steps
    }
    around = {near for seed in seeds for near in cells.disk(seed, 1)}
    touching = [cell for cell in around if cells.hexagon(cell).intersects(box)]
    assert len(touching) >= 1
    return [cell for cell in touching if not any(lo <= cell <= hi for lo, hi in ranges)]


@settings(max_examples=60, deadline=None)
@given(st.floats(23, 37.5), st.floats(60, 78), st.integers(4, 16), st.integers(-1, 1))
def test_no_cell_of_pakistan_is_missed(lat: float, lon: float, z: int, finer: int) -> None:
    resolution = max(4, min(9, tiles.resolution_for_zoom(z) + finer))
    assert missed(*tiles.tile_of(lat, lon, z), resolution) == []


@settings(max_examples=60, deadline=None)
@given(st.floats(-75, 75), st.floats(-170, 170), st.integers(5, 14))
def test_no_cell_of_the_world_is_missed(lat: float, lon: float, z: int) -> None:
    assert missed(*tiles.tile_of(lat, lon, z), tiles.resolution_for_zoom(z)) == []


@pytest.mark.parametrize(
    "tile", [(0, 0, 0), (1, 1, 0), (2, 2, 1), (3, 5, 3), (4, 0, 6), (4, 15, 6), (5, 31, 12), (6, 20, 0)]
)
def test_no_cell_of_an_awkward_tile_is_missed(tile: tuple[int, int, int]) -> None:
    west, south, east, north = tiles.tile_bounds(*tile)
    ranges = tiles.covering_ranges(*tile, 6)
    assert len(ranges) <= 40
    for u in np.linspace(0, 1, 40):
        for v in np.linspace(0, 1, 40):
            cell = cells.cell_of(south + (north - south) * v, west + (east - west) * u, 6)
            assert any(lo <= cell <= hi for lo, hi in ranges)


def test_a_cover_is_not_wasteful() -> None:
    z, x, y = tiles.tile_of(31.55, 74.34, 12)
    west, south, east, north = tiles.tile_bounds(z, x, y)
    wide = cells.cells_of_polygon(shapely.box(west - 0.2, south - 0.2, east + 0.2, north + 0.2), 9)
    ranges = tiles.covering_ranges(z, x, y, 9)
    covered = sum(any(lo <= cell <= hi for lo, hi in ranges) for cell in wide)
    touching = sum(cells.hexagon(cell).intersects(shapely.box(west, south, east, north)) for cell in wide)
    assert covered < 2 * touching
