"""Tests of texts that name the station from which they measure, where the record gives none."""

from __future__ import annotations

import pytest
import shapely

from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, resolve
from spatial.geocoding.candidates import candidates
from spatial.model import Fix, Method
from spatial.projection import distance_m

DATA = ("PB-DATA", 31.50, 74.30)
GAZETTEER = InMemoryGazetteer(
    [
        (Place("PB-DATA", "PS Data Nagar", "station", 31.50, 74.30, district="Lahore"), ["تھانہ داتا نگر"]),
        (Place("PB-SDR", "PS Saddar", "station", 31.55, 74.40, district="Lahore"), []),
        (Place("PB-SHD", "PS Shahdara", "station", 31.62, 74.28, district="Lahore"), []),
        (Place("PB-SDK", "PS Saddar", "station", 31.12, 74.45, district="Kasur"), []),
        (Place("k", "Kahna", "town", 31.36, 74.37, district="Lahore", population=30_000), []),
        (Place("d", "Data Nagar", "neighbourhood", 31.51, 74.31, district="Lahore"), []),
        (Place("s", "Saddar", "neighbourhood", 31.56, 74.41, district="Lahore"), []),
        (Place("c", "Zafar Chowk", "landmark", 31.5255, 74.30, district="Lahore"), []),
        *((Place(f"p{n}", "Shop", "landmark", 31.5, 74.3, district="Lahore", city="Lahore"), []) for n in range(9)),
        (Place("l", "Lahore", "city", 31.56, 74.35, district="Lahore", population=9_000_000), []),
    ],
    [StationArea("PB-DATA", 31.50, 74.30, shapely.box(74.15, 31.38, 74.45, 31.62), "Lahore")],
)


def ask(text: str, district: str | None = None, station: str | None = None) -> Fix:
    return resolve(Query(text=text, district=district, station=station), GAZETTEER)


def codes(fix: Fix) -> list[str]:
    return [reason.code for reason in fix.reasons]


@pytest.mark.parametrize(
    "text",
    [
        "3 km north of PS Data Nagar Lahore",
        "3 km N of Data Nagar police station, Lahore",
        "thana Data Nagar Lahore se 3 km shumal",
        "تھانہ داتا نگر لاہور سے 3 کلومیٹر شمال",
    ],
)
def test_it_is_measured_from_the_station_that_the_text_names(text: str) -> None:
    fix = ask(text)
    assert codes(fix)[0] == "station_in_text" and "bearing" in codes(fix)
    assert fix.method is Method.BEARING and fix.matched == "PB-DATA"
    assert fix.point is not None
    assert 2_000 < distance_m(31.50, 74.30, fix.point.lat, fix.point.lon) < 3_500 and fix.point.lat > 31.51
    named = ask("3 km north of PS", station="PB-DATA")
    assert (fix.cells, fix.masses) == (named.cells, named.masses), "as if it were recorded there"


def test_of_several_stations_that_of_the_district_is_meant() -> None:
    fix = ask("3 km north of PS Saddar", district="Lahore")
    assert fix.matched == "PB-SDR", "whatever sounds like it, and whatever lies next door"
    assert ask("3 km north of PS Saddar", district="Kasur").matched == "PB-SDK"
    nowhere = ask("3 km north of PS Saddar")
    assert nowhere.method is Method.UNPLACED and "station_in_text_unknown" in codes(nowhere)


def test_a_station_that_is_not_known_stands_in_the_place_it_is_named_after() -> None:
    fix = ask("3 km north of PS Kahna", district="Lahore")
    assert codes(fix)[:2] == ["station_in_text_unknown", "origin_place"] and fix.matched == "k"
    assert fix.point is not None and fix.point.lat > 31.37


def test_the_name_of_a_station_that_is_not_known_is_no_name_of_the_place() -> None:
    fix = ask("3 km north of PS Saddar", district="Multan")
    assert "station_in_text_unknown" in codes(fix) and fix.matched != "s"


def test_what_else_the_text_names_narrows_it() -> None:
    fix = ask("near Zafar Chowk, 3 km north of PS Data Nagar, Lahore")
    assert fix.matched == "c" and "bearing_agrees" in codes(fix)
    found = candidates(Query(text="near Zafar Chowk, 3 km north of PS Data Nagar, Lahore"), GAZETTEER)
    assert found[0].place.ref == "c"


@pytest.mark.parametrize("text", ["3 km north of PS", "3 km from PS on Multan Road", "PS Data Nagar Lahore"])
def test_texts_that_measure_from_no_named_station_are_read_as_before(text: str) -> None:
    assert not {"station_in_text", "station_in_text_unknown"} & set(codes(ask(text)))


def test_the_station_of_the_record_is_the_one() -> None:
    fix = ask("3 km north of PS Saddar", district="Lahore", station="PB-DATA")
    assert "station_in_text" not in codes(fix) and "origin_place" not in codes(fix)
