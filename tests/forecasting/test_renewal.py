"""No cell on the list for more than four weeks without a named renewal, and no station area swamped."""

import numpy as np
import pytest

from forecasting.errors import BadBudget, BadEvents
from forecasting.forecasters.smoothed_decayed_mean import SmoothedDecayedMean
from forecasting.ranking import within_budget
from forecasting.renewal import AREA_FULL, NEEDS_RENEWAL, Renewal, breaches, list_week

CELLS = np.arange(100, 120, dtype=np.int64)
RATE = np.linspace(2, 1, 20)


def test_the_best_of_the_budget_are_listed():
    listing = list_week(9, CELLS, RATE, 0.1, history={})
    assert listing.cells.tolist() == [100, 101]
    assert listing.left_off == ()
    assert listing.due == ()


def test_a_fifth_week_needs_a_renewal_and_a_week_off_starts_anew():
    four = {week: [100] for week in (5, 6, 7, 8)}
    listing = list_week(9, CELLS, RATE, 0.1, history=four)
    assert listing.cells.tolist() == [101], "its place stays empty"
    assert listing.left_off == ((100, NEEDS_RENEWAL),)
    assert list_week(8, CELLS, RATE, 0.1, history=four).due == (100,), "said a week before"
    assert list_week(10, CELLS, RATE, 0.1, history={**four, 9: [101]}).cells.tolist() == [100, 101]
    missing = {week: [100] for week in (4, 5, 7, 8)}
    assert 100 in list_week(9, CELLS, RATE, 0.1, history=missing).cells


def test_a_renewal_holds_four_weeks_and_needs_a_name_and_a_reason():
    long = {week: [100] for week in range(20)}
    named = Renewal(100, 20, "SHO Gulberg", "seven burglaries in the lane since Monday")
    for week, there in ((20, True), (23, True), (24, False)):
        assert (100 in list_week(week, CELLS, RATE, 0.1, history={**long, 20: [100], 21: [100], 22: [100], 23: [100]},
                                 renewals=[named]).cells) is there  # fmt: skip
    for nobody in (named._replace(officer=" "), named._replace(reason=""), named._replace(week=21)):
        assert 100 not in list_week(20, CELLS, RATE, 0.1, history=long, renewals=[nobody]).cells


def test_no_station_area_has_more_than_its_share():
    station = np.where(CELLS < 108, 1, 2)
    listing = list_week(9, CELLS, RATE, 0.5, history={}, station=station)
    assert listing.cells.tolist() == [100, 101, 108, 109]
    assert [item.why for item in listing.left_off] == [AREA_FULL] * 6
    assert list_week(9, CELLS, RATE, 0.05, history={}, station=np.arange(20)).cells.tolist() == [100], "at least one"


def test_three_years_have_no_breach(area, events_of, city):
    """Weekly lists of a city whose hot cells stay hot; the control without the rule has breaches by the hundred."""
    cube = city(seed=4, weeks=40)
    rate = SmoothedDecayedMean().fit(cube).predict(cube.end).rate
    random = np.random.default_rng(1)
    station = np.arange(len(area)) // 16
    lists: dict[int, list[int]] = {}
    naive: dict[int, list[int]] = {}
    renewals: list[Renewal] = []
    for week in range(156):
        now = rate * random.gamma(60, 1 / 60, size=rate.size)
        listing = list_week(week, area.cells, now, 0.1, history=lists, renewals=renewals, station=station)
        lists[week] = [int(cell) for cell in listing.cells]
        naive[week] = [int(cell) for cell in area.cells[np.argsort(-now)[:12]]]
        for cell in listing.due:
            if random.random() < 0.3:
                renewals.append(Renewal(cell, week + 1, "DSP", "patrol log of the week"))
        for group in range(8):
            inside = set(area.cells[station == group].tolist())
            assert len(inside & set(lists[week])) <= max(0.25 * len(inside), 1)
    assert renewals
    assert breaches(lists, renewals) == []
    assert any(len(set(lists[w]) & set(lists[w + 4])) for w in range(150)), "renewals did keep cells on the list"
    assert len(breaches(naive, [])) > 300
    assert breaches(lists, []), "and without their renewals these lists would be breaches"


def test_the_list_is_that_of_the_ranking_where_no_rule_bites(city):
    cube = city()
    forecast = SmoothedDecayedMean().fit(cube).predict(cube.end)
    listing = list_week(cube.end, forecast.cells, forecast.rate, 0.05, history={})
    assert listing.cells.tolist() == within_budget(forecast, 0.05).tolist()


def test_bad_arguments():
    with pytest.raises(BadBudget):
        list_week(9, CELLS, RATE, 0.0, history={})
    with pytest.raises(BadBudget):
        list_week(9, CELLS, RATE, 0.1, history={}, most_share=0)
    with pytest.raises(BadEvents):
        list_week(9, CELLS, RATE[:5], 0.1, history={})
