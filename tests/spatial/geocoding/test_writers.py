"""Tests of learning habits from texts alone: the generator's habits are found again, whatever one believed before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import InMemoryGazetteer, Place, PlaceIndex, Query, StationArea, names
from spatial.geocoding.column4 import draw
from spatial.geocoding.gazetteer import LearnedFrom
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.pinned import Pinned
from spatial.geocoding.witnesses import witnesses
from spatial.geocoding.writers import learn, learn_stations
from spatial.projection import destination

STATIONS = [StationArea("S", 31.55, 74.34), StationArea("T", 27.71, 68.86)]


def said_by(habits: Habits, count: int = 1500) -> list[Bearing]:
    found = [parse_bearing(one.text) for one in draw(STATIONS, count, 5, habits)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("half", [0.05, 0.5, 0.95])
def test_the_steps_are_found_again(half: float) -> None:
    steps = ((0.5, half), (1.0, 1.0 - half))
    found = learn(said_by(replace(BELIEVED, near=steps)))
    assert dict(found.near)[0.5] == pytest.approx(half, abs=0.12)
    assert sum(dict(found.near).values()) == pytest.approx(1.0)


@pytest.mark.parametrize("four", [0.02, 0.5, 0.98])
def test_the_compass_is_found_again(four: float) -> None:
    found = learn(said_by(replace(BELIEVED, four=four, sixteen=0.0)))
    assert found.four == pytest.approx(four, abs=0.08)
    assert found.sixteen < 0.03


def test_few_texts_change_little_and_none_nothing() -> None:
    assert learn([]) is BELIEVED
    assert learn([Bearing(3000.0, 45.0)] * 9) is BELIEVED
    a_few = learn([Bearing(3000.0, 0.0)] * 12)
    many = learn([Bearing(3000.0, 0.0)] * 1200)
    assert BELIEVED.four < a_few.four < many.four
    assert many.four > 0.7


def test_ranges_metres_and_odd_numbers_are_passed_over() -> None:
    odd = [Bearing(2500.0, None, 1000.0, 2000.0, 3000.0), Bearing(300.0, None, 1.0), Bearing(3271.0, 45.0)] * 10
    found = learn(odd)
    assert dict(found.near) == pytest.approx(dict(BELIEVED.near))


def drawn_by(writers: dict[str, Habits], count: int) -> dict[str, list[Bearing]]:
    places = {"S": STATIONS[0], "T": STATIONS[1]}
    found: dict[str, list[Bearing]] = {}
    for number, (code, habits) in enumerate(writers.items()):
        station = replace(places.get(code, STATIONS[0]), code=code)
        texts = [parse_bearing(one.text) for one in draw([station], count, 50 + number, habits)]
        found[code] = [one for one in texts if one is not None]
    return found


def test_stations_of_different_writers_are_told_apart_and_alike_ones_are_not() -> None:
    four, eight = replace(BELIEVED, four=1.0, sixteen=0.0), replace(BELIEVED, four=0.0, sixteen=0.0)
    mixed = learn_stations(drawn_by({f"{kind}{one}": habits for one in range(10) for kind, habits in
                                     (("four", four), ("eight", eight))}, 24))  # fmt: skip
    shares = {code: learned.habits.four for code, learned in mixed.stations.items()}
    assert min(share for code, share in shares.items() if code.startswith("four")) > 0.75
    assert max(share for code, share in shares.items() if code.startswith("eight")) < 0.5
    assert 0.3 < mixed.whole.habits.four < 0.7
    # The control: writers who do not differ are not told apart by chance.
    alike = learn_stations(drawn_by({f"S{one}": replace(BELIEVED, four=0.5, sixteen=0.0) for one in range(20)}, 24))
    found = [learned.habits.four for learned in alike.stations.values()]
    assert max(found) - min(found) < 0.15


def test_a_station_with_few_texts_is_read_as_all_are() -> None:
    texts = drawn_by({"many": replace(BELIEVED, four=1.0, sixteen=0.0), "few": BELIEVED}, 60)
    texts["few"] = texts["few"][:5]
    found = learn_stations(texts)
    assert "few" not in found.stations
    assert found.of("few").habits == found.whole.habits and not found.of("few").is_own
    assert found.of("many").is_own and found.of("many").texts == 60
    read = found.of("few").read_by(STATIONS[0])
    assert read.habits is found.whole.habits and read.learned_from == LearnedFrom(65, 0, False)
    assert learn_stations({}).of("any").read_by(STATIONS[0]).learned_from is None


def test_who_never_writes_up_to_one_kilometre_is_found_out() -> None:
    plain = replace(BELIEVED, zero=((0.5, 1.0), (1.0, 0.0), (2.0, 0.0)))
    often = replace(BELIEVED, zero=((0.5, 0.0), (1.0, 0.0), (2.0, 1.0)))
    assert learn(said_by(plain)).zero[-1][1] < 0.05
    assert learn(said_by(often)).zero[-1][1] > 0.6
    assert sum(share for _, share in learn(said_by(plain)).zero) == pytest.approx(1.0, abs=0.01)


def test_the_order_of_texts_changes_little() -> None:
    """One who knows four points and writes north and east in turns would have each half foretell the other badly."""
    fours = [Bearing(1_000.0 * (1 + number % 4), 90.0 * (number % 4)) for number in range(40)]
    eights = [Bearing(1_000.0 * (1 + number % 4), 45.0 * (number % 8)) for number in range(40)]
    in_turns = learn_stations({"four": fours, "eight": eights})
    in_blocks = learn_stations({"four": sorted(fours, key=str), "eight": sorted(eights, key=str)})
    for learned in (in_turns, in_blocks):
        assert learned.of("four").habits.four > 0.5 > learned.of("eight").habits.four


def test_names_are_told_apart_from_pins_in_what_was_learned() -> None:
    said = Bearing(3_000.0, 45.0)
    pins = [Pinned(said, 3_000.0)] * 12 + [Pinned(said, 3_000.0, 0.9, 100.0)] * 30
    learned = learn_stations({"S": [said] * 42}, {"S": pins})
    assert (learned.of("S").texts, learned.of("S").pins, learned.whole.pins) == (42, 12, 12)
    assert learned.of("S").habits.road < 0.2


def test_a_name_shows_a_distance_where_it_is_sure_and_narrow_and_measured_from_the_station() -> None:
    station = StationArea("S1", 31.5, 74.3, None, "Lahore")
    at = destination(31.5, 74.3, 45.0, 3_000.0)
    place = Place("p", "Gulberg Chowk", "landmark", *at, None, None, "Lahore", "Lahore")
    index = InMemoryGazetteer([(place, ())], [station]).index
    texts = (
        "Gulberg Chowk, 3 km north east of PS", "3 km north east of PS", "Gulberg Chowk", "Nowhere, 3 km east of PS",
        "3 km north of Gulberg Chowk", "Gulberg Chowk, 0 km north of PS", "Gulberg Chowk, 2-4 km north east of PS",
    )  # fmt: skip
    asked = [(Query(text=text, station="S1", city="Lahore", district="Lahore"), station) for text in texts]
    found = witnesses(asked, index)
    assert [one is not None for one in found] == [True] + [False] * 6
    assert found[0] is not None
    assert found[0].straight_m == pytest.approx(3_000.0, abs=20.0) and 0.0 < found[0].chance < 1.0
    # Beside a distance of some hundred metres the same name is too wide to tell a road from a line.
    (near,) = witnesses([(replace(asked[0][0], text="Gulberg Chowk, 100 metres north east of PS"), station)], index)
    assert near is None


def test_names_of_a_country_are_looked_up_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up keeps the candidates of all texts that were looked up with it: 3,000 kept 75 MB, of 90,000 a night."""
    station = StationArea("S1", 31.5, 74.3, None, "Lahore")
    market = Place("m", "Zarghoon Market", "landmark", *destination(31.5, 74.3, 45.0, 4_000.0), 60.0, None, "Lahore")
    index = InMemoryGazetteer([(market, [])]).index
    counts: list[int] = []
    look_up = names.look_up

    def counted(asked: Sequence[names.Asked], index: PlaceIndex) -> list[LookUp | None]:
        counts.append(len(asked))
        return look_up(asked, index)

    monkeypatch.setattr(names, "look_up", counted)
    texts = ["Zarghoon Market, 4 km north east of PS", "4 km north east of PS"] * 150
    found = witnesses([(Query(text=text, station="S1"), station) for text in texts], index)
    assert [one is not None for one in found] == [True, False] * 150
    assert max(counts) <= names.TOGETHER and sum(counts) == 300
