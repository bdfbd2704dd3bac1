"""Tests of names beside distances and directions, on the points of both: what the general road gives, where they agree
and where not."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from spatial import projection
from spatial.geocoding import Place, Query, StationArea, beside
from spatial.geocoding.beside import Chosen
from spatial.geocoding.combine import Combination, Lump, combine
from spatial.geocoding.disks import CORE, Round, deviations_m
from spatial.geocoding.frame import Frame
from spatial.geocoding.layers import NINETY, TAIL, Bearing, Jurisdiction, Kernel
from spatial.geocoding.overlaid import Beside, lay_beside
from spatial.geocoding.region import Region
from spatial.geocoding.stencil import Laid, lay_all
from spatial.mass import UNIT
from spatial.model import MOST_CELLS, Method
from tests.spatial.geocoding.written import overlap, with_areas

AREAS = [one for one in with_areas(False) if one.area is not None]


def general(one: Beside) -> Combination:
    """Give what the general combination makes of the same."""
    about = one.about
    inner, outer = deviations_m(about.fifty_m, about.ninety_m)
    lumps = [
        Lump(one.holds * CORE, Kernel(about.lat, about.lon, inner * NINETY)),
        Lump(one.holds * (1.0 - CORE), Kernel(about.lat, about.lon, outer * NINETY)),
    ]
    found = combine(
        lumps,
        bearing=one.words,
        trust=one.trust,
        bounds=(one.bound,) if one.bound else (),
        plausible_m2=one.plausible_m2,
    )
    assert found is not None
    return found


def pairs(seed: int, count: int, far: tuple[float, float] = (0.2, 3.0)) -> list[Beside]:
    """Give names and words that mostly contradict each other, half of them within an area."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(count):
        station = AREAS[int(chance.integers(len(AREAS)))]
        metres, turn = float(chance.choice([0.0, 500.0, 2_000.0, 3_500.0, 8_000.0])), float(chance.integers(8)) * 45.0
        words = Bearing(station.lat, station.lon, metres, turn if chance.random() < 0.9 else None)
        away = (metres + 1_000.0) * float(chance.uniform(*far))
        at = projection.destination(station.lat, station.lon, float(chance.uniform(0.0, 360.0)), away)
        ninety = float(np.exp(chance.uniform(math.log(250.0), math.log(8e3))))
        bound = Jurisdiction(station.area, 0.1) if number % 2 else None
        plausible = max(5e6, math.pi * (1.5 * words.reach_m) ** 2)
        found.append(
            Beside(words, bound, Round(*at, float(chance.uniform(0.2, 0.5)) * ninety, ninety), 0.92, 0.93, plausible)
        )
    return found


def believed(one: Beside, region: Region) -> float | None:
    """Give how much of what is believed a circle holds, summed over many points; None if one part is left out.

    What is worth no cells is left out of the belief: asked only where both parts of the name or none are worth theirs.
    """
    frame, spreads = Frame(one.words.lat, one.words.lon), deviations_m(one.about.fifty_m, one.about.ninety_m)
    (x,), (y,) = frame.to_metres(np.array([one.about.lat]), np.array([one.about.lon]))

    def left(east: Any, north: Any) -> Any:
        return one.bound.factor(frame, east, north) if one.bound else np.ones(len(east))

    west, south, east, north = one.words.boxes(frame)[0]
    step = math.sqrt((east - west) * (north - south) / 1e6)
    across, along = (axis.ravel() for axis in np.meshgrid(np.arange(west, east, step), np.arange(south, north, step)))
    words = one.words.density(frame, across, along) * step**2
    across, along, words = across[words > 0.0], along[words > 0.0], words[words > 0.0]
    words *= one.trust * left(across, along)
    squares = [axis.ravel() for axis in np.meshgrid(*[np.arange(-TAIL, TAIL, 0.03) + 0.015] * 2)]
    hill = np.exp(-0.5 * (squares[0] ** 2 + squares[1] ** 2))
    easts, norths, masses = [across], [along], [(1.0 - one.holds) * words]
    by_part = []
    for share, spread in zip((CORE, 1.0 - CORE), spreads, strict=True):
        name = np.exp(-0.5 * ((across - x) ** 2 + (along - y) ** 2) / spread**2) / (2.0 * math.pi * spread**2)
        agreed = words * name * (one.holds * share * one.plausible_m2)
        easts.append(x + spread * squares[0])
        norths.append(y + spread * squares[1])
        masses[0] = masses[0] + agreed
        masses.append(hill / hill.sum() * (one.holds * share * (1.0 - one.trust)) * left(easts[-1], norths[-1]))
        by_part.append(float(agreed.sum() + masses[-1].sum()))
    mass = np.concatenate(masses)
    if min(by_part) < 0.06 * mass.sum():
        if max(by_part) > 0.03 * mass.sum():
            return None
        easts, norths, mass = [across], [along], words
    (at_x,), (at_y,) = frame.to_metres(np.array([region.point.lat]), np.array([region.point.lon]))
    apart = np.hypot(np.concatenate(easts) - at_x, np.concatenate(norths) - at_y)
    return float(mass[apart <= region.accuracy_m].sum() / mass.sum())


