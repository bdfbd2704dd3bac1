"""A town or a district that only the text names is where the text is looked up."""

from __future__ import annotations

import pytest

from spatial.geocoding import InMemoryGazetteer, Place, Query, resolve
from spatial.geocoding.context import whereabouts


def town(name: str, lat: float, lon: float, city_places: int) -> list[tuple[Place, list[str]]]:
    """Give a town with so many places in it, and a Kalma Chowk."""
    settled = Place(f"{name}-town", name, "city", lat, lon, 5_000.0, None, name, None, 100_000)
    inside = [
        Place(f"{name}-{n}", f"Shop {n}", "landmark", lat + n / 50_000, lon, 50.0, None, name, name)
        for n in range(city_places - 1)
    ]
    chowk = Place(f"{name}-chowk", "Kalma Chowk", "landmark", lat + 0.01, lon, 100.0, None, name, name)
    return [(place, []) for place in (settled, *inside, chowk)]


GAZETTEER = InMemoryGazetteer(
    [*town("Lahore", 31.55, 74.34, 220), *town("Multan", 30.2, 71.47, 220), *town("Sargodha", 32.08, 72.67, 20)]
)


@pytest.mark.parametrize(
    ("text", "town", "district"),
    [
        ("Kalma Chowk, Lahore", "Lahore", "Lahore"),
        ("Kalma Chowk lahore", "Lahore", "lahore"),
        ("Lahore Road, Sargodha", None, "Sargodha"),  # of few known places: its district is meant
        ("Kalma Chowk", None, None),
        ("Lahore", None, None),  # stands for itself
        ("Lahore Road", None, None),
        ("", None, None),
        (" , ,", None, None),
    ],
)
def test_the_town_is_what_is_named_last(text: str, town: str | None, district: str | None) -> None:
    assert whereabouts(GAZETTEER.index, text) == (town, district)


@pytest.mark.parametrize(("text", "place"), [("Kalma Chowk, Lahore", "Lahore"), ("Kalma Chowk Multan", "Multan")])
def test_of_namesakes_the_one_in_the_town_that_is_named_is_meant(text: str, place: str) -> None:
    assert resolve(Query(text=text), GAZETTEER).matched == f"{place}-chowk"


def test_what_the_question_says_goes_before_what_the_text_says() -> None:
    assert resolve(Query(text="Kalma Chowk, Lahore", district="Sargodha"), GAZETTEER).matched.startswith("Sargodha")
