"""How much the whole area will have next week: a level learned apart from where it falls.

A map of shares changes slowly, the sum of a city's records quickly (a season, a cold week, a change of recording). A
method that gives each its own memory has its level right without forgetting its map.
"""

import numpy as np

from forecasting.cube import Cube
from forecasting.model import Floats, Integers
from spatial.mass import UNIT

#: Half-lives tried, in weeks.
HALF_LIVES_WEEKS = (2.0, 3.0, 4.0, 6.0, 9.0, 13.0, 26.0, 52.0, 104.0)
#: Weeks of whose totals a half-life is learned, at most.
MOST_WEEKS = 52


def learn_level(cube: Cube) -> float:
    """Half-life in weeks, of greatest Poisson likelihood of one-step forecasts of the area's total.

    Each past total is forecast from what was known by its week, so that a half-life which leans on half-registered
    weeks is found out and a longer one taken. What is still missing of the last weeks is added before, to the cube
    (``forecasting.nowcast``), and not again here.
    """
    length = len(cube.weeks)
    origins = np.arange(max(length - MOST_WEEKS, (length + 1) // 2, 1), length)
    if not origins.size:
        return HALF_LIVES_WEEKS[len(HALF_LIVES_WEEKS) // 2]
    came = cube.records.sum(axis=0)[origins]
    known = known_totals(cube, origins)
    best, half_life = float("-inf"), HALF_LIVES_WEEKS[0]
    for tried in HALF_LIVES_WEEKS:
        said = forecast_totals(known, origins, tried, floor=floor(cube))
        likelihood = float(came @ np.log(said) - said.sum())
        if likelihood > best:
            best, half_life = likelihood, tried
    return half_life


def total_at(cube: Cube, origins: Integers, half_life_weeks: float) -> Floats:
    """Records forecast for the whole area at each origin, shape (o,), never zero."""
    totals = np.repeat(cube.records.sum(axis=0)[:, None], len(origins), axis=1)
    return forecast_totals(totals, origins, half_life_weeks, floor=floor(cube))


def floor(cube: Cube) -> float:
    """Half a record over the whole span (Jeffreys' prior), as weekly records of the area."""
    return 0.5 / max(len(cube.weeks), 1)


def forecast_totals(totals: Floats, origins: Integers, half_life_weeks: float, *, floor: float) -> Floats:
    """Decayed mean of the weeks before each origin, shape (o,); ``totals`` has shape (w, o)."""
    age = origins[None, :] - 1 - np.arange(totals.shape[0])[:, None]
    weights = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / half_life_weeks), 0.0)
    return (weights * totals).sum(axis=0) / np.maximum(weights.sum(axis=0), np.finfo(float).tiny) + floor


def known_totals(cube: Cube, origins: Integers) -> Floats:
    """Records of each week as they were known at each origin, shape (w, o)."""
    first = int(cube.weeks[0])
    length = len(cube.weeks)
    # Piece by the origin from which it is known: a running sum over origins gives all replays at once.
    since = np.clip(cube.known_at - first + 1, 0, length)
    arrived = np.zeros((length, length + 1), dtype=np.int64)
    np.add.at(arrived, (cube.week_index, since), cube.piece_mass)
    return np.cumsum(arrived, axis=1)[:, origins] / UNIT
