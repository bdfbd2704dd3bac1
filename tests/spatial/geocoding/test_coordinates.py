"""Tests of coordinates: every way of writing them is read, what is wrong is named, nothing is turned in silence."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import projection
from spatial.geocoding import StationArea, coordinates, utm
from spatial.geocoding.coordinate_text import problem_of, read
from spatial.geocoding.coordinates import Limits
from spatial.mass import UNIT
from spatial.model import Fix, Reason

LAHORE = (31.5497, 74.3436)
AREA = shapely.box(74.30, 31.50, 74.40, 31.60)
STATION = StationArea("S", 31.5301, 74.3301, AREA, "Lahore")
GAZETTEER = Path(__file__).parents[3] / "data" / "places" / "gazetteer.csv.gz"


def real_points() -> np.ndarray:
    with gzip.open(GAZETTEER, "rt", encoding="utf-8") as file:
        return np.array([(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)])


@pytest.mark.parametrize(
    "text",
    [
        "31.5497, 74.3436",
        "31.5497 74.3436",
        "(31.5497,74.3436)",
        "N31.5497 E74.3436",
        "E 74.3436 N 31.5497",
        "74.3436E, 31.5497N",
        "31.5497N74.3436E",
        "lat: 31.5497, lon: 74.3436",
        "Longitude=74.3436 Latitude=31.5497",
        "۳۱٫۵۴۹۷، ۷۴٫۳۴۳۶",
        "عرض بلد 31.5497 طول بلد 74.3436",
        "31,5497 74,3436",
        "31°32'58.9\"N 74°20'37.0\"E",
        "31°32′58.9″N, 74°20′37″E",
        "31° 32.982' N, 74° 20.616' E",
        "31d32m58.9s N 74d20m37s E",
        "31 32 58.9 N 74 20 37 E",
        "31 32.982 N 74 20.616 E",
        "43R 437698 3490712",
        "437698mE 3490712mN zone 43",
    ],
)
def test_every_way_of_writing_is_read(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.problem is None
    assert found.lat is not None and found.lon is not None
    assert projection.distance_m(*LAHORE, found.lat, found.lon) < 12


@pytest.mark.parametrize(
    ("text", "problem", "offered"),
    [
        ("74.3436, 31.5497", "coordinates_swapped", LAHORE),
        ("-31.5497, 74.3436", "coordinates_negative", LAHORE),
        ("31.5497S 74.3436E", "coordinates_negative", LAHORE),
        ("3132.982, 7420.616", "coordinates_minutes", LAHORE),
        ("315497 743436", "coordinates_without_point", LAHORE),
        ("31549700, 74343600", "coordinates_without_point", LAHORE),
        ("437698 3490712", "coordinates_utm_without_zone", None),
        ("45N 437698 3490712", "coordinates_utm_zone", None),
        ("1436016 11452467", "coordinates_in_feet", None),
        ("0.0, 0.0", "coordinates_zero", None),
        ("0, 0", "coordinates_zero", None),
        ("51.5012, -0.1241", "coordinates_outside_country", None),
    ],
)
def test_what_is_wrong_is_named_and_offered_but_not_used(
    text: str, problem: str, offered: tuple[float, float] | None
) -> None:
    found = read(text)
    assert found is not None
    assert (found.lat, found.lon, found.problem) == (None, None, problem)
    if offered is None:
        assert found.offered is None
    else:
        assert found.offered == pytest.approx(offered, abs=2e-4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "House 5, Street 7",
        "5-7",
        "F-7/2",
        "123/GB",
        "0300-1234567",
        "35202-1234567-1",
        "22/11/2026",
        "12:30 14:45",
        "31.5497",
        "31°75'N 74°21'E",
        "31.5497N 74.3436N",
        "Chak No. 123 GB, 31.5497, 74.3436 near the canal",
        "بمسافت 10 کلومیٹر مشرق",
        "9" * 500,
    ],
)
def test_other_numbers_are_no_coordinates(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=60), st.text("0123456789.,-°'\"NSEWnsew UTM", max_size=40))
def test_no_text_breaks_it(text: str, numbers: str) -> None:
    for found in (read(text), read(numbers)):
        if found is not None and found.problem is None:
            assert found.lat is not None and 23.5 <= found.lat <= 37.2
        elif found is not None:
            assert found.lat is None


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_no_number_breaks_it(lat: float, lon: float) -> None:
    problem, offered = problem_of(lat, lon)
    if problem is None:
        assert 23.5 <= lat <= 37.2 and 60.8 <= lon <= 77.9
    if offered is not None:
        assert problem_of(*offered) == (None, None)


@settings(max_examples=200)
@given(st.floats(23.6, 37.1), st.floats(61.0, 77.8))
def test_the_grid_goes_there_and_back(lat: float, lon: float) -> None:
    zone = utm.zone_of(lon)
    assert zone in utm.ZONES
    easting, northing = utm.from_degrees(lat, lon, zone)
    assert utm.to_degrees(easting, northing, zone) == pytest.approx((lat, lon), abs=2e-8)
    # The projection's scale at a point, against the ellipsoid.
    other = utm.from_degrees(lat + 1e-3, lon, zone)
    ratio = math.dist((easting, northing), other) / projection.distance_m(lat, lon, lat + 1e-3, lon)
    assert 0.9995 < ratio < 1.0012


def test_swaps_are_caught_and_honest_points_are_not() -> None:
    points = real_points()
    assert len(points) > 100_000
    swapped = sum(problem_of(lon, lat)[0] == "coordinates_swapped" for lat, lon in points.tolist())
    honest = sum(problem_of(lat, lon)[0] is not None for lat, lon in points.tolist())
    assert swapped >= 0.995 * len(points)
    assert honest <= 0.001 * len(points)


def fix(lat: float | None, lon: float | None, accuracy: float | None = None, **more: object) -> tuple[Fix | None, list]:
    reasons: list[Reason] = []
    station = more.pop("station", None)
    found = coordinates.rung(lat, lon, accuracy, station, reasons, **more)  # type: ignore[arg-type]
    return found, [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("lat", "lon", "low", "high"),
    [(31.54972, 74.34361, 20, 20), (31.5497, 74.3436, 20, 20), (31.551, 74.342, 60, 110), (31.55, 74.34, 700, 1200)],
)
def test_few_digits_widen_the_accuracy(lat: float, lon: float, low: float, high: float) -> None:
    found, codes = fix(lat, lon)
    assert found is not None and found.accuracy_m is not None
    assert low <= found.accuracy_m <= high
    assert sum(found.masses) == UNIT
    assert ("coordinates_few_digits" in codes) == (high > 1000)
    assert fix(lat, lon, 15.0)[0].accuracy_m == 15.0  # type: ignore[union-attr]


def test_a_text_of_coordinates_is_a_fix() -> None:
    found, codes = fix(None, None, text="31.5497 N 74.3436 E")
    assert found is not None and found.point is not None
    assert (found.point.lat, found.point.lon) == LAHORE
    assert codes == ["coordinates_in_text", "coordinates_given"]
    assert fix(None, None, text="74.3436, 31.5497") == (None, ["coordinates_swapped"])
    assert fix(None, None, text="Model Town") == (None, [])


def test_the_district_the_country_and_the_house_are_looked_at() -> None:
    district = shapely.box(74.0, 31.0, 74.30, 32.0)
    inside, _ = fix(31.5512, 74.3412, station=STATION)
    other, codes = fix(31.5512, 74.3412, station=STATION, limits=Limits(district=district))
    desk, desk_codes = fix(31.53011, 74.33012, station=STATION)
    assert inside is not None and other is not None and desk is not None
    assert other.score < desk.score < inside.score
    assert codes[-1] == "coordinates_outside_district"
    assert desk_codes[-1] == "coordinates_at_station"
    # Delhi lies in the bounding box, but not in the country.
    country = shapely.box(61.0, 24.0, 75.0, 37.0)
    assert fix(28.6139, 77.2090, limits=Limits(country=country)) == (None, ["coordinates_outside_country"])
    assert fix(28.6139, 77.2090)[0] is not None
