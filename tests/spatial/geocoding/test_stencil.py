"""Tests of stencils: the same words laid over any station are what asking every point of its cells would give."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spatial import cells, projection
from spatial.geocoding import Place, Query, StationArea, beside, stencil
from spatial.geocoding.beside import Chosen
from spatial.geocoding.combine import Lump, combine
from spatial.geocoding.disks import CORE, Round, deviations_m
from spatial.geocoding.frame import Frame, lattice
from spatial.geocoding.layers import NINETY, Bearing, Jurisdiction, Kernel
from spatial.geocoding.region import Region
from spatial.geocoding.stencil import Beside, Laid
from spatial.mass import UNIT
from spatial.model import Method
from tests.spatial.geocoding.written import with_areas

AREAS = [one for one in with_areas(False) if one.area is not None]


def overlap(one: Region, other: Region) -> float:
    """Give the share of the mass that two regions have on the same cells, at the coarser resolution of the two."""
    level = min(one.resolution, other.resolution)
    held: list[dict[int, int]] = []
    for region in (one, other):
        here: dict[int, int] = {}
        for cell, mass in zip(region.cells, region.masses, strict=True):
            home = cells.parent(cell, level)
            here[home] = here.get(home, 0) + mass
        held.append(here)
    return sum(min(mass, held[1].get(cell, 0)) for cell, mass in held[0].items()) / UNIT


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


def test_nobodys_region_depends_on_who_is_laid_beside_it() -> None:
    chance = np.random.default_rng(2)
    many = []
    for number in range(60):
        station = AREAS[number % len(AREAS)]
        metres = float(chance.choice([0.0, 500.0, 2_000.0, 3_500.0, 12_000.0, 45_000.0]))
        direction = float(chance.integers(8)) * 45.0 if chance.random() < 0.8 else None
        words = Bearing(station.lat, station.lon, metres, direction)
        bound = Jurisdiction(station.area, float(chance.choice([0.0, 0.1]))) if number % 3 else None
        at = projection.destination(station.lat, station.lon, direction or 0.0, metres)
        name = Round(*at, 900.0, 9_000.0)
        many.append(Laid(words, bound, Beside(name, 0.9, 0.93, 5e8) if number % 2 else None))
    together = stencil.lay_all(many)
    assert together == [stencil.lay_all([one])[0] for one in many]
    assert sum(found is not None for found in together) > 30


@pytest.mark.parametrize("metres", [1_000.0, 2_000.0, 4_000.0])
@pytest.mark.parametrize("is_bounded", [False, True])
def test_a_wide_name_laid_over_a_bearing_is_what_the_long_road_gives(metres: float, is_bounded: bool) -> None:
    station = AREAS[3]
    words = Bearing(station.lat, station.lon, metres, 90.0)
    at = projection.destination(station.lat, station.lon, 70.0, 1.1 * metres)
    name = Round(*at, 0.3 * metres, 2.0 * metres + 2_000.0)
    inner, outer = deviations_m(name.fifty_m, name.ninety_m)
    lumps = [
        Lump(0.85 * CORE, Kernel(*at, inner * NINETY)),
        Lump(0.85 * (1.0 - CORE), Kernel(*at, outer * NINETY)),
    ]
    bound = Jurisdiction(station.area, 0.1) if is_bounded else None
    asked = combine(lumps, bearing=words, trust=0.93, bounds=(bound,) if bound else (), plausible_m2=1e9)
    assert asked is not None and asked.agreed > 0.9
    (laid,) = stencil.lay_all([Laid(words, bound, Beside(name, 0.85, 0.93, 1e9))])
    assert laid is not None
    apart = projection.distance_m(laid[0].point.lat, laid[0].point.lon, asked.region.point.lat, asked.region.point.lon)
    assert apart < 0.1 * asked.region.accuracy_m + 40.0
    assert laid[0].accuracy_m == pytest.approx(asked.region.accuracy_m, rel=0.12, abs=40.0)
    assert overlap(laid[0], asked.region) > 0.85
    # The control: by the words alone it is another region.
    (alone,) = stencil.lay_all([Laid(words, bound)])
    assert alone is not None and overlap(alone[0], asked.region) < overlap(laid[0], asked.region) - 0.05


@pytest.mark.parametrize("ninety", [5_000.0, 40_000.0, 150_000.0])
def test_distances_beyond_the_flat_go_the_general_road_beside_a_name(
    ninety: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    general: list[Chosen] = []
    combined = beside._combined

    def taken(one: Chosen, said: Any) -> Region | None:
        general.append(one)
        return combined(one, said)

    monkeypatch.setattr(beside, "_combined", taken)
    station = StationArea("S", 31.5, 74.3)
    chosen = []
    for metres in (70_000.0, 90_000.0):
        at = projection.destination(station.lat, station.lon, 0.0, metres)
        place = Place("p", "Landmark", "landmark", *at)
        name: Any = SimpleNamespace(
            lat=at[0], lon=at[1], fifty_m=0.3 * ninety, ninety_m=ninety, score=0.7, place=place, lumps=list
        )
        query = Query(text=f"Landmark, {metres / 1_000:.0f} km north of PS", station="S")
        chosen.append(Chosen(query, station, name, Method.LANDMARK, []))
    placed = beside.fixes(chosen)
    assert all(fix is not None for fix, _ in placed)
    # The control: what lies nearer is drawn together.
    assert general == chosen[1:]


def test_a_name_at_odds_with_the_words_is_left_to_the_long_road() -> None:
    station = AREAS[3]
    words = Bearing(station.lat, station.lon, 2_000.0, 90.0)
    away = projection.destination(station.lat, station.lon, 270.0, 9_000.0)
    name = Round(*away, 400.0, 900.0)
    assert stencil.lay_all([Laid(words, None, Beside(name, 0.85, 0.93, 1e8))]) == [None]
