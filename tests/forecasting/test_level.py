"""The level of the whole area: quick where it moves, whole where registrations come late."""

import numpy as np
import pytest

from forecasting.cube import Cube, StudyArea, relate
from forecasting.level import known_totals, learn_level, share_inside, total_at
from forecasting.nowcast import complete

FIRST_WEEK = 2800


def cube_of(area, totals, delay=0):
    """Records of each week in one cell after another, known ``delay`` weeks after theirs for every second one."""
    week = np.repeat(np.arange(len(totals)) + FIRST_WEEK, totals)
    order = np.arange(len(week))
    events = {
        "cell": area.cells[order % len(area)],
        "week": week,
        "known_at": week + np.where(order % 2, delay, 0),
    }
    return Cube.from_events(events, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + len(totals)))


def test_a_level_that_moves_is_followed_quickly_and_one_that_does_not_slowly(area):
    random = np.random.default_rng(0)
    season = 300 * (1 + 0.4 * np.sin(np.arange(80) * 2 * np.pi / 30))
    assert learn_level(cube_of(area, random.poisson(season))) <= 3
    assert learn_level(cube_of(area, random.poisson(20, size=80))) >= 26


def test_half_registered_weeks_are_not_leaned_on_and_may_be_completed_before(area):
    totals = np.random.default_rng(2).poisson(400 * (1 + 0.2 * np.sin(np.arange(90) / 6)))
    at_once, late = cube_of(area, totals), cube_of(area, totals, delay=3).as_known(FIRST_WEEK + 80)
    now = np.array([80])
    assert learn_level(late) > learn_level(at_once)
    assert total_at(complete(late), now, learn_level(late))[0] == pytest.approx(totals[80], rel=0.15)
    # The control: the half-life that is right where all is known at once, on what is half registered.
    naive = total_at(late, now, learn_level(at_once))[0]
    assert naive < 0.7 * totals[80]


def test_totals_are_replayed_as_they_were_known(area):
    cube = cube_of(area, np.full(10, 8), delay=2)
    known = known_totals(cube, np.array([3, 9]))
    # At the start of week 3: the first week whole, the next two half; nothing later.
    assert known[:, 0].tolist() == [8, 4, 4] + [0] * 7
    assert known[:9, 1].tolist() == [8] * 7 + [4, 4]


def test_nothing_at_all_is_still_above_nought(area):
    cube = Cube.from_events({"cell": [], "week": []}, area=area, weeks=(0, 40))
    assert 0 < total_at(cube, np.array([40]), learn_level(cube))[0] < 0.05


def test_a_derived_area_holds_less_of_the_weeks_to_come(wide_area):
    """Where little is recorded much falls in new places: the level is that of the cells known before."""
    random = np.random.default_rng(3)
    rate = random.gamma(0.5, 0.04, size=len(wide_area))
    cell, week = np.nonzero(random.poisson(rate[:, None], size=(len(rate), 104)))
    events = {"cell": wide_area.cells[cell], "week": week + FIRST_WEEK}
    closed = FIRST_WEEK + 78
    earlier = events["cell"][week < 78]
    span = (FIRST_WEEK, FIRST_WEEK + 104)

    def expected_over_observed(area):
        cube = Cube.from_events(events, area=area, weeks=span)
        assert cube.outside[:78].sum() == 0 < cube.outside[78:].sum()
        return total_at(cube, np.arange(78, 104), 104.0).sum() / cube.records[:, 78:].sum()

    derived = StudyArea(earlier, derived=True, closed_at=closed)
    assert share_inside(Cube.from_events(events, area=derived, weeks=span)) < 0.95
    assert expected_over_observed(derived) == pytest.approx(1, abs=0.05)
    # The control: the same cells, nobody saying that they are only those of the past.
    assert expected_over_observed(StudyArea(earlier)) > 1.06


def test_what_completes_the_last_weeks_makes_no_second_record(wide_area):
    random = np.random.default_rng(3)
    rate = random.gamma(0.5, 0.04, size=len(wide_area))
    cell, week = np.nonzero(random.poisson(rate[:, None], size=(len(rate), 78)))
    known_at = FIRST_WEEK + week + random.choice(4, p=[0.5, 0.2, 0.2, 0.1], size=len(week))
    events = {"cell": wide_area.cells[cell], "week": week + FIRST_WEEK, "known_at": known_at}
    derived = StudyArea(events["cell"], derived=True, closed_at=FIRST_WEEK + 78)
    cube = Cube.from_events(events, area=derived, weeks=(FIRST_WEEK, FIRST_WEEK + 78)).as_known(FIRST_WEEK + 78)
    whole = complete(cube)
    assert whole.mass.sum() > cube.mass.sum()
    assert share_inside(cube) < 0.97
    assert share_inside(whole) == pytest.approx(share_inside(cube), abs=0.01)


def test_a_given_area_holds_all(area):
    assert share_inside(cube_of(area, np.full(60, 5))) == 1.0


def test_places_where_another_head_was_recorded_are_not_new(area):
    area = StudyArea(area.cells, derived=True, closed_at=FIRST_WEEK + 40)
    span = (FIRST_WEEK, FIRST_WEEK + 40)
    once = Cube.from_events({"cell": area.cells[:10], "week": np.full(10, FIRST_WEEK + 35)}, area=area, weeks=span)
    other = Cube.from_events({"cell": area.cells[:10], "week": np.full(10, FIRST_WEEK)}, area=area, weeks=span)
    assert share_inside(once) == pytest.approx(0.5 / 10.5)
    assert share_inside(relate({"a": once, "b": other})["a"]) == 1.0
