"""Tests of learning habits from texts alone: the generator's habits are found again, whatever one believed before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import StationArea
from spatial.geocoding.column4 import draw
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.writers import learn

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
