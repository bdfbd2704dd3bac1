"""Tests of the hotspot test: a planted cluster is found, empty and even fields are not, esda agrees on z."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spatial import cells
from spatial.errors import InvalidCell, InvalidTest, MixedResolutions
from spatial.statistics.hotspots import benjamini_hochberg, getis_ord

CENTRE = cells.cell_of(31.5497, 74.3436, 8)
FIELD = np.array(cells.disk(CENTRE, 9), dtype=np.int64)
CLUSTER = set(cells.disk(cells.disk(CENTRE, 5)[-1], 1))


def planted(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.array([random.poisson(12 if int(cell) in CLUSTER else 2) for cell in FIELD]) * 1_000_000


def test_a_planted_cluster_is_found() -> None:
    found = getis_ord(FIELD, planted(1), seed=7)
    hot = {int(cell) for cell in FIELD[found.flag == 1]}
    around = {near for cell in CLUSTER for near in cells.disk(cell, 1)}
    assert cells.disk(CENTRE, 5)[-1] in hot
    assert len(hot & CLUSTER) >= 5
    assert hot <= around
    assert (found.z[found.flag == 1] > 0).all()


def test_a_planted_hole_is_cold() -> None:
    random = np.random.default_rng(3)
    hole = set(cells.disk(CENTRE, 2))
    masses = np.array([0 if int(cell) in hole else random.poisson(20) for cell in FIELD])
    found = getis_ord(FIELD, masses, seed=7)
    assert found.flag[FIELD.tolist().index(CENTRE)] == -1
    assert (found.z[found.flag == -1] < 0).all()


def test_no_more_false_discoveries_than_promised_in_fields_without_any() -> None:
    # Every discovery in these fields is false, so the rate is the share of fields with any: at most 5 % in the long
    # run; in 60 fields more than 8 would happen once in a hundred times.
    fields_with_any = 0
    for seed in range(60):
        masses = np.random.default_rng(seed).poisson(0.3 if seed % 2 else 5, len(FIELD))
        fields_with_any += bool((getis_ord(FIELD, masses, seed=seed).flag != 0).any())
    assert fields_with_any <= 8


def test_a_field_of_mostly_zeros_has_no_cold_cells() -> None:
    masses = np.zeros(len(FIELD))
    masses[:6] = 1
    assert (getis_ord(FIELD, masses, seed=1).flag >= 0).all()


def test_an_even_or_empty_field_says_nothing() -> None:
    for value in (0, 5):
        found = getis_ord(FIELD, np.full(len(FIELD), value), seed=1)
        assert (found.z == 0).all() and (found.p == 1).all() and (found.q == 1).all() and (found.flag == 0).all()


def test_the_same_seed_gives_the_same_answer_and_order_does_not_matter_to_z() -> None:
    masses = planted(2)
    one, other = getis_ord(FIELD, masses, seed=5), getis_ord(FIELD, masses, seed=5)
    assert (one.p == other.p).all() and (one.q == other.q).all()
    turned = getis_ord(FIELD[::-1], masses[::-1], seed=5)
    np.testing.assert_allclose(turned.z[::-1], one.z)
    unit = getis_ord(FIELD, masses / 1_000_000, seed=5)
    assert (unit.p == one.p).all()


def test_z_is_that_of_the_published_formula() -> None:
    values = planted(4).astype(float)
    found = getis_ord(FIELD, values, seed=1, permutations=99)
    place = {int(cell): index for index, cell in enumerate(FIELD)}
    n, mean = len(values), values.mean()
    deviation = math.sqrt((values**2).mean() - mean**2)
    for index in (0, 10, 100, len(FIELD) - 1):
        near = [place[cell] for cell in cells.disk(int(FIELD[index]), 1) if cell in place]
        k = len(near)
        expected = (values[near].sum() - k * mean) / (deviation * math.sqrt((n * k - k**2) / (n - 1)))
        assert found.z[index] == pytest.approx(expected)


def test_there_are_as_many_permutations_as_the_cells_need() -> None:
    found = getis_ord(FIELD, planted(1), seed=1)
    assert 2 / (found.permutations + 1) <= found.alpha / len(FIELD)


def test_the_false_discovery_rate_by_hand() -> None:
    q = benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5]))
    np.testing.assert_allclose(q, [0.04, 0.16 / 3, 0.16 / 3, 0.5])


def test_what_cannot_be_tested_is_refused() -> None:
    ones = np.ones(len(FIELD))
    for bad_cells, bad_masses in [
        (FIELD[:10], ones[:10]),
        (FIELD, ones[:-1]),
        (np.append(FIELD[:-1], FIELD[0]), ones),
        (FIELD, -ones),
        (FIELD, ones * np.nan),
    ]:
        with pytest.raises(InvalidTest):
            getis_ord(bad_cells, bad_masses, seed=1)
    with pytest.raises(InvalidTest):
        getis_ord(FIELD, ones, seed=1, alpha=0)
    with pytest.raises(InvalidTest):
        getis_ord(FIELD, ones, seed=1, permutations=5)
    with pytest.raises(MixedResolutions):
        getis_ord(np.append(FIELD[:-1], cells.parent(CENTRE, 7)), ones, seed=1)
    with pytest.raises(InvalidCell):
        getis_ord(np.append(FIELD[:-1], 5), ones, seed=1)


def test_cells_without_neighbours_are_neither_hot_nor_cold() -> None:
    far = np.array([cells.cell_of(25 + i * 0.2, 67.0, 8) for i in range(30)])
    masses = np.arange(30)
    found = getis_ord(far, masses, seed=1)
    assert (found.p == 1).all() and (found.flag == 0).all()
