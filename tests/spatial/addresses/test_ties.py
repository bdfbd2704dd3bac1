"""Tests of ties: between two places, on the road from one to another, so far from a named place, in all writings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.addresses import from_station, tied


@pytest.mark.parametrize(
    ("text", "first", "second", "rest"),
    [
        ("between Liberty Chowk and Main Market, Gulberg", "liberty chowk", "main market", "gulberg"),
        ("in between Liberty Chowk & Main Market", "liberty chowk", "main market", ""),
        ("Liberty Chowk aur Main Market ke darmian", "liberty chowk", "main market", ""),
        ("لبرٹی چوک اور مین مارکیٹ کے درمیان", "لبرٹی چوک", "مین مارکیٹ", ""),
        ("درمیان لبرٹی چوک و مین مارکیٹ", "لبرٹی چوک", "مین مارکیٹ", ""),
    ],
)
def test_between_two_places(text: str, first: str, second: str, rest: str) -> None:
    tie = tied(text)
    assert tie is not None
    assert (tie.kind, tie.first, tie.second, tie.rest, tie.said) == ("between", first, second, rest, None)


@pytest.mark.parametrize(
    "text",
    [
        "on the road from Lahore to Kasur at km 12",
        "12 km on the road from Lahore to Kasur",
        "Lahore-Kasur road 12 km",
        "km 12 on Lahore-Kasur Road",
        "12 km from Lahore on the road to Kasur",
        "Lahore se Kasur road par 12 km",
        "لاہور سے قصور روڈ پر 12 کلومیٹر",
    ],
)
def test_kilometres_of_a_road(text: str) -> None:
    tie = tied(text)
    assert tie is not None and tie.said is not None
    assert (tie.kind, tie.said.distance_m, tie.said.direction_deg) == ("road", 12_000.0, None)
    assert (tie.first, tie.second) in (("lahore", "kasur"), ("لاہور", "قصور"))


@pytest.mark.parametrize("text", ["13 km Raiwind Road, Lahore", "Raiwind road par 13 km", "Raiwind Road km 13"])
def test_kilometres_of_a_road_that_names_no_ends(text: str) -> None:
    tie = tied(text)
    assert tie is not None and tie.said is not None
    assert (tie.kind, tie.first, tie.second, tie.said.distance_m) == ("along", "raiwind road", "", 13_000.0)


@pytest.mark.parametrize(
    ("text", "first", "direction"),
    [
        ("3 km north of Model Town", "model town", 0.0),
        ("about 3 km north-east of Model Town", "model town", 45.0),
        ("3 km from Model Town", "model town", None),
        ("Model Town se 3 km shumal", "model town", 0.0),
        ("3 km janib shumal az Model Town", "model town", 0.0),
        ("ماڈل ٹاؤن سے 3 کلومیٹر شمال", "ماڈل ٹاون", 0.0),
        ("ماڈل ٹاؤن کے شمال میں 3 کلومیٹر", "ماڈل ٹاون", 0.0),
    ],
)
def test_a_distance_from_a_named_place(text: str, first: str, direction: float | None) -> None:
    tie = tied(text)
    assert tie is not None and tie.said is not None
    assert (tie.kind, tie.first, tie.said.distance_m) == ("from", first, 3_000.0)
    assert tie.said.direction_deg == direction


@pytest.mark.parametrize(
    "text",
    [
        "3 km north of PS",
        "3 km north",
        "3 km north of PS Data Nagar",
        "thana se 3 km shumal",
        "3 km az thana janib mashriq",
        "تھانہ سے 3 کلومیٹر شمال",
        "تھانہ داتا نگر سے 3 کلومیٹر شمال",
        "بمسافت 3 کلومیٹر جانب شمال",
        "Model Town, 3 km north of PS",
        "3 km north of PS on GT Road",
        "3 km from PS on Multan Road",
        "PS, 3 km on Multan Road",
        "3 km from PS on the road to Kasur",
        "3 km north on GT Road",
        "3 km N GT Road",
        "3 km shumal GT Road",
        "3 km away on GT Road",
        "thana se GT Road par 3 km",
        "yahan se GT Road 3 km",
        "تھانہ سے جی ٹی روڈ 3 کلومیٹر",
        "3 km north, Model Town",
        "House 5 Block B and C, Johar Town",
        "Shop between",
        "between 10 pm and 2 am",
        "raat 10 baje aur 2 baje ke darmian",
        "10 بجے اور 2 بجے کے درمیان",
        "between and",
        "",
    ],
)
def test_a_distance_from_the_station_and_plain_places_are_no_ties(text: str) -> None:
    assert tied(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("3 km north of PS Data Nagar", "data nagar"),
        ("3 km north of P.S. Data Nagar", "data nagar"),
        ("3 km N PS Data Nagar, Lahore", "data nagar"),
        ("near park, 3 km north of police station Data Nagar Lahore", "data nagar lahore"),
        ("3 km north of Data Nagar police station Lahore", "data nagar"),
        ("thana Data Nagar se 3 km shumal", "data nagar"),
        ("PS. Data Nagar se 3 km shumal", "data nagar"),
        ("Data Nagar thana se 3 km shumal", "data nagar"),
        ("3 km janib shumal az thana Data Nagar", "data nagar"),
        ("تھانہ داتا نگر سے 3 کلومیٹر شمال", "داتا نگر"),
    ],
)
def test_a_station_that_the_text_measures_from(text: str, name: str) -> None:
    tie = from_station(text)
    assert tie is not None and tie.said is not None
    assert (tie.kind, tie.first, tie.said.distance_m, tie.said.direction_deg) == ("from", name, 3_000.0, 0.0)
    assert ("park" in tie.rest, "ahore" in text) == ("park" in text, "lahore" in f"{tie.first} {tie.rest}")


@pytest.mark.parametrize(
    "text",
    [
        "3 km north of PS",
        "3 km north",
        "thana se 3 km shumal",
        "3 km from PS on Multan Road",
        "3 km north of PS near Data Darbar",
        "3 km north of PS, Data Nagar",
        "Data Nagar, thana se 3 km shumal",
        "Data Nagar se 3 km shumal",
        "Block P se 3 km shumal",
        "yahan se 3 km shumal",
        "3 km north of Data Nagar",
        "PS Data Nagar",
        "",
    ],
)
def test_no_station_is_named(text: str) -> None:
    assert from_station(text) is None


def test_what_else_a_text_says_is_kept() -> None:
    tie = tied("between Kot Lakhpat and Model Town, 3 km north of PS")
    assert tie is not None and tie.kind == "between"
    assert "3 km north of ps" in tie.rest
    tie = tied("near park, 3 km north east of Model Town, Lahore")
    assert tie is not None and tie.first == "model town"
    assert "near park" in tie.rest and "lahore" in tie.rest


WORDS = st.lists(
    st.sampled_from(
        [
            "between",
            "and",
            "3 km",
            "km 3",
            "from",
            "to",
            "road",
            "Lahore",
            "se",
            "of",
            "north",
            ",",
            "درمیان",
            "اور",
            "سے",
            "-",
            "th",
            "PS",
            "thana",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(st.one_of(st.text(max_size=60), WORDS))
def test_nothing_breaks_the_reading(text: str) -> None:
    tie = tied(text)
    assert tie is None or (tie.first.strip() and (tie.second or tie.kind in ("from", "along")))
    station = from_station(text)
    assert station is None or station.first.strip()
