"""A town or a district that only the text names is where the text is looked up."""

from __future__ import annotations

import pytest
import shapely

from spatial.geocoding import InMemoryGazetteer, Place, Query, StationArea, resolve
from spatial.geocoding.whereabouts import whereabouts
from spatial.model import Method
from spatial.projection import distance_m


def town(name: str, lat: float, lon: float, city_places: int) -> list[tuple[Place, list[str]]]:
    """Give a town with so many places in it, and a Kalma Chowk."""
    settled = Place(f"{name}-town", name, "city", lat, lon, 5_000.0, None, name, None, 100_000)
    inside = [
        Place(f"{name}-{n}", f"Shop {n}", "landmark", lat + n / 50_000, lon, 50.0, None, name, name)
        for n in range(city_places - 1)
    ]
    chowk = Place(f"{name}-chowk", "Kalma Chowk", "landmark", lat + 0.01, lon, 100.0, None, name, name)
    return [(place, []) for place in (settled, *inside, chowk)]


NAMESAKES = [
    (Place("tea", "Lahore Tea", "landmark", 33.6, 73.0, 50.0, None, "Islamabad", "Islamabad"), []),
    (Place("hamlet", "Multan", "village", 35.4, 73.0, 1_200.0, None, "Kohistan", None, 0), []),
]
GAZETTEER = InMemoryGazetteer(
    [
        *town("Lahore", 31.55, 74.34, 220),
        *town("Multan", 30.2, 71.47, 220),
        *town("Sargodha", 32.08, 72.67, 20),
        *[(place, []) for place, _ in NAMESAKES],
    ]
)


@pytest.mark.parametrize(
    ("text", "town", "district"),
    [
        ("Kalma Chowk, Lahore", "Lahore", "Lahore"),
        ("Kalma Chowk lahore", "Lahore", "lahore"),
        ("Lahore Road, Sargodha", None, "Sargodha"),  # of few known places: its district is meant
        ("Kalma Chowk", None, None),
        ("Lahore", "Lahore", "Lahore"),  # nothing but the town
        ("Lahore, Punjab", "Lahore", "Lahore"),
        ("Lahore Punjab", "Lahore", "lahore"),
        ("Lahore Azad Jammu Kashmir Pakistan", "Lahore", "lahore"),
        ("Bank of Punjab", None, None),
        ("Punjab Pakistan", None, None),
        ("Kalma Chowk Lahore Punjab", "Lahore", "Lahore"),
        ("Kalma Chowk, Multan KPK Pakistan", "Multan", "Multan"),
        ("Lahore City", "Lahore", "lahore"),
        ("Sargodha", "Sargodha", "Sargodha"),
        ("District Kohistan", None, "kohistan"),
        ("Lahore Road", None, None),
        ("Multan, Lahore", "Lahore", "Lahore"),
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


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Lahore", "Lahore-town"),
        ("Multan", "Multan-town"),
        ("Multan city, Pakistan", "Multan-town"),
        ("Lahore Tea", "tea"),
    ],
)
def test_a_town_alone_is_the_town_and_no_namesake_of_a_few_houses(text: str, ref: str) -> None:
    fix = resolve(Query(text=text), GAZETTEER)
    assert fix.matched == ref
    if ref != "tea":
        # All of it: a town is no place where somebody can be sent.
        assert fix.accuracy_m is not None and fix.accuracy_m > 1_000.0
    assert resolve(Query(text=text, city="Lahore", district="Lahore"), GAZETTEER).matched is not None


def test_a_province_alone_is_no_place_of_its_name() -> None:
    hotel = Place("hotel", "Sindh Farhan Hotel", "landmark", 31.55, 74.34, 50.0, None, "Lahore", "Lahore")
    gazetteer = InMemoryGazetteer([*town("Lahore", 31.55, 74.34, 220), (hotel, [])])
    for text in ("Sindh", "Sindh, Pakistan"):
        assert resolve(Query(text=text), gazetteer).method is Method.UNPLACED
    # The control: with another word it is one.
    assert resolve(Query(text="Sindh Farhan Hotel"), gazetteer).matched == "hotel"


def test_the_middle_of_a_town_is_not_that_of_a_better_mapped_one_of_its_district() -> None:
    """Many places bear the district's head town in their address that lie in another of its towns."""
    places = [Place("head", "Chakwal", "town", 32.93, 72.85, 2_000.0, None, "Chakwal", None, 100_000)]
    places += [
        Place(f"far-{n}", f"Shop {n}", "landmark", 33.0, 72.1 + n / 50_000, 50.0, None, "Chakwal", "Chakwal")
        for n in range(40)
    ]
    places += [
        Place(f"own-{n}", f"Stall {n}", "landmark", 32.93 + n / 200, 72.85, 50.0, None, "Chakwal", "Chakwal")
        for n in range(12)
    ]
    fix = resolve(Query(text="Chakwal"), InMemoryGazetteer([(place, []) for place in places]))
    assert fix.matched == "head" and fix.point is not None
    assert distance_m(fix.point.lat, fix.point.lon, 32.93, 72.85) < 7_000.0


@pytest.mark.parametrize(("people", "ref"), [(90_000, "nawab-town"), (0, None)])
def test_a_town_of_many_people_is_a_town_though_hardly_mapped(people: int, ref: str | None) -> None:
    """The control is a village of that name: it stands for itself, and so may its namesake."""
    places = [
        Place("nawab-town", "Nawabshah", "city", 26.24, 68.41, 3_000.0, None, "Shaheed Benazirabad", None, people),
        Place("nawab-hamlet", "Nawabshah", "village", 28.4, 67.6, 1_200.0, None, "Jaffarabad", None, 0),
    ]
    gazetteer = InMemoryGazetteer([(place, []) for place in places])
    assert whereabouts(gazetteer.index, "Nawabshah") == (("Nawabshah", "Shaheed Benazirabad") if ref else (None, None))
    if ref:
        assert resolve(Query(text="Nawabshah, Sindh"), gazetteer).matched == ref


@pytest.mark.parametrize(("half", "method"), [(0.6, Method.PLACE), (0.02, Method.STATION_AREA)])
def test_a_town_beside_its_station_is_used_where_it_is_narrower_than_the_area(half: float, method: Method) -> None:
    """A station of a whole tehsil, and the control: one of several in the town, whose area says more."""
    where = next(place for place, _ in town("Multan", 30.2, 71.47, 220))
    area = shapely.box(where.lon - half, where.lat - half, where.lon + half, where.lat + half)
    station = StationArea("MUL-1", where.lat, where.lon, area, "Multan")
    gazetteer = InMemoryGazetteer(town("Multan", 30.2, 71.47, 220), [station])
    fix = resolve(Query(text="Multan", station="MUL-1"), gazetteer)
    assert fix.method is method
    assert (fix.matched == "Multan-town") is (method is Method.PLACE)
    # A text that says more than the town and is not known is no place of the town's middle.
    assert resolve(Query(text="Unheard Chowk, Multan", station="MUL-1"), gazetteer).method is Method.STATION_AREA


def test_no_word_of_a_distance_is_looked_up_where_the_station_is_not_known() -> None:
    named = resolve(Query(text="Kalma Chowk, Multan"), GAZETTEER)
    beside = resolve(Query(text="Kalma Chowk, Multan, 2 km north of PS", station="XXX"), GAZETTEER)
    assert (beside.matched, beside.score) == (named.matched, named.score)
    assert beside.reasons[0].code == "station_unknown"
