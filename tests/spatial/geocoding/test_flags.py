"""Tests of piles: planted ones are found, real points make none, and thirty pins on a desk are a desk."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.errors import InvalidCoordinates
from spatial.geocoding import StationArea
from spatial.geocoding.flags import Suspect, minutes_as_decimals, piles

DATA = Path(__file__).parents[3] / "data"


def points_of(name: str) -> np.ndarray:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as file:
        return np.array([(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)])


POINTS = points_of("openstreetmap/pois.csv.gz")


@pytest.mark.parametrize("name", ["openstreetmap/pois.csv.gz", "places/gazetteer.csv.gz"])
def test_real_points_are_no_piles(name: str) -> None:
    points = points_of(name)
    flagged = sum(pile.count for pile in piles(points))
    assert flagged <= 0.001 * len(points)


def test_planted_piles_are_found() -> None:
    chance = np.random.default_rng(11)
    seats = POINTS[chance.choice(len(POINTS), 60, replace=False)] + 0.0013
    stations = [StationArea(f"S{number}", *seat) for number, seat in enumerate(seats[:30].tolist())]
    counts = chance.integers(15, 60, 60)
    planted = np.concatenate(
        [seat + chance.normal(0, 5e-5, (count, 2)) for seat, count in zip(seats, counts, strict=True)]
    )
    found = piles(np.concatenate([POINTS, planted]), stations)
    rows = np.array(sorted(row for pile in found for row in pile.rows))
    assert (rows >= len(POINTS)).sum() >= 0.9 * len(planted)
    assert (rows < len(POINTS)).sum() <= 0.001 * len(POINTS)
    assert sum(pile.kind == "station" for pile in found) >= 28
    assert {pile.name for pile in found if pile.kind == "station"} <= {station.code for station in stations}
    # Taken away again, nothing is left of them.
    assert sum(pile.count for pile in piles(POINTS, stations)) <= 0.001 * len(POINTS)


def test_a_busy_market_is_no_pile_but_the_same_number_in_a_field_is() -> None:
    chance = np.random.default_rng(2)
    market = np.array([31.58, 74.31]) + chance.normal(0, 1.2e-3, (1500, 2))
    stand = np.array([31.58, 74.31]) + chance.normal(0, 1e-4, (25, 2))
    field = np.array([30.10, 71.20]) + chance.normal(0, 3e-5, (25, 2))
    found = piles(np.concatenate([market, stand, field]))
    assert [round(pile.lat, 2) for pile in found] == [30.10]
    assert found[0].count > found[0].expected
    assert found[0].chance < 1e-6


def test_a_suspected_point_needs_fewer() -> None:
    here = np.full((4, 2), [30.10, 71.20])
    elsewhere = POINTS[:200]
    points = np.concatenate([elsewhere, here])
    assert piles(points) == []
    found = piles(points, suspects=[Suspect(30.10, 71.20, "Multan", "district_centre")])
    assert [(pile.kind, pile.name, pile.count) for pile in found] == [("district_centre", "Multan", 4)]
    assert found[0].rows == (200, 201, 202, 203)


def test_a_false_alarm_is_as_rare_as_said() -> None:
    # Spots drawn by the null itself: geometric about what lies around them.
    chance = np.random.default_rng(4)
    alarms = 0
    for _ in range(60):
        points = POINTS[chance.integers(0, len(POINTS), 4000)] + chance.normal(0, 3e-4, (4000, 2))
        alarms += bool(piles(points))
    assert alarms <= 2


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.floats(1e-9, 1.0))
def test_a_bolder_rule_shows_no_less(count: int, alarms: float) -> None:
    points = np.concatenate([POINTS[:300], np.full((count, 2), [30.10, 71.20])])
    strict = {row for pile in piles(points, false_alarms=alarms / 10) for row in pile.rows}
    bold = {row for pile in piles(points, false_alarms=alarms) for row in pile.rows}
    assert strict <= bold


def test_minutes_taken_for_decimals_are_proved_by_many_only() -> None:
    points = POINTS[:40]
    minutes = np.floor(points) + (points % 1.0) * 0.6
    assert minutes_as_decimals(minutes) < 1e-9
    assert minutes_as_decimals(points) == 1.0
    assert minutes_as_decimals(minutes[:2]) > 0.1
    # One number written a thousand times proves no more than once.
    assert minutes_as_decimals(np.repeat(minutes[:2], 1000, axis=0)) == minutes_as_decimals(minutes[:2])


def test_nothing_and_nonsense() -> None:
    assert piles(np.empty((0, 2))) == []
    assert minutes_as_decimals(np.empty((0, 2))) == 1.0
    for bad in ([[np.nan, 74.0]], [[91.0, 0.0]], [[1.0, 2.0, 3.0]]):
        with pytest.raises(InvalidCoordinates):
            piles(np.array(bad))
