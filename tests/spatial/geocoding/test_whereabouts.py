"""Towns and districts by whatever way of writing them, in a question and in a text."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from spatial.addresses import parse
from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, resolve
from spatial.geocoding.whereabouts import meant, mentioned, metropolis_of, whereabouts
from spatial.model import Method
from tests.spatial.geocoding.test_towns import town

LAHORE_URDU = "لاہور"
STATION = StationArea(
    "SAR", 32.08, 72.67, area=shapely.box(72.6, 32.0, 72.75, 32.15), derived=False, district="Sargodha"
)
GAZETTEER = InMemoryGazetteer(
    [
        *[
            (place, [LAHORE_URDU] if place.ref == "Lahore-town" else [])
            for place, _ in town("Lahore", 31.55, 74.34, 1100)
        ],
        *town("Multan", 30.2, 71.47, 220),
        *town("Sargodha", 32.08, 72.67, 20),
        *town("Abbotabad", 34.15, 73.21, 20),
        (Place("raiwind", "Raiwind", "town", 31.25, 74.22, 1_500.0, None, "Lahore", None, 50_000), []),
        (Place("bagh", "Bagh", "town", 33.98, 73.78, 1_500.0, None, "Bagh", None, 30_000), []),
        (Place("tea", "Lahore Tea House", "landmark", 33.6, 73.0, 50.0, None, "Islamabad", "Islamabad"), []),
    ],
    [STATION],
)
INDEX = GAZETTEER.index


@pytest.mark.parametrize("said", ["Lahore", "lahore", "LAHORE", LAHORE_URDU, "Lahore City", "Lahore, Punjab", "LHR"])
def test_a_town_is_itself_in_any_spelling(said: str) -> None:
    assert meant(INDEX, said, None) == ("Lahore", None)
    spelled, exact = (resolve(Query(text="Kalma Chowk", city=one), GAZETTEER) for one in (said, "Lahore"))
    assert spelled == exact and exact.matched == "Lahore-chowk"


@pytest.mark.parametrize(
    ("said", "district"),
    [("Abbottabad", "abbotabad"), ("District Sargodha", "sargodha"), ("Raiwind", "lahore"), ("Narnia", None)],
)
def test_a_district_is_found_by_a_slip_and_by_its_tehsils_town(said: str, district: str | None) -> None:
    assert meant(INDEX, None, said)[1] == district


def test_a_metropolis_is_the_town_of_its_district_unless_the_text_has_another_and_a_small_town_is_not() -> None:
    assert metropolis_of(INDEX, "lahore", "Kalma Chowk") == "Lahore"
    assert metropolis_of(INDEX, "lahore", "Raiwind") is None
    assert metropolis_of(INDEX, "multan", "Kalma Chowk") is None


def test_beside_a_station_its_district_is_no_metropolis() -> None:
    of_lahore = StationArea(
        "L", 31.55, 74.34, area=shapely.box(74.3, 31.5, 74.4, 31.6), derived=False, district="Lahore"
    )
    gazetteer = InMemoryGazetteer([], [of_lahore])
    gazetteer.index = INDEX
    query = Query(text="Raiwind", station="L")
    assert resolve(replace(query, district="Lahore"), gazetteer) == resolve(query, gazetteer)


def test_a_village_about_a_town_is_found_when_only_the_town_is_given() -> None:
    fix = resolve(Query(text="Raiwind", city="Lahore"), GAZETTEER)
    assert fix.matched == "raiwind"


def test_a_town_that_nobody_knows_is_said() -> None:
    fix = resolve(Query(text="Kalma Chowk, Lahore", city="Narnia"), GAZETTEER)
    assert fix.matched == "Lahore-chowk" and fix.reasons[0].code == "town_unknown"


@pytest.mark.parametrize(
    ("text", "town", "district"),
    [
        ("Raiwind Distt Lahore", "Lahore", "lahore"),
        ("Raiwind, district Lahore", "Lahore", "lahore"),
        (f"رائیونڈ ضلع {LAHORE_URDU}", "Lahore", "lahore"),
        ("Pattoki Tehsil Pattoki District Sargodha Punjab", None, "sargodha"),
        ("Kalma Chowk, District Courts", None, None),
        ("Lahore: Kalma Chowk", "Lahore", "Lahore"),
        ("Lahore, Kalma Chowk", "Lahore", "Lahore"),
        ("DHA Phase 6 Lahore Cantt", "Lahore", None),
        ("Kalma Chowk Lahore near the bank", "Lahore", None),
        ("Green Town Lahore Baghrian Chowk", "Lahore", None),
        ("Dhirkot, Bagh", None, "Bagh"),
        ("aamon ka bagh", None, None),  # a garden
        ("Lahore Road", None, None),
        ("Lahore Tea", None, None),
    ],
)
def test_a_text_names_its_town_anywhere_and_by_any_word(text: str, town: str | None, district: str | None) -> None:
    found = whereabouts(INDEX, text)
    assert found[0] == town
    assert (found[1] or "").casefold() == (district or "").casefold()


def test_what_is_called_after_a_city_mentions_it_without_being_there() -> None:
    assert mentioned(INDEX, "Lahore Tea House") == {"Lahore"}
    assert mentioned(INDEX, "Lahore Road") == {"Lahore"}
    assert mentioned(INDEX, "Kalma Chowk") == frozenset()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Raiwind District Lahore", [("name", "raiwind"), ("district", "lahore")]),
        ("Lahore District, Punjab", [("district", "lahore"), ("name", "punjab")]),
        ("Lahore District Punjab", [("district", "lahore"), ("name", "punjab")]),
        ("Tehsil Kot Addu District Multan", [("tehsil", "kot addu"), ("district", "multan")]),
    ],
)
def test_a_district_stands_before_its_name_unless_the_piece_ends(text: str, parts: list[tuple[str, str]]) -> None:
    assert [(part.kind, part.key) for part in parse(text).parts] == parts


def test_a_text_about_a_town_far_from_its_station_says_so() -> None:
    far = resolve(Query(text="Chungi No 9, Lahore", station="SAR"), GAZETTEER)
    own = resolve(Query(text="Chungi No 9, Sargodha", station="SAR"), GAZETTEER)
    assert far.method is own.method is Method.STATION_AREA
    assert "text_names_far_town" in [reason.code for reason in far.reasons]
    assert "text_names_far_town" not in [reason.code for reason in own.reasons]


def test_the_score_of_a_stations_area_is_that_of_its_middle() -> None:
    small = StationArea("S", 32.0, 72.0, area=shapely.box(72.0, 32.0, 72.01, 32.01), derived=False)
    wide, narrow = (resolve(Query(station=one.code), InMemoryGazetteer([], [one])) for one in (STATION, small))
    assert narrow.score == pytest.approx(0.85)
    assert wide.score < 0.02
