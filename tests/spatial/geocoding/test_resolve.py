"""Tests of the ladder: which rung holds, with which reasons, and that nothing a record says breaks it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial import cells, projection
from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, candidates, resolve
from spatial.mass import UNIT
from spatial.model import Fix, Method

THANA = (31.5003, 74.3004)
AREA = shapely.box(74.25, 31.45, 74.35, 31.55)
STATION = StationArea("LHR-1", *THANA, AREA, "Lahore")
HOUSELESS = StationArea("LHR-2", 31.6, 74.4, None, "Lahore")
BLOCK = shapely.box(74.31, 31.51, 74.33, 31.53)


def place(ref: str, name: str, kind: str, lat: float, lon: float, **more: Any) -> Place:
    return Place(ref, name, kind, lat, lon, district=more.pop("district", "Lahore"), **more)


PLACES = [
    (place("p1", "Model Town", "neighbourhood", 31.52, 74.32, extent=BLOCK), ["ماڈل ٹاؤن"]),
    (place("p2", "Data Darbar", "landmark", 31.48, 74.28), ["داتا دربار"]),
    (place("p3", "Lahore", "city", 31.55, 74.34, radius_m=15_000.0), ["لاہور"]),
    (place("p4", "Islampura", "locality", 31.49, 74.29, radius_m=500.0), []),
    (place("p5", "Islampura", "locality", 31.50, 74.30, radius_m=500.0), []),
    (place("p6", "Shahdara", "locality", 31.47, 74.27), []),
    (place("p7", "Shahdara", "locality", 31.90, 74.90), []),
    (place("p8", "Nowhere", "locality", 31.80, 74.80), []),
    (place("p9", "Nowhere", "locality", 31.90, 74.90), []),
    (place("p10", "Jinnah Park", "park", 33.7, 73.1, district="Islamabad"), []),
    (place("p11", "Far Village", "locality", 31.90, 74.10), []),
]
GAZETTEER = InMemoryGazetteer(PLACES, [STATION, HOUSELESS])


def codes(fix: Fix) -> list[str]:
    return [reason.code for reason in fix.reasons]


def test_good_coordinates_are_one_base_cell() -> None:
    fix = resolve(Query(lat=31.5102, lon=74.3101, station="LHR-1"), GAZETTEER)
    assert fix.method is Method.COORDINATES
    assert fix.cells == (cells.cell_of(31.5102, 74.3101),)
    assert fix.masses == (UNIT,)
    assert fix.accuracy_m == 20
    assert codes(fix) == ["coordinates_given"]
    assert resolve(Query(lat=31.5102, lon=74.3101, accuracy_m=8), GAZETTEER).accuracy_m == 8


def test_vague_coordinates_are_spread() -> None:
    fix = resolve(Query(lat=31.5102, lon=74.3101, accuracy_m=1000), GAZETTEER)
    assert len(fix.cells) > 7
    assert fix.accuracy_m == 1000
    assert codes(fix) == ["coordinates_given_vague"]


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        (0.0, 0.0, "coordinates_zero"),
        (74.31, 31.51, "coordinates_swapped"),
        (51.5, -0.1, "coordinates_outside_country"),
        (float("nan"), 74.0, "coordinates_not_numbers"),
        (31.5, None, "coordinates_incomplete"),
    ],
)
def test_bad_coordinates_fall_to_the_next_rung_with_a_reason(lat: float, lon: float | None, code: str) -> None:
    fix = resolve(Query(text="Model Town", lat=lat, lon=lon, station="LHR-1"), GAZETTEER)
    assert fix.method is Method.PLACE
    assert codes(fix)[0] == code
    assert resolve(Query(lat=lat, lon=lon), GAZETTEER).method is Method.UNPLACED


def test_pins_at_the_desk_and_far_away_are_told() -> None:
    desk = resolve(Query(lat=THANA[0], lon=THANA[1], station="LHR-1"), GAZETTEER)
    assert "coordinates_at_station" in codes(desk)
    away = resolve(Query(lat=33.7012, lon=73.1034, station="LHR-1"), GAZETTEER)
    assert "coordinates_outside_station_area" in codes(away)
    good = resolve(Query(lat=31.5102, lon=74.3101, station="LHR-1"), GAZETTEER)
    assert desk.score < away.score < good.score


@pytest.mark.parametrize("text", ["Model Town, Lahore", "ماڈل ٹاؤن، لاہور", "House 5, MODEL-TOWN", "in Model Town"])
def test_an_exact_name_in_three_spellings(text: str) -> None:
    fix = resolve(Query(text=text, station="LHR-1"), GAZETTEER)
    assert fix.method is Method.PLACE
    assert fix.matched == "p1"
    assert cells.cell_of(31.52, 74.32, fix.resolution or 0) in fix.cells


def test_a_landmark_in_two_scripts_and_what_is_near_it() -> None:
    for text in ("Data Darbar", "near Data Darbar", "داتا دربار کے قریب"):
        fix = resolve(Query(text=text, station="LHR-1"), GAZETTEER)
        assert fix.method is Method.LANDMARK and fix.matched == "p2"
        reason = next(reason for reason in fix.reasons if reason.code == "landmark_matched")
        assert reason.params["relation"] == ("in" if text == "Data Darbar" else "near")


def test_the_town_alone_says_less_than_the_station() -> None:
    fix = resolve(Query(text="Lahore", station="LHR-1"), GAZETTEER)
    assert fix.method is Method.STATION_AREA
    assert codes(fix) == ["name_unknown", "station_area"]
    assert resolve(Query(text="Lahore", district="Lahore"), GAZETTEER).method is Method.PLACE


def test_close_candidates_share_the_mass() -> None:
    fix = resolve(Query(text="Islampura", station="LHR-1"), GAZETTEER)
    assert fix.method is Method.PLACE
    for lat, lon in ((31.49, 74.29), (31.50, 74.30)):
        assert cells.cell_of(lat, lon, fix.resolution or 0) in fix.cells


def test_far_candidates_keep_a_lump_each() -> None:
    fix = resolve(Query(text="Nowhere", district="Lahore"), GAZETTEER)
    held = dict(zip(fix.cells, fix.masses, strict=True))
    lumps = [held.get(cells.cell_of(lat, lon, fix.resolution or 0), 0) for lat, lon in ((31.80, 74.80), (31.90, 74.90))]
    assert min(lumps) > 0.1 * UNIT
    assert fix.point is not None and fix.accuracy_m is not None
    assert fix.accuracy_m > 13_000, "nine tenths are not within one of the two"
    assert "candidate_refused" in codes(fix)


def test_the_station_decides_between_far_candidates() -> None:
    assert resolve(Query(text="Shahdara", station="LHR-1"), GAZETTEER).matched == "p6"
    far = StationArea("LHR-3", 31.9, 74.9, shapely.box(74.8, 31.8, 75.0, 32.0), "Lahore")
    gazetteer = InMemoryGazetteer(PLACES, [far])
    assert resolve(Query(text="Shahdara", station="LHR-3"), gazetteer).matched == "p7"


def test_names_of_other_districts_are_not_taken() -> None:
    assert resolve(Query(text="Jinnah Park", station="LHR-1"), GAZETTEER).method is Method.STATION_AREA
    assert resolve(Query(text="Jinnah Park", district="ISLAMABAD"), GAZETTEER).method is Method.PLACE


def test_a_name_far_outside_the_station_is_told_or_not_believed() -> None:
    fix = resolve(Query(text="Far Village", station="LHR-1"), GAZETTEER)
    assert fix.method is Method.STATION_AREA or "place_outside_station_area" in codes(fix)


def test_a_local_name_holds_within_its_station_only() -> None:
    local = {"LHR-1": [place("local-1", "Babay ka Dera", "local", 31.512, 74.315, radius_m=150.0)]}
    gazetteer = InMemoryGazetteer(PLACES, [STATION, HOUSELESS], local)
    for text in ("Babay ka Dera", "House 3, Babay ka Dera, Lahore", "نزد بابے کا ڈیرہ"):
        fix = resolve(Query(text=text, station="LHR-1"), gazetteer)
        assert (fix.matched, codes(fix)[0]) == ("local-1", "local_name"), text
    assert resolve(Query(text="Babay ka Dera", station="LHR-2"), gazetteer).matched != "local-1"
    assert candidates(Query(text="Babay ka Dera", station="LHR-1"), gazetteer)[0].place.ref == "local-1"


def test_candidates_come_with_their_share_and_reason_likeliest_first() -> None:
    found = candidates(Query(text="Shahdara", district="Lahore"), GAZETTEER)
    assert {candidate.place.ref for candidate in found[:2]} == {"p6", "p7"}
    shares = [candidate.score for candidate in found]
    assert shares == sorted(shares, reverse=True) and sum(shares) <= 1.0 + 1e-9
    assert all(candidate.reasons for candidate in found)
    assert candidates(Query(), GAZETTEER) == []


@pytest.mark.parametrize(
    "query",
    [
        Query(text="بمسافت 3 کلومیٹر شمال مشرق", station="LHR-1"),
        Query(text="some dera, 3 km north east of PS", station="LHR-1"),
        Query(text="some dera", distance_m=3000, direction=45, station="LHR-1"),
    ],
)
def test_a_bearing_is_a_ring_sector_within_the_area(query: Query) -> None:
    fix = resolve(query, GAZETTEER)
    assert fix.method is Method.BEARING
    true = projection.destination(*THANA, 45, 3000)
    assert cells.cell_of(*true, fix.resolution or 0) in fix.cells
    assert fix.point is not None
    assert projection.distance_m(*true, fix.point.lat, fix.point.lon) < 700
    assert codes(fix)[-1] == "bearing"


def test_a_bearing_outside_the_area_falls_to_the_area() -> None:
    fix = resolve(Query(distance_m=30_000, direction=90, station="LHR-1"), GAZETTEER)
    assert fix.method is Method.STATION_AREA
    assert codes(fix) == ["bearing_outside_station_area", "station_area"]


def test_a_name_beats_a_bearing() -> None:
    fix = resolve(Query(text="Model Town, 3 km north east of PS", station="LHR-1"), GAZETTEER)
    assert fix.matched == "p1"


def test_the_station_area_and_unplaced() -> None:
    area = resolve(Query(station="LHR-1"), GAZETTEER)
    assert area.method is Method.STATION_AREA
    assert area.matched == "LHR-1"
    assert len(area.cells) > 20
    assert codes(resolve(Query(station="LHR-2"), GAZETTEER)) == ["station_area_unknown"]
    unknown = resolve(Query(station="XXX", text="nothing known", distance_m=3000), GAZETTEER)
    assert unknown.method is Method.UNPLACED
    assert codes(unknown) == ["station_unknown", "name_unknown", "bearing_without_station"]
    assert resolve(Query(), GAZETTEER).method is Method.UNPLACED
    # Nor is any word of a distance from a station that is not known a name ("thana", "shumal").
    for text in ("3 km north of PS", "thana se 3 km shumal", "تھانہ سے 3 کلومیٹر شمال"):
        assert codes(resolve(Query(text=text), GAZETTEER)) == ["bearing_without_station"]


NUMBERS = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.floats(20, 80))
WORDS = st.lists(
    st.sampled_from(
        ["Model Town", "near", "Islampura", "3 km", "east", "نزد", "داتا دربار", ",", "0", "Lahore", "شمال"]
    )
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(
    st.builds(
        Query,
        text=st.one_of(st.none(), st.text(max_size=40), WORDS),
        lat=NUMBERS,
        lon=NUMBERS,
        accuracy_m=NUMBERS,
        station=st.sampled_from([None, "LHR-1", "LHR-2", "?"]),
        district=st.sampled_from([None, "Lahore", "?"]),
        distance_m=NUMBERS,
        direction=NUMBERS,
    )
)
def test_nothing_that_a_record_says_breaks_the_ladder(query: Query) -> None:
    fix = resolve(query, GAZETTEER)
    assert (fix.method is Method.UNPLACED) == (not fix.cells)
    assert fix.method is Method.UNPLACED or sum(fix.masses) == UNIT
    assert resolve(replace(query), GAZETTEER) == fix


@pytest.mark.parametrize("text", ["3 km north east of PS", "north east, 3 km from PS", "بمسافت 3 کلومیٹر شمال مشرق"])
def test_the_words_of_a_bearing_are_no_name(text: str) -> None:
    words = [place("ps", "PS", "landmark", 31.52, 74.32), place("ne", "north east", "locality", 31.52, 74.32)]
    gazetteer = InMemoryGazetteer(((one, ["شمال مشرق"]) for one in words), [STATION])
    assert resolve(Query(text=text, station="LHR-1"), gazetteer).method is Method.BEARING


@pytest.mark.parametrize(
    "text", ["3 km north of PS Data Nagar", "تھانہ داتا نگر سے 3 کلومیٹر شمال", "Zxqw Market, 3 km north of PS"]
)
def test_where_a_distance_begins_is_not_where_it_happened(text: str) -> None:
    """The station's own name, and a name that is sooner wrong than right, leave the word to distance and direction."""
    named = (place("LHR-1", "PS Data Nagar", "station", *THANA, radius_m=100.0), ["تھانہ داتا نگر"])
    unlike = (place("p12", "Zxaw Mandi", "locality", 31.9, 74.1), [])
    found = resolve(Query(text=text, station="LHR-1"), InMemoryGazetteer([*PLACES, named, unlike], [STATION]))
    plain = resolve(Query(text="3 km north of PS", station="LHR-1"), GAZETTEER)
    assert (found.method, found.cells, found.masses) == (Method.BEARING, plain.cells, plain.masses)
    assert plain.method is Method.BEARING
    near = resolve(Query(text="near PS Data Nagar", station="LHR-1"), InMemoryGazetteer([*PLACES, named], [STATION]))
    assert near.matched == "LHR-1" and near.method is Method.PLACE, (
        "the control: it is a place where nothing is measured"
    )


