"""Tests of coordinates inside a text: links, labels, pairs among words, and numbers that are no coordinates."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.geocoding import InMemoryGazetteer, Place, Query, resolve
from spatial.geocoding.coordinate_search import found_in
from spatial.geocoding.coordinate_text import PAKISTAN
from spatial.model import Method

GAZETTEER = InMemoryGazetteer([(Place("l", "Liberty Chowk", "landmark", 31.5098, 74.3450, district="Lahore"), [])])


@pytest.mark.parametrize(
    "text",
    [
        "near Liberty Chowk Lahore (31.5204, 74.3587)",
        "Liberty Chowk Lahore 31.5204,74.3587",
        "31.5204 74.3587 Liberty Chowk",
        "31.5204 / 74.3587, Liberty Chowk",
        "31.5204 , 74.3587 , 0",
        "31.5204N 74.3587E near Liberty Chowk",
        "at N 31.5204 E 74.3587, Liberty Chowk",
        "at E 74.3587 N 31.5204, Liberty Chowk",
        "Liberty Chowk 31.5204° N, 74.3587° E",
        "لبرٹی چوک ۳۱٫۵۲۰۴، ۷۴٫۳۵۸۷ لاہور",
        "31.5204, 74.3587 (31.5205, 74.3588) Liberty Chowk",
        "2 km north of PS, 31.5204, 74.3587",
        "coordinates: 31.5204, 74.3587",
        "Co-ordinates are 31.5204 & 74.3587 near park",
        "GPS: 31.5204 / 74.3587",
        "location 31.5204, 74.3587",
        "loc: 31.5204,74.3587",
        "لوکیشن 31.5204، 74.3587",
        "Lat: 31.5204 Lon: 74.3587 Liberty Chowk",
        "Liberty Chowk long 74.3587 lat 31.5204",
        "عرض بلد 31.5204 طول بلد 74.3587 لبرٹی چوک",
        "geo:31.5204,74.3587",
        "https://maps.google.com/?q=31.5204,74.3587",
        "https://maps.google.com/maps?q=loc:31.5204+74.3587&z=17",
        "https://www.google.com/maps/search/?api=1&query=31.5204%2C74.3587",
        "https://www.google.com/maps/@31.5204,74.3587,17z",
        "https://www.google.com/maps/place/X/@31.5,74.3,17z/data=!4m5!3m4!1s0x0:0x0!8m2!3d31.5204!4d74.3587",
        "https://www.openstreetmap.org/?mlat=31.5204&mlon=74.3587#map=17/31.5/74.3",
        "dekhen https://maps.google.com/?q=31.5204,74.3587 Liberty Chowk ke samne",
    ],
)
def test_coordinates_beside_words_are_read(text: str) -> None:
    found = found_in(text)
    assert found is not None and (found.lat, found.lon) == (31.5204, 74.3587)
    fix = resolve(Query(text=text), GAZETTEER)
    assert fix.method is Method.COORDINATES and fix.accuracy_m is not None and fix.accuracy_m < 30


def test_few_digits_are_read_under_a_label_only() -> None:
    for text in ("Lat: 31.5 Lon: 74.3 Liberty Chowk", "geo:31.5,74.3", "https://www.google.com/maps/@31.5,74.3,17z"):
        found = found_in(text)
        assert found is not None and (found.lat, found.lon) == (31.5, 74.3) and found.accuracy_m > 5_000
    assert found_in("Liberty Chowk 31.5, 74.3") is None and found_in("31.52 74.35 Liberty Chowk") is None
    assert found_in("location 5.5, 6.5") is None and found_in("near park 31°31'12\"N 74°21'30\"E, Lahore") is not None


def test_what_is_wrong_with_them_is_told() -> None:
    swapped = found_in("74.3440, 31.5105 Liberty Chowk")
    assert swapped is not None and (swapped.problem, swapped.offered) == ("coordinates_swapped", (31.5105, 74.3440))
    apart = found_in("31.5105, 74.3440 or 24.8600, 67.0100")
    assert apart is not None and apart.problem == "coordinates_several"
    abroad = found_in("GPS: 51.5204, 10.3587")
    assert abroad is not None and abroad.problem == "coordinates_outside_country"
    fix = resolve(Query(text="74.3440, 31.5105 Liberty Chowk", district="Lahore"), GAZETTEER)
    assert fix.matched == "l" and fix.reasons[0].code == "coordinates_swapped"


@pytest.mark.parametrize(
    "text",
    [
        "31.5 km north of PS",
        "31.520 km, 74.350 km on the canal",
        "Rs 31.500, 74.300 stolen at Liberty Chowk",
        "plot 31.500, 74.350 marla, Johar Town",
        "House 31-5 Street 74-3",
        "House 31.5, Street 74.3, Lahore",
        "dated 31.12.2024 and 24.10.2025",
        "FIR 31.1234/2024",
        "CNIC 35202-1234567-1, phone 0300.1234567, 042.35761999",
        "192.168.31.520 74.344",
        "ver 31.520.74.344",
        "3 km north of 31.5204, 74.3587",
        "31.5204, 74.3587 se 3 km shumal",
        "51.5204, 10.3587 somewhere",
        "plat 31.5 long 74.3 metres",
        "Chak 31.520",
        "https://example.org/a?q=Liberty+Chowk",
        "",
    ],
)
def test_other_numbers_are_no_coordinates(text: str) -> None:
    assert found_in(text) is None


SOUTH, NORTH, WEST, EAST = PAKISTAN
WORDS = st.sampled_from(["near Liberty Chowk", "لبرٹی چوک", "House 5", "", "Phase 5,", "FIR 312/24"])


@given(
    st.floats(SOUTH, NORTH), st.floats(WEST, EAST), st.integers(3, 7), WORDS, WORDS, st.sampled_from([", ", " ", "/"])
)
def test_every_pair_of_three_decimals_is_read(
    lat: float, lon: float, digits: int, before: str, after: str, between: str
) -> None:
    found = found_in(f"{before} {lat:.{digits}f}{between}{lon:.{digits}f} {after}")
    assert found is not None
    if found.problem is None:  # rounding may step over the border
        assert (found.lat, found.lon) == (float(f"{lat:.{digits}f}"), float(f"{lon:.{digits}f}"))


NUMBERS = st.one_of(
    st.from_regex(
        r"\A(03[0-9]{2}[-. ]?[0-9]{7}|[0-9]{5}-[0-9]{7}-[0-9]|[0-3][0-9][./-][01][0-9][./-](19|20)[0-9]{2})\Z"
    ),
    st.from_regex(r"\A[0-9]{1,4}(-[A-Z]|/[0-9]{1,3}|\.[0-9]{1,2})?( km| marla| kanal| feet|)\Z"),
    st.from_regex(r"\A(Chak|House|Plot|Street|FIR|Rs\.?) [0-9]{1,4}([./-][0-9]{1,4})?\Z").filter(
        lambda text: not text[-5:-4].isdigit() or "." not in text
    ),
)


@given(st.lists(NUMBERS, max_size=6).map(", ".join))
def test_numbers_of_other_things_are_never_read(text: str) -> None:
    found = found_in(text)
    assert found is None


@given(st.text(alphabet="0123456789.,°'\"NSEW -+/@!=?qlatongeo:۱۲٫ ", max_size=60))
def test_nothing_breaks_the_search(text: str) -> None:
    found_in(text)


@pytest.mark.parametrize(
    "piece", ["31.520 ", "31° ", "31.5 ", "LAT 31.5 ", "31.520 °", "GPS: ", "1", " ", "'", ".", "E "]
)
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    for before in ("31°", "31.520", "LAT 31.5", "GPS 31.5,", ""):
        found_in((before + piece * 1_000)[:1_000] + "x")
    assert time.process_time() - began < 2.0
