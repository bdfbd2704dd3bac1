"""Tests of stencils: the same words laid over any station are what asking every point of its cells would give."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatial import cells, projection
from spatial.geocoding import stencil
from spatial.geocoding.combine import combine
from spatial.geocoding.frame import Frame, lattice
from spatial.geocoding.layers import Bearing, Jurisdiction
from spatial.geocoding.stencil import Laid
from spatial.mass import UNIT
from tests.spatial.geocoding.written import overlap, with_areas

AREAS = [one for one in with_areas(False) if one.area is not None]


@pytest.mark.parametrize("metres", [0.0, 500.0, 2_500.0, 7_000.0, 15_000.0, 40_000.0])
@pytest.mark.parametrize("direction", [None, 45.0, 180.0])
@pytest.mark.parametrize("number", [0, 30, 60])
def test_a_stencil_is_what_asking_every_point_gives(metres: float, direction: float | None, number: int) -> None:
    station = AREAS[number % len(AREAS)]
    words = Bearing(station.lat, station.lon, metres, direction)
    for bound in (None, Jurisdiction(station.area, 0.0), Jurisdiction(station.area, 0.3)):
        asked = combine((), bearing=words, bounds=(bound,) if bound else ())
        (laid,) = stencil.lay_all([Laid(words, bound)])
        if asked is None or asked.within < 0.01:
            assert laid is None or laid[1] < 0.02
            continue
        assert laid is not None
        region, within = laid
        assert sum(region.masses) == UNIT and len(region.cells) <= 64 and list(region.cells) == sorted(region.cells)
        assert within == pytest.approx(asked.within, abs=0.03)
        assert abs(region.resolution - asked.region.resolution) <= 1
        assert overlap(region, asked.region) > 0.9
        assert region.accuracy_m == pytest.approx(asked.region.accuracy_m, rel=0.06, abs=40.0)
        apart = projection.distance_m(
            region.point.lat, region.point.lon, asked.region.point.lat, asked.region.point.lon
        )
        assert apart < 0.05 * region.accuracy_m + 20.0


def test_points_fall_in_the_cells_that_h3_gives_them() -> None:
    chance = np.random.default_rng(8)
    for lat, lon in zip(chance.uniform(24, 37, 12), chance.uniform(61, 77, 12), strict=True):
        for resolution, reach in ((9, 4_000.0), (8, 10_000.0), (7, 30_000.0)):
            frame, found = Frame(float(lat), float(lon)), lattice(float(lat), float(lon), resolution)
            east, north = chance.uniform(-reach, reach, (2, 300))
            middles = found.origin + found.steps(east, north).T @ found.basis
            said = cells.cells_of(np.column_stack(frame.to_degrees(middles[:, 0], middles[:, 1])), resolution)
            true = cells.cells_of(np.column_stack(frame.to_degrees(east, north)), resolution)
            assert float((said == true).mean()) > 0.97


def test_an_area_that_holds_nothing_of_it_leaves_nothing() -> None:
    station, other = AREAS[0], AREAS[-1]
    words = Bearing(station.lat, station.lon, 2_000.0, 90.0)
    assert stencil.lay_all([Laid(words, Jurisdiction(other.area, 0.0))]) == [None]


def test_an_area_that_holds_all_of_it_takes_nothing() -> None:
    station = AREAS[0]
    words = Bearing(station.lat, station.lon, 1_000.0, 45.0)
    country = Jurisdiction(shapely.box(station.lon - 1.0, station.lat - 1.0, station.lon + 1.0, station.lat + 1.0), 0.1)
    (alone,), (laid,) = stencil.lay_all([Laid(words)]), stencil.lay_all([Laid(words, country)])
    assert alone is not None and laid is not None
    assert laid[0] == alone[0] and laid[1] == pytest.approx(1.0)


def test_a_point_lies_in_the_nearest_cell_of_a_lattice() -> None:
    chance = np.random.default_rng(3)
    found = lattice(31.5, 74.3, 8)
    east, north = chance.uniform(-20_000.0, 20_000.0, (2, 500))
    step = found.steps(east, north)
    around = np.array([(0, 0), (1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)])
    # In steps, which stand 60 degrees apart.
    at = (np.column_stack([east, north]) - found.origin) @ np.linalg.inv(found.basis)
    a, b = np.moveaxis(at[:, None] - (step.T[:, None] + around), -1, 0)
    assert not (a * a + a * b + b * b).argmin(axis=1).any()


def test_nobodys_region_depends_on_who_is_laid_beside_it() -> None:
    chance = np.random.default_rng(2)
    many = []
    for number in range(60):
        station = AREAS[number % len(AREAS)]
        metres = float(chance.choice([0.0, 500.0, 2_000.0, 3_500.0, 12_000.0, 45_000.0]))
        direction = float(chance.integers(8)) * 45.0 if chance.random() < 0.8 else None
        words = Bearing(station.lat, station.lon, metres, direction)
        bound = Jurisdiction(station.area, float(chance.choice([0.0, 0.1]))) if number % 3 else None
        many.append(Laid(words, bound))
    together = stencil.lay_all(many)
    assert together == [stencil.lay_all([one])[0] for one in many]
    assert sum(found is not None for found in together) > 30


def test_points_are_laid_closer_only_where_an_area_leaves_little_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    drawn = stencil._stencil

    def seen(*said: object) -> stencil.Stencil:
        asked.append(len(said) > 7 and bool(said[7]))
        return drawn(*said)

    monkeypatch.setattr(stencil, "_stencil", seen)
    station, other = AREAS[0], AREAS[-1]
    words = Bearing(station.lat, station.lon, 2_000.0, 90.0)
    # Beside an area that holds nothing of it, all of it is left, though with little chance.
    (laid,) = stencil.lay_all([Laid(words, Jurisdiction(other.area, 0.1))])
    assert laid is not None and laid[1] == pytest.approx(0.1) and asked == [False]
    at = projection.destination(station.lat, station.lon, 90.0, 2_000.0)
    few = shapely.Point(at[1], at[0]).buffer(0.002)
    (laid,) = stencil.lay_all([Laid(words, Jurisdiction(few, 0.0))])
    assert laid is not None and asked == [False, False, True]
