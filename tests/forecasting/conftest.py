"""Small cities for the forecasting tests: a disk of H3 cells about Lahore, with planted rates."""

from collections.abc import Callable

import numpy as np
import pytest

from forecasting.cube import Cube, StudyArea
from spatial import cells as h3_cells
from spatial.mass import UNIT

CENTRE = (31.5204, 74.3587)
FIRST_WEEK = 2800


@pytest.fixture(scope="session")
def area() -> StudyArea:
    """Cells within six rings of the centre of Lahore: 127 of them."""
    return StudyArea(sorted(h3_cells.disk(h3_cells.cell_of(*CENTRE, 9), 6)))


@pytest.fixture(scope="session")
def wide_area() -> StudyArea:
    """Cells within fifteen rings: 721 of them."""
    return StudyArea(sorted(h3_cells.disk(h3_cells.cell_of(*CENTRE, 9), 15)))


@pytest.fixture(scope="session")
def events_of() -> Callable[..., dict[str, np.ndarray]]:
    """Make event columns, one event a record, of a (cells, weeks) matrix of counts."""

    def make(area: StudyArea, counts: np.ndarray, first_week: int = FIRST_WEEK) -> dict[str, np.ndarray]:
        cell, week = np.nonzero(counts)
        times = counts[cell, week]
        return {"cell": np.repeat(area.cells[cell], times), "week": np.repeat(week + first_week, times)}

    return make


@pytest.fixture(scope="session")
def city(area: StudyArea, events_of: Callable[..., dict[str, np.ndarray]]) -> Callable[..., Cube]:
    """Make a cube of Poisson counts whose rates differ by cell."""

    def make(seed: int = 0, weeks: int = 80) -> Cube:
        random = np.random.default_rng(seed)
        rate = random.gamma(0.5, 0.6, size=len(area))
        counts = random.poisson(rate[:, None], size=(len(area), weeks))
        return Cube.from_events(events_of(area, counts), area=area, weeks=(FIRST_WEEK, FIRST_WEEK + weeks))

    return make


@pytest.fixture(scope="session")
def halves() -> int:
    """Half a record's mass."""
    return UNIT // 2
