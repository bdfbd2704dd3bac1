"""What an examination leaves out must change no number."""

from dataclasses import replace

import numpy as np
import pytest

from app.forecasts import making
from forecasting.cube import Cube, StudyArea, relate
from forecasting.registry import METHODS, make
from spatial import cells as h3cells

WEEKS = (0, 80)


@pytest.fixture(scope="module")
def cube() -> Cube:
    area = StudyArea(sorted(h3cells.disk(h3cells.cell_of(31.5, 74.3, 8), 6)))
    random = np.random.default_rng(4)
    share = random.gamma(0.3, size=len(area))
    heads = {}
    for name in ("robbery", "burglary"):
        week = random.integers(*WEEKS, size=3000)
        known = week + random.geometric(0.6, size=3000) - 1
        kept = known < WEEKS[1]
        cell = random.choice(area.cells, size=3000, p=share / share.sum())
        events = {"cell": cell[kept], "week": week[kept], "known_at": known[kept]}
        heads[name] = Cube.from_events(events, area=area, weeks=WEEKS)
    return relate(heads)["robbery"]


@pytest.mark.parametrize("name", sorted(set(METHODS) - making.BORROWING))
def test_a_method_that_does_not_borrow_is_the_same_without_other_heads(cube: Cube, name: str) -> None:
    with_others = make(name).fit(cube).predict(WEEKS[1])
    alone = make(name).fit(replace(cube, related={})).predict(WEEKS[1])
    assert cube.related and np.array_equal(with_others.rate, alone.rate)


def test_one_that_borrows_is_not(cube: Cube) -> None:
    """The control: what the examination leaves out matters to those that read it."""
    with_others = make("kernel_mixture").fit(cube).predict(WEEKS[1])
    alone = make("kernel_mixture").fit(replace(cube, related={})).predict(WEEKS[1])
    assert not np.allclose(with_others.rate, alone.rate)


def test_an_examination_is_the_same_whichever_way(cube: Cube, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ("last_year", "smoothed_decayed_mean")
    quick = making.examine(cube, WEEKS[1], methods=plain, test_weeks=6).scores
    monkeypatch.setattr(making, "BORROWING", frozenset(plain))
    assert making.examine(cube, WEEKS[1], methods=plain, test_weeks=6).scores == quick


def test_an_examination_says_why_its_method_is_shown(cube: Cube) -> None:
    """Of one method there is nothing to choose, however many records there are."""
    only = making.examine(cube, WEEKS[1], methods=("decayed_mean",), test_weeks=6)
    assert (only.method, only.reason, only.scores["choice"]) == ("decayed_mean", "the only method asked for", [])
    two = ("last_year", "smoothed_decayed_mean")
    assert " on 6 weeks before those scored" in making.examine(cube, WEEKS[1], methods=two, test_weeks=6).reason
    sparse = {"cell": cube.area.cells[:9], "week": np.arange(9) * 9, "known_at": np.arange(9) * 9}
    few = making.examine(Cube.from_events(sparse, area=cube.area, weeks=WEEKS), WEEKS[1], methods=two, test_weeks=6)
    assert few.reason == "the rule to beat: too few records to choose on"
