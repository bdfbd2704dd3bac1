"""Tests of the bearing rung: what the words allow holds the true place, inside the station's area."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, projection
from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import StationArea, bearing
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import Reason

LAHORE = (31.5497, 74.3436)
WIDE = shapely.box(73.8, 31.1, 74.9, 32.0)
WEST = shapely.box(73.8, 31.1, LAHORE[1] + 0.02, 32.0)
STATION = StationArea("S", *LAHORE, WIDE, "Lahore")
BARE = StationArea("B", *LAHORE, None, "Lahore")


def region_of(station: StationArea, text: str) -> Region:
    said = parse_bearing(text)
    assert said is not None
    found = bearing.bearing_region(station, said)
    assert found is not None
    return found[0]


def mass_within(region: Region, lat: float, lon: float, metres: float) -> int:
    apart = projection.distances_m(lat, lon, cells.centres(region.cells))
    return sum(mass for mass, gap in zip(region.masses, apart, strict=True) if gap <= metres)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 60),
    st.sampled_from([0, 45, 90, 135, 180, 225, 270, 315, 22.5, None]),
    st.floats(-0.99, 0.99),
    st.floats(1.0, 1.4),
)
def test_a_bearing_holds_every_place_that_it_may_mean(
    half_km: int, direction: float | None, off: float, detour: float
) -> None:
    distance = half_km * 500.0
    found = bearing.bearing_region(BARE, Bearing(distance, direction))
    assert found is not None
    region, share = found
    assert share == 1.0
    assert sum(region.masses) == UNIT
    assert min(region.masses) > 0
    assert len(region.cells) <= 64
    half_width = 180.0 if direction is None else 11.25 if direction == 22.5 else 22.5
    true = projection.destination(*LAHORE, (direction or 0) + off * half_width, (distance + off * 240.0) / detour)
    homes = cells.disk(cells.cell_of(*true, region.resolution), 1)
    assert set(homes) & set(region.cells)


def test_three_kilometres_north_east_is_a_band_of_some_square_kilometres() -> None:
    region = region_of(STATION, "3 km north east of PS")
    assert region.resolution == 9
    assert 1.2e6 < region.area_m2 < 4.5e6
    straight = projection.destination(*LAHORE, 45, 3000)
    by_road = projection.destination(*LAHORE, 45, 3000 / 1.3)
    for true in (straight, by_road):
        assert mass_within(region, *true, 200) > UNIT / 100
    assert mass_within(region, *LAHORE, 1000) == 0
    assert mass_within(region, *projection.destination(*LAHORE, 225, 3000), 1000) == 0


def test_a_finer_number_and_a_finer_point_make_a_smaller_region() -> None:
    areas = [region_of(BARE, f"{words} of PS").area_m2 for words in ("12 km NNE", "12 km NE", "12 km north")]
    assert areas == sorted(areas)
    areas = [region_of(BARE, f"{number} km north of PS").area_m2 for number in ("3.7", "3.5", "3")]
    assert areas == sorted(areas)
    assert region_of(BARE, "300 میٹر شمال").area_m2 < region_of(BARE, "0.5 km north").area_m2
    assert region_of(BARE, "15 km from PS").area_m2 > 4 * region_of(BARE, "15 km north from PS").area_m2


def test_a_range_is_as_wide_as_it_says() -> None:
    region = region_of(BARE, "2-4 km east of PS")
    for kilometres in (2.1, 3.9):
        assert mass_within(region, *projection.destination(*LAHORE, 90, 1000 * kilometres), 600) > 0
    assert region.area_m2 > region_of(BARE, "3 km east of PS").area_m2


def test_zero_is_near_the_station() -> None:
    for text in ("0/1 km of PS", "0 km", "0/1 کلومیٹر شمال"):
        region = region_of(STATION, text)
        assert mass_within(region, *LAHORE, 1200) == UNIT
        assert 300 < region.accuracy_m < 1000


def test_the_sector_is_clipped_to_the_area() -> None:
    cut = StationArea("S", *LAHORE, WEST, "Lahore")
    said = Bearing(3000.0, 45.0)
    found = bearing.bearing_region(cut, said)
    assert found is not None
    region, share = found
    assert 0.2 < share < 0.8
    assert all(cells.centre(cell)[1] < LAHORE[1] + 0.025 for cell in region.cells)
    elsewhere = shapely.box(73.8, 31.1, 74.0, 31.2)
    assert bearing.bearing_region(StationArea("S", *LAHORE, elsewhere, "Lahore"), said) is None
    # An area that the software made gives way to what the record says.
    derived = bearing.bearing_region(StationArea("S", *LAHORE, elsewhere, "Lahore", True), said)
    assert derived is not None
    assert derived[1] == pytest.approx(0.0, abs=1e-9)
    leaky = bearing.bearing_region(StationArea("S", *LAHORE, WEST, "Lahore", True), said)
    assert leaky is not None
    assert leaky[1] == pytest.approx(share, abs=0.02)
    assert any(cells.centre(cell)[1] > LAHORE[1] + 0.025 for cell in leaky[0].cells)


def test_what_columns_say_is_read_like_text() -> None:
    reasons: list[Reason] = []
    assert bearing.read(None, 1609.344, 370.0) == Bearing(1609.344, 10.0, 1609.344)
    assert bearing.read("5 km south", 3000, None) == Bearing(3000.0, None)
    assert bearing.read("5 km south", None, 90.0) == Bearing(5000.0, 90.0)
    assert bearing.read("a shop", None, 90.0) is None
    for bad in (float("nan"), float("inf"), -1.0, 1e9):
        assert bearing.read(None, bad, 0.0, reasons) is None
    assert [reason.code for reason in reasons] == ["distance_impossible"] * 4


def test_a_far_and_vague_distance_is_refused_or_coarse() -> None:
    found = bearing.bearing_region(BARE, Bearing(300_000.0, None))
    assert found is None or found[0].resolution <= 5
