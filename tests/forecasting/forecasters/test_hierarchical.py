"""The hierarchical counts against the formula worked out cell by cell, and what borrowing is worth."""

import numpy as np
import pytest

from forecasting.cube import Cube, relate
from forecasting.forecasters.decayed_mean import DecayedMean
from forecasting.forecasters.hierarchical import Hierarchical
from forecasting.level import learn_level, total_at
from spatial import cells as h3_cells


def test_rate_is_the_nested_posterior(city):
    cube = city(weeks=50)
    fitted = Hierarchical(half_life_weeks=26.0).fit(cube)
    rate = fitted.predict(cube.end).rate
    decay = 0.5 ** (np.arange(50)[::-1] / 26)
    mass, weeks = cube.records @ decay, decay.sum()
    area_mean = mass.sum() / weeks / len(cube.area) + 0.5 / cube.records.size
    cells = [int(cell) for cell in cube.cells]

    def level(of: list[int], above: float, shape: float) -> float:
        known = sum(mass[index] for index in of)
        return above * (known + shape) / (above * weeks * len(of) + shape)

    expected = []
    for index, cell in enumerate(cells):
        parent = h3_cells.parent(cell, 7)
        wider = [i for i, other in enumerate(cells) if h3_cells.parent(other, 7) == parent and i != index]
        ring = [cells.index(other) for other in h3_cells.ring(cell, 1) if other in cells]
        second = level(wider, area_mean, fitted.wider_shape_)
        first = level(ring, second, fitted.ring_shape_)
        expected.append(level([index], first, fitted.cell_shape_))
    assert rate / rate.sum() == pytest.approx(np.array(expected) / sum(expected), rel=1e-6)


def test_rates_add_up_to_the_level_of_the_area(city):
    cube = city(weeks=50)
    rate = Hierarchical(half_life_weeks=26.0).fit(cube).predict(cube.end).rate
    assert rate.sum() == pytest.approx(float(total_at(cube, np.array([50]), learn_level(cube))[0]))


def test_little_data_borrows_much_and_much_data_little(area, events_of):
    """The same rates seen through a hundredth of the records: the cell's own share falls."""
    random = np.random.default_rng(2)
    rate = random.gamma(1.0, 1.0, size=len(area))
    own = {}
    for scale in (0.02, 2.0):
        counts = random.poisson(np.repeat(scale * rate[:, None], 80, axis=1))
        cube = Cube.from_events(events_of(area, counts), area=area)
        forecast = Hierarchical().fit(cube).predict(cube.end)
        parts = {part.code: part.rate.sum() for part in forecast.components}
        own[scale] = (parts["recency"] + parts["long_run"]) / forecast.rate.sum()
    assert own[0.02] < 0.7
    assert own[2.0] > 0.9


def test_borrowing_finds_the_true_rates_better(wide_area, events_of):
    """In a city of towns, with little data, it errs less than a mean shrunk to the whole area."""
    random = np.random.default_rng(5)
    town = h3_cells.parents(wide_area.cells, 7)
    level = {parent: random.gamma(0.7, 0.03) for parent in np.unique(town)}
    rate = np.array([level[parent] for parent in town]) * random.gamma(2, 0.5, size=len(wide_area))
    counts = random.poisson(np.repeat(rate[:, None], 60, axis=1))
    cube = Cube.from_events(events_of(wide_area, counts), area=wide_area)
    plain, nested = (
        float(np.square(method().fit(cube).predict(cube.end).rate - rate).mean())
        for method in (DecayedMean, Hierarchical)
    )
    assert nested < 0.8 * plain


def test_a_rare_head_borrows_from_related_ones(wide_area, events_of):
    """Where heads share their places the rare one's rates are found better; where they do not, little is borrowed."""
    random = np.random.default_rng(6)
    place = random.gamma(0.5, 1, size=len(wide_area))
    shuffled = random.permutation(place)
    span = (0, 80)
    rare = random.poisson(np.repeat(0.03 * place[:, None], 80, axis=1))
    cube = Cube.from_events(events_of(wide_area, rare, 0), area=wide_area, weeks=span)
    errors, shares = {}, {}
    for name, other in (("alone", None), ("related", place), ("unrelated", shuffled)):
        heads = {"rare": cube}
        if other is not None:
            common = random.poisson(np.repeat(2 * other[:, None], 80, axis=1))
            heads["common"] = Cube.from_events(events_of(wide_area, common, 0), area=wide_area, weeks=span)
        fitted = Hierarchical().fit(relate(heads)["rare"])
        forecast = fitted.predict(80)
        errors[name] = float(np.square(forecast.rate - 0.03 * place).mean())
        shares[name] = fitted.related_share_
        parts = {part.code: part.rate for part in forecast.components}
        assert sum(parts.values()) == pytest.approx(forecast.rate)
    assert shares["alone"] == 0
    assert shares["unrelated"] < shares["related"]
    assert errors["related"] < 0.3 * errors["alone"]
    assert errors["unrelated"] < 1.1 * errors["alone"]
