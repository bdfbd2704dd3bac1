"""The calendar: dates known from almanacs, and effects that are found where they are and nowhere else."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecasting.calendar import DAYS, days_of_weeks, islamic_date, kinds_of
from forecasting.cube import Cube
from forecasting.incidents import Calendar
from forecasting.level import learn_effects, total_at

HALF_LIFE = 4.0


@pytest.mark.parametrize(
    ("day", "islamic"),
    [
        (date(2015, 6, 18), (1436, 9, 1)),
        (date(2015, 7, 18), (1436, 10, 1)),
        (date(2015, 9, 24), (1436, 12, 10)),
        (date(2024, 4, 10), (1445, 10, 1)),
        (date(2000, 4, 6), (1421, 1, 1)),
    ],
)
def test_dates_of_almanacs(day, islamic):
    assert islamic_date(day) == islamic


def test_every_day_follows_the_one_before():
    day, before = date(1990, 1, 1), islamic_date(date(1989, 12, 31))
    lengths = set()
    for step in range(11_000):
        year, month, of_month = islamic_date(day + timedelta(days=step))
        if of_month == 1:
            lengths.add(before[2])
            assert (year, month) == (before[0] + (before[1] == 12), before[1] % 12 + 1)
        else:
            assert (year, month, of_month) == (before[0], before[1], before[2] + 1)
        before = (year, month, of_month)
    assert lengths == {29, 30}


def test_kinds_and_shares():
    assert kinds_of(date(2015, 6, 18)) == {"ramzan"}
    assert kinds_of(date(2015, 7, 1)) == {"ramzan", "pay_day"}
    assert kinds_of(date(2015, 8, 12)) == set()
    week = Calendar().week_of(date(2015, 7, 13))  # Ramzan until Friday, the Eid from Saturday on
    shares = dict(zip(DAYS, days_of_weeks(np.array([week]))[0], strict=True))
    assert shares == pytest.approx(
        {"ramzan": 5 / 7, "eid_ul_fitr": 2 / 7, "eid_ul_azha": 0, "muharram": 0, "pay_day": 0}
    )
    # The same index of weeks that start on Thursday is a week of other days.
    assert days_of_weeks(np.array([week]), weekday=3)[0].tolist() != list(shares.values())


def city_of(area, log_effect, *, weeks=156, seed=1):
    """Some 400 records a week, more or fewer in Ramzan, from the autumn of 2012 on."""
    first = Calendar().week_of(date(2012, 10, 1))
    ramzan = days_of_weeks(np.arange(first, first + weeks))[:, DAYS.index("ramzan")]
    totals = np.random.default_rng(seed).poisson(400 * np.exp(log_effect * ramzan))
    week = np.repeat(np.arange(weeks) + first, totals)
    events = {"cell": area.cells[np.arange(len(week)) % len(area)], "week": week}
    return Cube.from_events(events, area=area, weeks=(first, first + weeks)), ramzan


def test_an_effect_that_came_twice_is_found_and_helps(area):
    cube, ramzan = city_of(area, -0.3)
    third = int(np.flatnonzero(ramzan > 0.99)[-3])
    known = cube.as_known(int(cube.weeks[third]))
    effects = learn_effects(known, HALF_LIFE)
    assert set(effects) == {"ramzan"}
    assert effects["ramzan"] == pytest.approx(-0.3, abs=0.06)
    start = np.array([int(np.flatnonzero(ramzan > 0)[np.flatnonzero(ramzan > 0) > 110][0]) + 1])
    came = float(cube.records[:, start].sum())
    with_it, without = (float(total_at(cube, start, HALF_LIFE, each)[0]) for each in (effects, {}))
    assert abs(with_it - came) < 0.4 * abs(without - came), "the control does not know that Ramzan has begun"


def test_one_ramzan_is_not_told_from_its_summer(area):
    cube, _ = city_of(area, -0.3, weeks=60)
    assert learn_effects(cube, HALF_LIFE) == {}


def test_no_effect_no_word(area):
    found = [learn_effects(city_of(area, 0.0, seed=seed)[0], HALF_LIFE) for seed in range(10)]
    assert sum(bool(each) for each in found) <= 1


def test_too_few_records_or_weeks_teach_no_calendar(area):
    assert learn_effects(city_of(area, -0.3)[0].as_known(2240), HALF_LIFE) == {}
    empty = Cube.from_events({"cell": [], "week": []}, area=area, weeks=(2230, 2400))
    assert learn_effects(empty, HALF_LIFE) == {}