def test_circles_hold_nine_tenths_of_what_is_believed_where_name_and_words_are_at_odds() -> None:
    asked = pairs(3, 80)
    held, codes = [], set()
    for one, laid in zip(asked, lay_beside(asked), strict=True):
        assert laid is not None
        share = believed(one, laid[0])
        if share is not None and laid[1] != "bearing_agrees":
            held.append(share)
            codes.add(laid[1])
    assert len(held) > 40 and codes == {"bearing_contradicts", "bearing_over_name"}
    assert float(np.mean(held)) == pytest.approx(0.9, abs=0.006)
    assert min(held) > 0.86 and max(held) < 0.94


def test_what_is_at_odds_is_what_the_general_road_gives() -> None:
    asked = [one for one in pairs(5, 120) if one.words.least_m2 > 3e5]
    shifts, ratios, alike, same = [], [], [], []
    for one, laid in zip(asked, lay_beside(asked), strict=True):
        assert laid is not None
        region, code = laid
        assert sum(region.masses) == UNIT and len(region.cells) <= MOST_CELLS
        if code == "bearing_agrees":
            continue
        other = general(one)
        apart = projection.distance_m(
            region.point.lat, region.point.lon, other.region.point.lat, other.region.point.lon
        )
        shifts.append(apart / other.region.accuracy_m)
        ratios.append(region.accuracy_m / other.region.accuracy_m)
        alike.append(overlap(region, other.region))
        same.append((other.bearing_only >= 0.5) == (code == "bearing_over_name"))
    assert len(ratios) > 50
    assert float(np.median(shifts)) < 0.02 and float(np.quantile(shifts, 0.9)) < 0.15
    assert float(np.median(ratios)) == pytest.approx(1.0, abs=0.02)
    assert float(np.quantile(ratios, 0.1)) > 0.9 and float(np.quantile(ratios, 0.9)) < 1.1
    assert float(np.median(alike)) > 0.94
    assert float(np.mean(same)) > 0.9


def test_a_name_that_is_not_worth_its_cells_is_left_out() -> None:
    station = AREAS[3]
    words = Bearing(station.lat, station.lon, 2_000.0, 90.0)
    away = projection.destination(station.lat, station.lon, 270.0, 30_000.0)
    area, found = Jurisdiction(shapely.Point(station.lon, station.lat).buffer(0.05), 0.02), []
    for bound in (None, area):
        asked = Beside(words, bound, Round(*away, 400.0, 900.0), 0.92, 0.93, 5e7)
        found.append(lay_beside([asked])[0])
    assert found[0] is not None and found[1] is not None
    assert found[0][0].accuracy_m > 20_000.0 and found[1][0].accuracy_m < 3_000.0
    assert found[1][1] == "bearing_over_name"
    (alone,) = lay_all([Laid(words, area)])
    assert alone is not None and overlap(found[1][0], alone[0]) > 0.99


def test_a_name_beyond_the_flat_is_left_to_the_general_road() -> None:
    station = AREAS[3]
    words = Bearing(station.lat, station.lon, 2_000.0, 90.0)
    for metres, is_laid in ((60_000.0, True), (90_000.0, False)):
        away = projection.destination(station.lat, station.lon, 270.0, metres)
        (found,) = lay_beside([Beside(words, None, Round(*away, 400.0, 900.0), 0.92, 0.93, 5e7)])
        assert (found is not None) is is_laid


def test_nobodys_region_depends_on_who_is_laid_beside_it() -> None:
    many = [*pairs(2, 40), *pairs(9, 40, (0.6, 1.1))]
    for number in range(0, len(many), 3):
        one = many[number]
        at = projection.destination(one.words.lat, one.words.lon, one.words.direction_deg or 0.0, one.words.distance_m)
        many[number] = Beside(one.words, one.bound, Round(*at, 900.0, 9_000.0), 0.9, 0.93, 5e8)
    together = lay_beside(many)
    assert together == [lay_beside([one])[0] for one in many]
    assert {found[1] for found in together if found is not None} == {
        "bearing_agrees", "bearing_contradicts", "bearing_over_name",
    }  # fmt: skip


@pytest.mark.parametrize("metres", [1_000.0, 2_000.0, 4_000.0])
@pytest.mark.parametrize("is_bounded", [False, True])
def test_a_wide_name_laid_over_a_bearing_is_what_the_long_road_gives(metres: float, is_bounded: bool) -> None:
    station = AREAS[3]
    words = Bearing(station.lat, station.lon, metres, 90.0)
    at = projection.destination(station.lat, station.lon, 70.0, 1.1 * metres)
    name = Round(*at, 0.3 * metres, 2.0 * metres + 2_000.0)
    bound = Jurisdiction(station.area, 0.1) if is_bounded else None
    one = Beside(words, bound, name, 0.85, 0.93, 1e9)
    asked = general(one)
    assert asked.agreed > 0.9
    (laid,) = lay_beside([one])
    assert laid is not None and laid[1] == "bearing_agrees"
    apart = projection.distance_m(laid[0].point.lat, laid[0].point.lon, asked.region.point.lat, asked.region.point.lon)
    assert apart < 0.1 * asked.region.accuracy_m + 40.0
    assert laid[0].accuracy_m == pytest.approx(asked.region.accuracy_m, rel=0.12, abs=40.0)
    assert overlap(laid[0], asked.region) > 0.85
    # The control: by the words alone it is another region.
    (alone,) = lay_all([Laid(words, bound)])
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
