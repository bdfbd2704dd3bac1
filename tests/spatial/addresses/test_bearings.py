"""Tests of distance and direction in the words of FIRs: English, Roman Urdu, Urdu."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.addresses import (
    Bearing,
    normalise,
    parse_bearing,
    parse_direction,
    parse_distance,
    read_distance,
    unread_distance,
    without_bearing,
)
from spatial.addresses.glued import apart


@pytest.mark.parametrize(
    ("text", "metres", "degrees"),
    [
        ("3 km north east of PS", 3000, 45),
        ("3km north-east", 3000, 45),
        ("3 KM NE", 3000, 45),
        ("3 km N.E. of thana", 3000, 45),
        ("3 km SE from PS", 3000, 135),
        ("approximately 03 km west", 3000, 270),
        ("about 2.5 kilometres towards south", 2500, 180),
        ("1/2 km east", 500, 90),
        ("1 1/2 mile west", 2414.016, 270),
        ("½ mile south", 804.672, 180),
        ("5 furlongs north", 1005.84, 0),
        ("300 meter east", 300, 90),
        ("2-3 km towards south", 2500, 180),
        ("2/3 km south", 2500, 180),
        ("north north east 4 km", 4000, 22.5),
        ("4 km NNW", 4000, 337.5),
        ("Village X, 4 km south west of police station", 4000, 225),
        ("بمسافت 10 کلومیٹر مشرق", 10_000, 90),
        ("بمسافت ۱۰ کلو میٹر بطرف شمال مشرق", 10_000, 45),
        ("بمسافت ١٠ كلوميٹر جانب مغرب", 10_000, 270),
        ("جانب شمال مغرب بفاصلہ ۲½ کلومیٹر", 2500, 315),
        ("تھانہ سے 3 میل جنوب", 4828.032, 180),
        ("500 میٹر جنوب مشرقی", 500, 135),
        ("ڈیڑھ کلومیٹر مشرق", 1500, 90),
        ("ساڑھے تین کلومیٹر شمالی جانب", 3500, 0),
        ("3 km shumal mashriq", 3000, 45),
        ("thana se dedh kilometer janoob maghrib ki taraf", 1500, 225),
        ("3 km se mashriq", 3000, 90),
        ("4 km janib SSE az thana", 4000, 157.5),
        ("4 km about ENE of PS", 4000, 67.5),
        ("4 km janib SE", 4000, 135),
        ("thana se 4 km bajanib NE", 4000, 45),
        ("2کلومیٹرشمال", 2000, 0),
        ("بمسافت2کلومیٹرجانب شمال ازتھانہ", 2000, 0),
        ("دوکلومیٹر شمال", 2000, 0),
        ("ساڑھےتین کلومیٹرجنوب", 3500, 180),
        ("500میٹرجنوب مشرق", 500, 135),
        ("2 کلومیٹر کےفاصلہ پر شمال کیطرف", 2000, 0),
        ("2kmnorth", 2000, 0),
        ("2kmNE", 2000, 45),
        ("N 2 km", 2000, 0),
        ("NNE 2 km", 2000, 22.5),
        ("near park, SW 2 km", 2000, 225),
        ("janib NE 2 km", 2000, 45),
        ("2 km by road north", 2000, 0),
        ("2 کلومیٹر بذریعہ سڑک شمال", 2000, 0),
        ("ڈیڈھ کلومیٹر شمال", 1500, 0),
        ("ڈھای کلومٹر مغرب", 2500, 270),
        ("2 km dakhan", 2000, 180),
        ("2 کلومیٹر دکھن پورب", 2000, 135),
        ("2 km pachham", 2000, 270),
        ("2 کلومیٹر جانب اتر", 2000, 0),
        ("3 km north, south of the canal", 3000, 0),
        ("Garden East, west, 1 km from PS", 1000, 270),
    ],
)
def test_phrases(text: str, metres: float, degrees: float) -> None:
    found = parse_bearing(text)
    assert found is not None
    assert found.distance_m == pytest.approx(metres)
    assert found.direction_deg == degrees


@pytest.mark.parametrize("text", ["0 km", "0/1 km from PS", "0-1 km", "۰ کلومیٹر", "0/1 کلومیٹر"])
def test_zero_means_near(text: str) -> None:
    found = parse_bearing(text)
    assert found is not None
    assert (found.distance_m, found.direction_deg) == (0.0, None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0/1 km", 0, 1000),
        ("2-3 km south", 2000, 3000),
        ("3/2 km south", 2000, 3000),
        ("3 km south", None, None),
        ("1/2 km south", None, None),
    ],
)
def test_a_range_keeps_its_two_ends(text: str, low: float | None, high: float | None) -> None:
    found = parse_bearing(text)
    assert found is not None
    assert (found.low_m, found.high_m) == (low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2 kos north", 4000, 6000),
        ("ایک کوس شمال", 2000, 3000),
        ("2-3 kos north", 4000, 9000),
        ("200 qadam north", 120, 180),
    ],
)
def test_a_unit_of_no_fixed_length_is_wide(text: str, low: float, high: float) -> None:
    found = parse_bearing(text)
    assert found is not None and found.low_m is not None and found.high_m is not None
    assert (found.low_m, found.high_m) == (pytest.approx(low), pytest.approx(high))
    assert low < found.distance_m < high


@pytest.mark.parametrize(
    "text",
    [
        "3 km north south",
        "north south 3 km",
        "3 کلومیٹر مشرق مغرب",
        "3 km north south west",
        "-3 km north",
        "distance: -3 km north",
        "N-5 km 12",
        "N5 km 12",
        "N 5 km 12",
        "Block N 2 km",
        "thana, se 2 km",
        "2 km utar kar",
        "2 کلومیٹر اتر کر",
        "2 km by road",
    ],
)
def test_contradictions_and_other_meanings_tell_no_direction(text: str) -> None:
    assert parse_bearing(text) is None
    assert without_bearing(text) == text


@pytest.mark.parametrize("word", ["میلسی", "میلاد", "قدمی", "فٹبال", "kmart", "milestone", "southall", "dono", "onto"])
def test_other_words_are_not_taken_apart(word: str) -> None:
    assert apart(normalise(word)) == (normalise(word),)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("3 km east", 1000), ("300 میٹر مشرق", 1), ("2 میل مشرق", 1609.344), ("2 furlong east", 201.168)],
)
def test_the_unit_that_was_written_is_kept(text: str, unit: float) -> None:
    found = parse_bearing(text)
    assert found is not None
    assert found.unit_m == unit


@pytest.mark.parametrize("text", ["2 km from PS", "بفاصلہ 2 کلومیٹر", "thana se door 2 km"])
def test_a_distance_without_a_direction(text: str) -> None:
    assert parse_bearing(text) == Bearing(2000.0, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "North Nazimabad, Karachi",
        "GT Road 5 km stone",
        "House 3, Street 4 South",
        "ماڈل ٹاؤن",
        "9999 km east",
        "3 km",
    ],
)
def test_texts_without_a_bearing(text: str) -> None:
    assert parse_bearing(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    for found in (parse_bearing(text), parse_bearing(text + " 3/0 km - 2 - east")):
        if found is not None:
            assert 0 <= found.distance_m <= 300_000
    parse_distance(text)
    parse_direction(text)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("NE", 45),
        ("n.w.", 315),
        ("S W", 225),
        ("north-east", 45),
        ("شمال مشرق", 45),
        ("Shumal", 0),
        ("135", 135),
        ("۹۰", 90),
    ],
)
def test_a_column_of_directions(text: str, degrees: float) -> None:
    assert parse_direction(text) == degrees


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("3", 3000),
        ("3 km", 3000),
        ("۳ کلومیٹر", 3000),
        ("1/2", 500),
        ("0", 0),
        ("800 m", 800),
        ("1½", 1500),
        ("2.5", 2500),
    ],
)
def test_a_column_of_distances(text: str, metres: float) -> None:
    assert parse_distance(text) == metres


def test_columns_that_say_nothing() -> None:
    for text in ("", "x", "unknown", "نامعلوم", "3 apples", "999999"):
        assert parse_distance(text) is None and read_distance(text) is None
    for text in ("", "x", "unknown", "999"):
        assert parse_direction(text) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("3 km north east of PS", ""),
        ("about 3.5 km south west from police station", ""),
        ("north west, 6.5 km from PS", ""),
        ("بفاصلہ ۴٫۵ کلومیٹر بطرف جنوب مغرب", ""),
        ("تھانہ سے 4 کلومیٹر دور", ""),
        ("0.5 km janib maghrib az thana", ""),
        ("0/1 km NE of PS", ""),
        ("Near Data Darbar, about 3 km north of PS", "near data darbar,"),
        ("3 km north of PS Main Bazar", "main bazar"),
        ("Chak 5, 3 km SE from thana", "chak 5,"),
        ("نزد داتا دربار، تھانہ سے 3 کلومیٹر شمال", "نزد داتا دربار،"),
        ("Model Town, Block 5", "Model Town, Block 5"),
        ("GT Road 5 km stone", "GT Road 5 km stone"),
    ],
)
def test_a_bearing_is_cut_out_of_its_text(text: str, left: str) -> None:
    assert without_bearing(text) == left


@given(st.text(max_size=60))
def test_cutting_breaks_on_no_text(text: str) -> None:
    assert len(without_bearing(f"{text} 3 km north of PS")) <= len(text) * 6 + 30


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2 km", "2 km"),
        ("Model Town 2 km", "2 km"),
        ("3 km north south", "3 km north south"),
        ("-3 km north", "-3 km north"),
        ("500 meter", "500 meter"),
        ("2 کلومیٹر", "2 کلومیٹر"),
        ("ایک کوس", "ایک کوس"),
    ],
)
def test_a_distance_that_tells_nothing(text: str, words: str) -> None:
    assert unread_distance(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "3 km north",
        "2 km from PS",
        "162 M Johar Town",
        "100 feet road",
        "120 gaz plot",
        "500 m",
        "5 meter shop",
        "M-2 km 45",
        "Model Town",
        "",
    ],
)
def test_no_distance_is_left_unread(text: str) -> None:
    assert unread_distance(text) is None


def test_degrees_with_an_urdu_decimal_sign_are_read() -> None:
    assert parse_direction("۴۵٫۵") == parse_direction("45.5") == 45.5
