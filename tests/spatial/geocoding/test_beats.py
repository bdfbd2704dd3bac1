"""Tests of beats: one that a text names bounds its place as a station's area does, and gives way to a better word."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from spatial import cells, projection
from spatial.addresses import beat_of
from spatial.geocoding import Beat, InMemoryGazetteer, Place, Query, StationArea, candidates, resolve
from spatial.model import Fix, Method

HOUSE = (31.50, 74.30)
AREA = shapely.box(74.25, 31.45, 74.35, 31.55)
NORTH, SOUTH = shapely.box(74.25, 31.50, 74.35, 31.55), shapely.box(74.25, 31.45, 74.35, 31.50)
STATION = StationArea(
    "LHR-1", *HOUSE, AREA, "Lahore", beats=(Beat("1", NORTH, derived=True), Beat("2", SOUTH, derived=False))
)
PLACES = [
    (Place("n", "Zafar Chowk", "landmark", 31.53, 74.32, district="Lahore"), []),
    (Place("s", "Zafar Chowk", "landmark", 31.47, 74.28, district="Lahore"), []),
]
GAZETTEER = InMemoryGazetteer(PLACES, [STATION])


def ask(text: str) -> Fix:
    return resolve(Query(text=text, station="LHR-1"), GAZETTEER)


def north_of_house(fix: Fix) -> float:
    middles = cells.centres(fix.cells)
    masses = np.array(fix.masses) / sum(fix.masses)
    return float(masses[middles[:, 0] > HOUSE[0]].sum())


def codes(fix: Fix) -> list[str]:
    return [reason.code for reason in fix.reasons]


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("Beat No. 3, near Data Darbar", "3", "near data darbar"),
        ("3 km north of PS, beat 2", "2", "3 km north of ps"),
        ("بیٹ نمبر ۳", "3", ""),
        ("beat#4", "4", ""),
    ],
)
def test_a_beat_is_read_in_every_script(text: str, number: str, rest: str) -> None:
    assert beat_of(text) == (number, rest)


@pytest.mark.parametrize("text", ["rabbit 3", "Beat Road", "beaten 3 times", "bit by a dog, 3 km", "near Data Darbar"])
def test_other_words_name_no_beat(text: str) -> None:
    assert beat_of(text) is None


@pytest.mark.parametrize(("text", "share"), [("beat no 1", 1.0), ("بیٹ نمبر ۲", 0.0)])
def test_a_beat_alone_is_its_area(text: str, share: float) -> None:
    fix = ask(text)
    assert fix.method is Method.STATION_AREA and codes(fix) == ["beat_named", "beat_area"]
    assert north_of_house(fix) == pytest.approx(share, abs=0.1)
    assert 0.3 < north_of_house(ask("")) < 0.7, "the control: the station's area is in both"


@pytest.mark.parametrize(("number", "ref"), [(1, "n"), (2, "s")])
def test_the_list_to_choose_from_is_of_the_beat(number: int, ref: str) -> None:
    first, other = candidates(Query(text=f"Zafar Chowk, beat {number}", station="LHR-1"), GAZETTEER)
    assert first.place.ref == ref and first.score > 2.0 * other.score


def test_a_beat_cuts_a_distance_without_a_direction() -> None:
    ring, half = ask("3 km from PS"), ask("3 km from PS, beat 1")
    assert half.method is Method.BEARING and 0.3 < north_of_house(ring) < 0.7
    assert north_of_house(half) > 0.85


def test_a_beat_tells_two_places_of_one_name_apart() -> None:
    assert ask("Zafar Chowk, beat 1").matched == "n"
    assert ask("Zafar Chowk, beat 2").matched == "s"


def test_a_beat_gives_way_to_a_distance_that_leads_out_of_it() -> None:
    fix = ask("3 km south of PS, beat 1")
    assert fix.method is Method.BEARING and fix.score < 0.5
    assert fix.point is not None
    assert projection.distance_m(*projection.destination(*HOUSE, 180.0, 2_800), fix.point.lat, fix.point.lon) < 900


def test_a_beat_that_is_not_known_is_told_and_changes_nothing() -> None:
    fix, plain = ask("3 km north of PS, beat 9"), ask("3 km north of PS")
    assert "beat_unknown" in codes(fix)
    assert (fix.cells, fix.masses) == (plain.cells, plain.masses)