@pytest.mark.parametrize("text", ["2 km", "3 km north south", "-3 km north", "Model Town, 2 km"])
def test_a_distance_that_cannot_be_used_is_told(text: str) -> None:
    for station in ("LHR-1", None):
        fix = resolve(Query(text=text, station=station, district="Lahore"), GAZETTEER)
        assert codes(fix)[-1] == "distance_not_understood" and str(fix.reasons[-1].params["words"]) in text


@pytest.mark.parametrize(
    "text", ["3 km north", "2 km from PS", "13 km Raiwind Road", "2 km from Model Town", "Model Town"]
)
def test_a_distance_that_is_used_is_not_told_as_lost(text: str) -> None:
    fix = resolve(Query(text=text, station="LHR-1", district="Lahore"), GAZETTEER)
    assert "distance_not_understood" not in codes(fix)


@pytest.mark.parametrize(
    "text", ["thana ke andar", "inside PS", "hawalat thana", "تھانہ کے اندر", "حوالات تھانہ", "in the premises of P.S."]
)
def test_what_happened_in_the_stations_house_lies_there(text: str) -> None:
    fix = resolve(Query(text=text, station="LHR-1"), GAZETTEER)
    assert codes(fix) == ["in_station_house"] and fix.cells == (cells.cell_of(*THANA),) and fix.matched == "LHR-1"
    assert resolve(Query(text=text), GAZETTEER).matched is None


@pytest.mark.parametrize("text", ["thana", "near thana", "Model Town ke andar", "thana ke andar Model Town"])
def test_what_names_more_or_less_is_not_in_the_house(text: str) -> None:
    fix = resolve(Query(text=text, station="LHR-1"), GAZETTEER)
    assert "in_station_house" not in codes(fix)


@pytest.mark.parametrize("text", ["within limits of PS Model Town", "حدود تھانہ ماڈل ٹاؤن", "hadood thana Model Town"])
def test_the_limits_of_a_station_are_its_area_and_no_name(text: str) -> None:
    fix = resolve(Query(text=text, station="LHR-1"), GAZETTEER)
    assert fix.method is Method.STATION_AREA and fix.matched == "LHR-1"
    named = resolve(Query(text=f"Data Darbar, {text}", station="LHR-1"), GAZETTEER)
    assert named.matched == "p2"
