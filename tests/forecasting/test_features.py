"""Features: causal, of places only, near nought where little is known, and taken out driver by driver."""

import numpy as np
import pytest

from forecasting.cube import Cube, relate
from forecasting.features import HEADS_HALF_LIFE, Inputs, Place, features
from forecasting.forecasters.base import decay_weights

FIRST_WEEK = 2800


@pytest.fixture(scope="module")
def cubes(city):
    """Two heads of one city."""
    related = relate({"one": city(0), "other": city(1)})
    return [related["one"], related["other"]]


def flat(cube, origins):
    return np.full((len(cube.area), len(origins)), 1 / len(cube.area))


def test_place_is_the_decayed_mean_and_its_weeks(cubes):
    cube, origins = cubes[0], np.array([1, 40])
    place = Place.of(cube, origins, 13.0)
    assert place.cell == pytest.approx(cube.records @ decay_weights(80, origins, 13.0))
    assert place.weeks == pytest.approx([1.0, sum(0.5 ** (age / 13) for age in range(40))])
    assert place.ring == pytest.approx(cube.area.ring(1) @ place.cell)


def test_later_weeks_change_nothing(cubes, area, events_of):
    origins = np.array([30, 50])
    burst = cubes[0].mass // 1_000_000
    burst[:, 50:] += 40
    later = Cube.from_events(events_of(area, burst), area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 80))
    one, other = (features(Inputs.of([cube, cubes[1]], 0, origins, flat(cube, origins))) for cube in (cubes[0], later))
    assert one.tobytes() == other.tobytes()
    # The control: a week before the last origin does change them.
    burst[:, 49] += 40
    earlier = Cube.from_events(events_of(area, burst), area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 80))
    assert features(Inputs.of([earlier, cubes[1]], 0, origins, flat(earlier, origins))).tobytes() != one.tobytes()


def test_a_cell_is_not_named(cubes, wide_area, events_of):
    """The same counts elsewhere have the same features: there is no position among them."""
    random = np.random.default_rng(5)
    ring = wide_area.ring(1)
    full = np.flatnonzero(np.diff(ring.indptr) == 6)
    counts = np.zeros((len(wide_area), 60), dtype=np.int64)
    here, there = int(full[20]), int(full[-20])
    assert there not in ring.indices[ring.indptr[here] : ring.indptr[here + 1]]
    counts[[here, there]] = random.poisson(2, size=60)
    cube = Cube.from_events(events_of(wide_area, counts), area=wide_area)
    origins = np.array([60])
    made = features(Inputs.of([cube], 0, origins, flat(cube, origins)))[:, 0]
    # The area's edge cuts the wider place of some cells; the cell's own features and its ring's do not know it.
    assert made[here, [0, 1, 3, 4]] == pytest.approx(made[there, [0, 1, 3, 4]], abs=0.2)


def test_nothing_known_says_nothing(area):
    cube = Cube.from_events({"cell": [], "week": []}, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 60))
    origins = np.array([1, 60])
    made = features(Inputs.of([cube], 0, origins, flat(cube, origins)))
    assert made[:, :, :-1] == pytest.approx(0, abs=1e-6)
    # What is left is the place's own: nought where both rings lie within the area, below it at the edge.
    assert np.count_nonzero(made[:, 0, -1] == 0) == 1 + 6 + 12 + 18 + 24, "all but the two outer of six rings"
    assert made[:, :, -1].min() < -0.5


def test_taking_out_what_is_recent_is_what_older_records_alone_give(cubes, area, events_of):
    cube, origins = cubes[0], np.array([80])
    counts = cube.mass // 1_000_000
    cell = int(np.argmax(counts[:, -8:].sum(axis=1)))
    without = counts.copy()
    without[cell, -8:] = 0
    taken = Cube.from_events(events_of(area, without), area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 80))
    base = flat(cube, origins)
    said = Inputs.of(cubes, 0, origins, base).without_recent(base)
    real = Inputs.of([taken, cubes[1]], 0, origins, base)
    for half_life in said.own:
        assert said.own[half_life].cell[cell] == pytest.approx(real.own[half_life].cell[cell])
    assert said.heads[0].cell[cell] == pytest.approx(real.heads[0].cell[cell])
    assert HEADS_HALF_LIFE not in said.own


def test_taking_out_other_heads_leaves_the_own(cubes):
    origins = np.array([80])
    base = flat(cubes[0], origins)
    left = Inputs.of(cubes, 0, origins, base).without_others(base)
    assert left.heads[0].cell.sum() > 0
    assert left.heads[1].cell.sum() == left.heads[1].ring.sum() == left.heads[1].wider.sum() == 0
