"""Reasons: names as the writer spelt them, places without a name, namesakes told apart, and what was not found."""

from __future__ import annotations

import pytest

from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, resolve
from spatial.geocoding.explain import written
from spatial.model import Fix, Reason


def place(ref: str, name: str, kind: str, at: tuple[float, float], district: str, city: str | None = None) -> Place:
    return Place(ref, name, kind, *at, 400.0, None, district, city)


PLACES = [
    (place("lahore", "Lahore", "locality", (31.549, 74.343), "Lahore"), ["لاہور"]),
    (place("gulberg", "Gulberg", "neighbourhood", (31.515, 74.345), "Lahore", "Lahore"), ["گلبرگ"]),
    (place("gulberg-2", "Gulberg", "neighbourhood", (31.420, 74.145), "Lahore", "Lahore"), []),
    (place("gulberg-3", "Gulberg", "neighbourhood", (31.42, 73.08), "Faisalabad", "Faisalabad"), []),
    (place("bhara", "Bhara Kahu", "locality", (33.74, 73.18), "Islamabad"), ["بہارہ کہو"]),
    (place("gt", "Grand Trunk Road", "street", (31.58, 74.36), "Lahore", "Lahore"), []),
    (place("tower", "", "landmark", (31.47, 74.29), "Lahore", "Lahore"), ["Umt Road"]),
    (place("market", "Liberty Market", "landmark", (31.512, 74.343), "Lahore", "Lahore"), []),
    (place("chowk", "Kalma Chowk", "landmark", (31.504, 74.332), "Lahore", "Lahore"), []),
    *((place(f"x{n}", f"Shop {n}", "landmark", (31.50 + n / 999, 74.33), "Lahore", "Lahore"), []) for n in range(30)),
]
STATION = StationArea("S", 31.50, 74.33, None, "Lahore")
GAZETTEER = InMemoryGazetteer(PLACES, [STATION])


def placed(text: str, **known: str) -> Fix:
    return resolve(Query(text=text, **known), GAZETTEER)


def of(fix: Fix, code: str) -> Reason:
    return next(reason for reason in fix.reasons if reason.code == code)


@pytest.mark.parametrize(
    ("text", "known", "parts"),
    [
        ("G.T. Road", {"district": "Lahore"}, "G.T. Road"),
        ("near GT road", {"district": "Lahore"}, "GT road"),
        ("بھارہ کہو", {"district": "Islamabad"}, "بھارہ کہو"),
        ("Near KALMA Chowk, 1 km north of PS", {"station": "S"}, "KALMA Chowk"),
    ],
)
def test_words_are_shown_as_they_were_written(text: str, known: dict[str, str], parts: str) -> None:
    assert of(placed(text, **known), "parts_used").params["parts"] == parts


def test_the_names_of_a_tie_are_shown_as_they_were_written() -> None:
    found = of(placed("between LIBERTY Market and Kalma Chowk", station="S"), "between_places")
    assert (found.params["first"], found.params["second"]) == ("LIBERTY Market", "Kalma Chowk")


def test_words_that_cannot_be_found_again_stay_as_they_are_compared() -> None:
    assert written("on the G.T.Road", "grand trunk road") == "grand trunk road"


def test_a_place_without_a_name_is_told_by_its_address() -> None:
    found = of(placed("UMT road", district="Lahore"), "address_matched")
    assert (found.params["name"], found.params["words"], found.params["parts"]) == ("", "umt road", "UMT road")


def test_namesakes_are_told_apart_by_their_district_or_how_far_they_lie() -> None:
    fix = placed("Gulberg")
    others = {str(reason.params["ref"]): reason.params for reason in fix.reasons if reason.code == "candidate_refused"}
    own = of(fix, "place_matched").params
    everyone = {**others, str(own["ref"]): own}
    assert {"gulberg", "gulberg-2", "gulberg-3"} == set(everyone)
    assert all(other.get("district") or "apart_m" in other for other in others.values())
    assert own["district"], "beside places elsewhere it is said where the place lies"


@pytest.mark.parametrize(
    ("text", "rest"),
    [("Hashtnagri phatak Lahore", "Hashtnagri phatak"), ("Hashtnagri phatak, Lahore, Punjab", "Hashtnagri phatak")],
)
def test_it_is_said_what_was_not_found_beside_a_town(text: str, rest: str) -> None:
    assert of(placed(text), "town_only").params["rest"] == rest


def test_a_town_alone_leaves_nothing_unfound() -> None:
    assert all("rest" not in reason.params for reason in placed("Lahore, Punjab").reasons)


def test_turned_coordinates_of_a_text_are_told_with_their_numbers() -> None:
    found = of(placed("74.3436, 31.5204"), "coordinates_swapped").params
    assert (found["lat"], found["lon"]) == (74.3436, 31.5204)
    assert (found["offered_lat"], found["offered_lon"]) == (31.5204, 74.3436)
