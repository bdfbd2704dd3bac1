"""Maximal coverage: as good as any combination, always the same, within the time, never what is excluded."""

from itertools import combinations

import numpy as np
import pytest

from spatial import cells as h3cells
from spatial import coverage

CENTRE = h3cells.cell_of(31.55, 74.35)
CELLS = h3cells.disk(CENTRE, 6)
PACE = coverage.Pace(20, 15, 1.3)


def _masses(seed: int, cells: list[int] = CELLS) -> list[int]:
    return (np.random.default_rng(seed).gamma(0.3, 1, len(cells)) * 1e6).astype(int).tolist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_other_choice_covers_more(seed: int) -> None:
    cells = h3cells.disk(CENTRE, 2)
    masses = _masses(seed, cells)

    def covered(chosen: tuple[int, ...]) -> int:
        inside = coverage.covered_by(h3cells.centres(chosen), cells, 450)
        return int(np.array(masses)[inside].sum())

    best = max(covered(each) for each in combinations(cells, 3))
    found = coverage.Sites(cells, masses, reach_m=450).best(3)
    assert covered(found) == best
    heaviest = tuple(sorted(cells, key=lambda cell: -masses[cells.index(cell)])[:3])
    assert covered(heaviest) <= best, "taking the heaviest cells is no coverage"


def test_the_same_question_has_the_same_answer() -> None:
    masses = [1_000_000] * len(CELLS)  # every choice of the same shape is as good as another: ties everywhere
    asked = {"start": h3cells.centre(CENTRE), "patrols": 2, "minutes": 120.0, "reach_m": 450.0, "pace": PACE}
    assert coverage.plan(CELLS, masses, **asked) == coverage.plan(CELLS, masses, **asked)


def test_a_plan_fits_its_time_and_uses_every_place_once() -> None:
    masses = _masses(4)
    made = coverage.plan(
        CELLS, masses, start=h3cells.centre(CENTRE), patrols=3, minutes=100, reach_m=450, pace=PACE,
        locked=[CELLS[-1]], excluded=[CELLS[0], CELLS[1]],
    )  # fmt: skip
    assert all(tour.minutes <= 100 for tour in made.tours)
    assert sorted(place for tour in made.tours for place in tour.places) == list(range(len(made.cells)))
    assert CELLS[-1] in made.cells and not {CELLS[0], CELLS[1]} & set(made.cells)
    assert 0 < made.covered <= made.total == sum(masses)
    longer = coverage.plan(CELLS, masses, start=h3cells.centre(CENTRE), patrols=3, minutes=160, reach_m=450, pace=PACE)
    assert longer.covered > made.covered


def test_too_little_time_is_said() -> None:
    far = (31.0, 74.0)
    with pytest.raises(coverage.NoPlan):
        coverage.plan(CELLS, _masses(1), start=far, patrols=1, minutes=30, reach_m=450, pace=PACE)
    with pytest.raises(coverage.TooManyPlaces):
        coverage.plan(CELLS, _masses(1), start=far, patrols=12, minutes=720, reach_m=450, pace=PACE)


def test_a_tour_is_never_longer_than_visiting_the_nearest_next() -> None:
    rng = np.random.default_rng(2)
    start = np.array(h3cells.centre(CENTRE))
    points = start + rng.uniform(-0.02, 0.02, (9, 2))
    order, metres = coverage.tour_of(start, points)
    assert sorted(order) == list(range(9))
    every = np.concatenate([start[None, :], points])
    far = coverage.metres_between(every, every)
    at, left, nearest = 0, set(range(1, 10)), 0.0
    while left:
        step = min(left, key=lambda index: far[at, index])
        nearest += far[at, step]
        left.remove(step)
        at = step
    assert metres <= nearest + far[at, 0] + 1e-6


def test_distances_agree_with_the_globe() -> None:
    found = coverage.metres_between(np.array([[31.5, 74.3]]), np.array([[31.5, 74.4]]))[0, 0]
    assert found == pytest.approx(9_481, rel=0.002)  # great circle: R * acos(sin^2 + cos^2 * cos(0.1 degrees))
