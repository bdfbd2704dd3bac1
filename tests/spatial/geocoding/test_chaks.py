"""Tests of the villages of the canal colonies: their numbers in words and figures, and which of them are the same."""

from __future__ import annotations

import pytest

from spatial.addresses import parse
from spatial.geocoding import InMemoryGazetteer, Place, Query, resolve
from spatial.geocoding.chaks import Chak, chak_of, may_be, of_terms

GAZETTEER = InMemoryGazetteer(
    [
        (Place("sb", "Chak Eighty-eight South Branch", "locality", 32.04, 72.80, district="Sargodha"), []),
        (Place("nb", "Chak Eighty-four Shumali", "locality", 32.10, 72.60, district="Sargodha"), []),
        (Place("gb", "Chak Two Hundred Four Gugera Branch", "locality", 30.95, 72.80, district="Faisalabad"), []),
        (Place("rb", "Chak Two Hundred Five Rakh Branch", "locality", 31.40, 73.00, district="Faisalabad"), []),
        (Place("6r", "Chak Ninety A -Six Right", "locality", 30.71, 73.06, district="Sahiwal"), []),
        (Place("9l", "Chak Ninety-one -Nine Left", "locality", 30.60, 73.16, district="Sahiwal"), []),
        *(
            (Place(f"{city}{n}", f"{city} Bazar", "landmark", lat, lon, district=city, city=city), [])
            for city, lat, lon in (("Sargodha", 32.08, 72.67), ("Faisalabad", 31.42, 73.08), ("Sahiwal", 30.67, 73.10))
            for n in range(9)
        ),
        *(
            (Place(city, city, "city", lat, lon, district=city, population=500_000), [])
            for city, lat, lon in (("Sargodha", 32.08, 72.67), ("Faisalabad", 31.42, 73.08), ("Sahiwal", 30.67, 73.10))
        ),
    ]
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Chak 45/12-L chichawatni", "45/12l"),
        ("Chak No. 88 NB Sargodha", "88nb"),
        ("چک 88 شمالی", "88nb"),
        ("Chak 88 Janubi", "88sb"),
        ("چک نمبر 204 رب", "204rb"),
        ("چک نمبر 204 ر ب", "204rb"),
        ("چک نمبر 204 ر۔ب", "204rb"),
        ("چک نمبر دو سو چار ر ب فیصل آباد", "204rb"),
        ("چک نمبر ایک سو پچیس گ ب", "125gb"),
        ("چک ننانوے", "99"),
        ("Chak Two Hundred Four Gugera Branch", "204gb"),
        ("Chak 88 north of the canal", "88"),
        ("Chak 88 Desert Branch Janubi", "88db"),
        ("Chak 2 Sohail", "2"),
    ],
)
def test_the_number_of_a_chak(text: str, number: str) -> None:
    assert [part.number for part in parse(text).parts if part.kind == "chak"] == [number]


@pytest.mark.parametrize(
    ("code", "chak"),
    [
        ("88", ("88", "", "")),
        ("88nb", ("88", "", "nb")),
        ("88db", ("88", "", "db")),
        ("88d", ("88", "d", "")),
        ("90a", ("90", "a", "")),
        ("90a/12l", ("90", "a", "12l")),
        ("45/12l", ("45", "", "12l")),
        ("125p", ("125", "", "p")),
    ],
)
def test_what_a_code_says(code: str, chak: tuple[str, str, str]) -> None:
    assert chak_of(code) == Chak(*chak)


@pytest.mark.parametrize(
    ("said", "other", "same"),
    [
        ("88nb", "88nb", True),
        ("88nb", "88sb", False),
        ("88nb", "89nb", False),
        ("88nb", "88", True),
        ("88", "88sb", True),
        ("90/9l", "90/12l", False),
        ("90/9l", "90a/9l", False),
        ("90a/9l", "90/9l", True),
        ("90", "90a", True),
        ("204rb", "204gb", False),
    ],
)
def test_which_chaks_are_the_same(said: str, other: str, same: bool) -> None:
    one, two = chak_of(said), chak_of(other)
    assert one is not None and two is not None
    assert may_be(one, two) is same


def test_a_chak_is_known_by_the_narrowest_of_its_terms() -> None:
    assert of_terms(["=chak:90a/6r", "=chak:90a/6", "=chak:90a", "=chak:90", "~road"]) == [Chak("90", "a", "6r")]
    assert of_terms(["clifton", "=block:5"]) == []


@pytest.mark.parametrize(
    ("text", "district", "wrong"),
    [
        ("Chak No. 88 NB", "Sargodha", "sb"),
        ("چک 88 شمالی", "Sargodha", "sb"),
        ("چک نمبر 204 رب", "Faisalabad", "gb"),
        ("Chak 90/9-L, Sahiwal", None, "6r"),
        ("Chak 91 GB", "Sahiwal", "9l"),
    ],
)
def test_another_chak_is_never_taken(text: str, district: str | None, wrong: str) -> None:
    fix = resolve(Query(text=text, district=district), GAZETTEER)
    assert fix.matched != wrong


@pytest.mark.parametrize(
    ("text", "district", "right"),
    [
        ("Chak No. 88 SB", "Sargodha", "sb"),
        ("چک 88 جنوبی", "Sargodha", "sb"),
        ("Chak 84 NB", "Sargodha", "nb"),
        ("چک نمبر دو سو پانچ ر ب", "Faisalabad", "rb"),
        ("Chak 91/9-L", "Sahiwal", "9l"),
        ("Chak 88", "Sargodha", "sb"),
    ],
)
def test_the_chak_itself_is(text: str, district: str, right: str) -> None:
    assert resolve(Query(text=text, district=district), GAZETTEER).matched == right
