"""Tests of local time as integers, on ordinary days and on the days when Pakistan changed its clocks."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidSpan, NaiveTime
from spatial.mass import UNIT
from spatial.shifts import (
    ZONE,
    day_of,
    first_shift_of_week,
    shift_name,
    shift_of,
    shift_start,
    spread,
    week_of,
    week_of_shift,
    week_start,
)

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)


@given(MOMENTS)
def test_a_shift_holds_its_moments(moment: datetime) -> None:
    index = shift_of(moment)
    assert shift_start(index) <= moment < shift_start(index + 1)
    assert week_start(week_of_shift(index)) <= moment < week_start(week_of_shift(index) + 1)


@given(st.integers(0, 100_000))
def test_a_shift_is_found_from_its_start(index: int) -> None:
    assert shift_of(shift_start(index)) == index
    assert shift_of(shift_start(index + 1).astimezone(UTC) - timedelta(microseconds=1)) == index


def test_the_written_formula() -> None:
    moment = local(2026, 11, 22, 17, 30)
    days = (date(2026, 11, 22) - date(1970, 1, 1)).days
    assert day_of(moment) == days
    assert shift_of(moment) == 3 * days + 2
    assert shift_name(shift_of(moment)) == "evening"
    assert week_of(moment) == (days + 3) // 7 == week_of_shift(shift_of(moment))


def test_weeks_begin_on_monday() -> None:
    start = week_start(week_of(local(2026, 11, 22, 12)))
    assert start == local(2026, 11, 16)
    assert start.weekday() == 0
    assert shift_of(start) == first_shift_of_week(week_of(start))


def test_the_zone_of_the_moment_does_not_matter() -> None:
    assert shift_of(local(2026, 1, 1, 2)) == shift_of(local(2026, 1, 1, 2).astimezone(ZoneInfo("America/New_York")))


def hours_of(*day: int) -> list[float]:
    first = shift_of(local(*day, 12)) - 1
    edges = [shift_start(first + i).astimezone(UTC) for i in range(4)]
    return [(b - a) / timedelta(hours=1) for a, b in itertools.pairwise(edges)]


@pytest.mark.parametrize("day", [(2002, 4, 7), (2008, 6, 1), (2009, 4, 15)])
def test_the_day_on_which_summer_time_began_has_a_night_of_seven_hours(day: tuple[int, ...]) -> None:
    assert hours_of(*day) == [7, 8, 8]
    assert shift_start(shift_of(local(*day, 12)) - 1).hour == 1


@pytest.mark.parametrize("day", [(2002, 10, 5), (2008, 10, 31), (2009, 10, 31)])
def test_the_day_before_summer_time_ended_has_an_evening_of_nine_hours(day: tuple[int, ...]) -> None:
    assert hours_of(*day) == [8, 8, 9]


def test_an_ordinary_day_has_three_shifts_of_eight_hours() -> None:
    assert hours_of(2025, 6, 1) == [8, 8, 8]


def test_a_span_over_the_change_of_clocks_is_weighed_by_real_time() -> None:
    first, masses = spread(local(2008, 10, 31), local(2008, 11, 1))
    assert first == shift_of(local(2008, 10, 31))
    assert masses == (320_000, 320_000, 360_000)


def test_a_night_between_two_days() -> None:
    first, masses = spread(local(2026, 11, 20, 22), local(2026, 11, 21, 6))
    assert first == shift_of(local(2026, 11, 20, 22))
    assert masses == (250_000, 750_000)


def test_one_moment_is_one_shift_and_an_end_is_not_within() -> None:
    eight = local(2026, 11, 20, 8)
    assert spread(eight, eight) == (shift_of(eight), (UNIT,))
    assert spread(local(2026, 11, 20), eight) == (shift_of(eight) - 1, (UNIT,))


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3653)))
def test_a_spread_is_one_unit_over_the_shifts_of_its_span(start: datetime, length: timedelta) -> None:
    first, masses = spread(start, start + length)
    assert sum(masses) == UNIT
    assert min(masses) >= 0
    assert first == shift_of(start)
    last = shift_of(start + length - timedelta(microseconds=1)) if length else first
    assert len(masses) == last - first + 1


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(NaiveTime):
        shift_of(datetime(2026, 1, 1))
    with pytest.raises(NaiveTime):
        spread(local(2026, 1, 1), datetime(2026, 1, 2))


def test_impossible_spans_are_refused() -> None:
    with pytest.raises(InvalidSpan):
        spread(local(2026, 1, 2), local(2026, 1, 1))
    with pytest.raises(InvalidSpan):
        spread(local(2000, 1, 1), local(2026, 1, 1))
