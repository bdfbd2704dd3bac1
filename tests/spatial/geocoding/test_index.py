"""Tests of the index of places: what a term may mean, and that a saved index is the same index."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from spatial.errors import InvalidGazetteer
from spatial.geocoding import Entry, Place, PlaceIndex

BLOCK = shapely.box(67.02, 24.80, 67.04, 24.82)
ENTRIES = [
    Entry(Place("a", "Gulberg", "neighbourhood", 31.51, 74.34, 800.0, None, "Lahore", "Lahore"), ("گلبرگ",)),
    Entry(Place("b", "Clifton Block 5", "neighbourhood", 24.81, 67.03, None, BLOCK, "Karachi South", "Karachi")),
    Entry(Place("c", "Sher Shah", "neighbourhood", 24.88, 66.99, 900.0, None, "Keamari", "Karachi")),
    Entry(
        Place("d", "Meezan Bank", "landmark", 24.815, 67.035, 150.0, None, "Karachi South", "Karachi", 0, "banks"),
        (),
        ("Khayaban-e-Shamsheer", "DHA Phase 5"),
    ),
]
INDEX = PlaceIndex.build(ENTRIES, "today")


def terms(index: PlaceIndex, term: str) -> set[str]:
    return {index.terms[number] for number in index.variants_of([term])[0][0].tolist()}


def test_a_word_is_found_by_its_spelling_sound_and_script() -> None:
    assert terms(INDEX, "gulberg") == {"gulberg", "گلبرگ"}
    assert terms(INDEX, "گلبرگ") == {"gulberg", "گلبرگ"}
    assert "gulberg" in terms(INDEX, "gulburg")
    assert "gulberg" in terms(INDEX, "gullbreg") or "gulberg" in terms(INDEX, "gulbarg")
    assert terms(INDEX, "lyari") == set()


def test_the_right_spelling_is_likest() -> None:
    numbers, like = INDEX.variants_of(["gulburg"])[0]
    best = {INDEX.terms[number]: value for number, value in zip(numbers.tolist(), like.tolist(), strict=True)}
    assert 0.5 < best["gulberg"] < 1.0
    numbers, like = INDEX.variants_of(["gulberg"])[0]
    assert like.max() == 1.0


def test_a_slip_in_a_long_word_is_forgiven_and_in_a_number_not() -> None:
    assert "shamsheer" in terms(INDEX, "shamshee")
    assert terms(INDEX, "=block:5") == {"=block:5"}
    assert terms(INDEX, "=block:6") == set()


def test_joined_words_are_found() -> None:
    assert "shershah" in terms(INDEX, "shershah")


def test_a_place_is_one_object_and_what_went_in() -> None:
    again = INDEX.place(1)
    assert again is INDEX.place(1)
    assert (again.ref, again.name, again.kind, again.district, again.city) == (
        "b", "Clifton Block 5", "neighbourhood", "Karachi South", "Karachi",
    )  # fmt: skip
    assert again.extent.equals(BLOCK)
    assert INDEX.place(3).category == "banks"
    assert len(INDEX) == 4


def test_a_saved_index_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "places.npz"
    INDEX.save(path)
    again = PlaceIndex.load(path)
    assert again.label == "today"
    assert [place.ref for place in again.places()] == ["a", "b", "c", "d"]
    assert terms(again, "gulburg") == terms(INDEX, "gulburg")
    assert again.place(1).extent.equals(BLOCK)
    assert [file.name for file in tmp_path.iterdir()] == ["places.npz"]


@pytest.mark.parametrize("content", [b"", b"no index", b"PK\x03\x04 cut off"])
def test_what_is_no_index_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "places.npz"
    path.write_bytes(content)
    with pytest.raises(InvalidGazetteer):
        PlaceIndex.load(path)


def test_nothing_is_an_index_too() -> None:
    empty = PlaceIndex.build([])
    assert len(empty) == 0
    assert terms(empty, "gulberg") == set()


def test_a_lone_hamza_is_no_term() -> None:
    """A mosque of the reference data is written so; the index of the whole country stopped at it."""
    mosque = Place("m", "مسجد قبا ء", "landmark", 31.5, 74.3, 150.0, None, "Lahore")
    assert "" not in PlaceIndex.build([Entry(mosque)]).terms
