"""Kernel density maps against plain sums over pairs, and the widths that they learn."""

import numpy as np
import pytest

from forecasting.cube import Cube, StudyArea
from forecasting.forecasters.kernels import smoother
from forecasting.forecasters.prospective_kde import ProspectiveKde
from forecasting.forecasters.retrospective_kde import RetrospectiveKde
from spatial import cells as h3_cells
from spatial.projection import distances_m


def test_pairs_are_all_near_cells_and_their_metres(area):
    row, column, metres = area.pairs(900.0)
    points = h3_cells.centres(area.cells)
    for index in (0, 40, 126):
        truth = distances_m(*points[index], points)
        mine = row == index
        assert column[mine].tolist() == np.flatnonzero(truth <= 900).tolist()
        # The ellipsoid differs from the sphere by up to 0.5 %.
        assert metres[mine] == pytest.approx(truth[column[mine]], rel=0.006)


def test_spacing_is_the_distance_of_neighbours(area):
    row, column, metres = area.pairs(1.4 * area.spacing_m)
    assert area.spacing_m == pytest.approx(metres[row != column].mean(), rel=0.05)
    assert StudyArea([]).spacing_m == 0


def test_smoother_gives_means(area):
    row, column, metres = area.pairs(800.0)
    kernel = smoother(area, np.exp(-metres / 300), row, column)
    assert kernel.sum(axis=1) == pytest.approx(np.ones(len(area)))


def weighted(cube: Cube, in_space, in_time) -> np.ndarray:
    """Weighted mean over all pairs of cells and all weeks, the slow way."""
    points = h3_cells.centres(cube.cells)
    found = np.zeros(len(cube.area))
    for index in range(len(cube.area)):
        space = in_space(distances_m(*points[index], points))
        found[index] = (space @ cube.records @ in_time) / space.sum() / in_time.sum()
    return found


def test_retrospective_is_the_quartic_density_of_a_year(city):
    cube = city(weeks=60)
    fitted = RetrospectiveKde(bandwidth_m=1000.0).fit(cube)
    b = fitted.shrinkage_
    age = np.arange(60)[::-1]
    density = weighted(cube, lambda d: np.clip(1 - (d / 1000) ** 2, 0, None) ** 2, (age < 52).astype(float))
    expected = (1 - b) * density + b * cube.records[:, -52:].mean()
    assert fitted.predict(cube.end).rate == pytest.approx(expected, rel=0.01)


def test_prospective_weighs_by_half_cells_and_weeks(city):
    cube = city(weeks=60)
    fitted = ProspectiveKde(reach_m=1000.0, span_weeks=8).fit(cube)
    b, half = fitted.shrinkage_, cube.area.spacing_m / 2
    age = np.arange(60)[::-1]
    in_time = np.where(age < 8, 1 / (1 + age), 0)
    risk = weighted(cube, lambda d: np.where(d <= 1000, 1 / (1 + d / half), 0), in_time)
    mean = cube.records.mean(axis=0) @ in_time / in_time.sum()
    assert fitted.predict(cube.end).rate == pytest.approx((1 - b) * risk + b * mean, rel=0.01)


@pytest.mark.parametrize("method", [RetrospectiveKde, ProspectiveKde])
def test_width_follows_the_city(method, area, events_of):
    """A smooth city wants a wide kernel, a rough one none at all."""
    random = np.random.default_rng(1)
    rough = random.gamma(0.5, 0.2, size=len(area))
    smooth = rough
    for _ in range(4):
        smooth = (smooth + area.ring(1) @ smooth) / 2
    reach = {}
    for name, rate in (("rough", rough * 10), ("smooth", smooth)):
        counts = random.poisson(np.repeat(rate[:, None], 100, axis=1))
        reach[name] = method().fit(Cube.from_events(events_of(area, counts), area=area)).reach_m_
    assert reach["rough"] < 1.2 * area.spacing_m
    assert reach["smooth"] > 1.5 * area.spacing_m


def test_a_prospective_map_forgets_and_a_retrospective_does_not(area, events_of):
    moving = np.zeros((len(area), 60), dtype=np.int64)
    moving[10, :52], moving[100, 52:] = 3, 3
    cube = Cube.from_events(events_of(area, moving), area=area)
    now = ProspectiveKde(span_weeks=8, reach_m=100.0).fit(cube).predict(cube.end).rate
    year = RetrospectiveKde(bandwidth_m=100.0).fit(cube).predict(cube.end).rate
    assert now[100] > 10 * now[10]
    assert year[10] > 5 * year[100]
