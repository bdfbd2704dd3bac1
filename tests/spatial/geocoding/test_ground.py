"""Tests of which cells about a house an area holds: narrow areas, and threads that ask at once."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from spatial import cells
from spatial.geocoding.frame import lattice
from spatial.geocoding.ground import Ground

HOUSE = lattice(31.5, 74.3, cells.BASE_RESOLUTION)
BIG = shapely.box(-4_000, -4_000, 4_000, 4_000)


def scattered(count: int = 20_000) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    east, north = np.random.default_rng(5).uniform(-3_500, 3_500, (2, count))
    return east, north


@pytest.mark.parametrize(
    "area",
    [
        shapely.LineString([(-5_000, -1_370), (5_000, 1_410)]).buffer(15),
        BIG,
        shapely.Point(120, 80).buffer(60),
        shapely.union(shapely.box(-4_000, -4_000, 0, 4_000), shapely.box(0, 0, 4_000, 70)),
        shapely.difference(BIG, shapely.Point(300, 200).buffer(30)),
    ],
    ids=["a strip", "a square", "a dot", "a square with an arm", "a square with a hole"],
)
def test_areas_of_every_shape_hold_what_lies_in_them(area: shapely.Geometry) -> None:
    east, north = scattered()
    held = Ground(area, HOUSE).holds(HOUSE.steps(east, north), east, north)
    assert np.array_equal(held, shapely.contains_xy(area, east, north))


def test_a_thread_waits_for_no_other_to_learn_and_reads_nothing_half_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Ground(BIG, HOUSE)
    east, north = scattered(500)
    steps = HOUSE.steps(east, north)
    begun, may_go_on = threading.Event(), threading.Event()
    learn = Ground._learn

    def slowly(ground: Ground, new: NDArray[np.int64]) -> None:
        if not begun.is_set():
            begun.set()
            assert may_go_on.wait(30)
        learn(ground, new)

    monkeypatch.setattr(Ground, "_learn", slowly)
    first = threading.Thread(target=here.holds, args=(steps, east, north))
    first.start()
    try:
        assert begun.wait(30)
        assert here.holds(steps, east, north).all()
    finally:
        may_go_on.set()
        first.join(30)
    assert here.holds(steps, east, north).all()


def test_cells_that_could_not_be_learned_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Ground(BIG, HOUSE)
    east, north = scattered(500)
    steps = HOUSE.steps(east, north)
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(Ground, "_learn", lambda *_: (_ for _ in ()).throw(MemoryError))
        here.holds(steps, east, north)
    assert here.holds(steps, east, north).all()
