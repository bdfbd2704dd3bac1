"""Late registration: how complete the last weeks are, and what they will hold once all is registered."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from forecasting.cube import Cube
from forecasting.errors import TooShort
from forecasting.forecasters.base import decay_weights
from forecasting.model import Floats
from spatial.mass import UNIT

#: Delays beyond this count as complete: what comes later belongs to ``shocks.watch_late``.
MOST_DELAY_WEEKS = 26
#: Weeks of occurrence that teach the delays: desks change.
WINDOW_WEEKS = 78
#: Fewer records than this say nothing of delays; pool heads or districts.
LEAST_RECORDS = 50
#: Half-life of the mean that stands in for what is not registered yet.
_HALF_LIFE_WEEKS = 26.0
#: A week of which less than this is known yet says nothing by itself.
_LEAST_COMPLETENESS = 0.02


class Nowcast(NamedTuple):
    """Records of each of the last weeks once all are registered, with 90 % intervals, each of shape (w,)."""

    known: Floats
    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Delay:
    """How long registration takes.

    Attributes
    ----------
    completeness : ndarray of float64, shape (d,)
        Share of a week's records that is known by ``0, 1, 2, ...`` weeks after that week; the last is 1.
    low, high : ndarray of float64, shape (d,)
        Its 90 % interval.
    records : float
        Records that it was learned from.
    """

    completeness: Floats
    low: Floats
    high: Floats
    records: float

    def of_weeks(self, weeks: int, late: int = 0) -> Floats:
        """Completeness of each of so many weeks, the last of which ended ``late`` weeks ago, shape (w,)."""
        age = np.minimum(np.arange(weeks)[::-1] + late, len(self.completeness) - 1)
        return self.completeness[age]

    @property
    def mean_weeks(self) -> float:
        """Mean delay in whole weeks."""
        return float((1 - self.completeness).sum())


def learn_delay(
    cube: Cube, *, most_weeks: int = MOST_DELAY_WEEKS, window_weeks: int = WINDOW_WEEKS, level: float = 0.9
) -> Delay:
    """Learn the delays from a cube as known at its end, although its last weeks show only their short ones.

    The plain shares of the delays seen are too short, for a delay longer than the time since the event has not been
    seen. The reverse-time hazard ``g(d) = N(d) / N(<= d)``, taken over those weeks alone that are old enough to show a
    delay of ``d``, is free of that: ``F(d) = prod_{k > d} (1 - g(k))``. Kalbfleisch and Lawless (1989), "Inference
    based on retrospective ascertainment", Journal of the American Statistical Association 84; it is the chain
    ladder of insurers. The interval is that of ``log F`` with the variance ``factor * sum_{k > d}
    g / ((1 - g) N(<= k))``; the factor is the over-dispersion of the weeks' hazards (Mack 1993, ASTIN Bulletin 23).

    Parameters
    ----------
    cube : Cube
        Its pieces carry the week in which they became known; corrections count with their sign.

    Raises
    ------
    TooShort
        If the cube holds no week.
    """
    weeks = len(cube.weeks)
    if not weeks:
        raise TooShort("no week to learn delays from", weeks=0)
    most = min(most_weeks, weeks - 1)
    triangle = _triangle(cube, most, max(weeks - window_weeks, 0))
    # Row r ends at delay weeks - 1 - r; later entries are not zero but unseen.
    age = np.arange(triangle.shape[0])[::-1]
    hazard, known, gap, cells = np.zeros(most + 1), np.ones(most + 1), 0.0, 0
    for delay in range(most, 0, -1):
        old = triangle[age >= delay, : delay + 1]
        total = float(old.sum())
        known[delay] = max(total, 1.0)
        hazard[delay] = float(np.clip(old[:, delay].sum() / total, 0, 0.99)) if total > 0 else 0.0
        mean = old.sum(axis=1) * hazard[delay]
        seen = mean * (1 - hazard[delay]) > 1e-9
        gap += float(((old[seen, delay] - mean[seen]) ** 2 / (mean[seen] * (1 - hazard[delay]))).sum())
        cells += max(int(seen.sum()) - 1, 0)
    factor = max(gap / cells, 1.0) if cells else 1.0
    logs = np.log1p(-hazard)
    variance = factor * hazard / ((1 - hazard) * known)
    # F(d) takes the hazards of all longer delays.
    log_share = np.concatenate([np.cumsum(logs[::-1])[::-1][1:], [0.0]])
    spread = np.sqrt(np.concatenate([np.cumsum(variance[::-1])[::-1][1:], [0.0]])) * norm.ppf((1 + level) / 2)
    return Delay(
        completeness=np.exp(log_share),
        low=np.exp(log_share - spread),
        high=np.minimum(np.exp(log_share + spread), 1.0),
        records=float(triangle.sum()),
    )


def complete(cube: Cube, delay: Delay | None = None, *, late: int = 0) -> Cube:
    """Add to the last weeks what is not registered yet, so that a forecast does not take them for quiet.

    A week known to a share ``F`` gets ``(1 - F) * rate_i`` more in each cell, with ``rate_i = sum_t v_t y_it / sum_t
    v_t F_t`` and weights halving every 26 weeks: the mean of a Poisson count given its known part, with ``F`` as
    the exposure. Dividing the known part by ``F`` would have the same mean and blow up the noise of a week of
    which little is known. What comes back passes for known at once. Where delays cannot be learned
    (``LEAST_RECORDS``) the cube comes back as it is. Related heads are completed too, each by its own delays.

    Parameters
    ----------
    cube : Cube
        As known at the date of the forecast.
    delay : Delay, optional
        Without it, learned from the cube; give that of related heads or a wider area for a small one.
    late : int
        Whole weeks between the cube's last week and the date.
    """
    if not len(cube.weeks) or not len(cube.area):
        return cube
    if cube.related:
        cube = replace(cube, related={name: complete(other, late=late) for name, other in cube.related.items()})
    delay = learn_delay(cube) if delay is None else delay
    if delay.records < LEAST_RECORDS:
        return cube
    share = delay.of_weeks(len(cube.weeks), late)
    weights = decay_weights(len(cube.weeks), np.array([len(cube.weeks)]), _HALF_LIFE_WEEKS)[:, 0]
    weights = np.where(share >= _LEAST_COMPLETENESS, weights, 0.0)
    exposure = float(weights @ share)
    if exposure <= 0:
        return cube
    rate = cube.records @ weights / exposure
    # Of most weeks all is known, and most cells have nothing that could be missing.
    places, weeks = np.flatnonzero(rate > 0), np.flatnonzero(share < 1)
    missing = np.rint(rate[places, None] * (1 - share[weeks]) * UNIT).astype(np.int64)
    row, column = np.nonzero(missing)
    cell, week = places[row], weeks[column]
    return replace(
        cube,
        cell_index=np.concatenate([cube.cell_index, cell]),
        week_index=np.concatenate([cube.week_index, week]),
        piece_mass=np.concatenate([cube.piece_mass, missing[row, column]]),
        # All counts as known in its week: a method that allows for lateness itself must not do so once more.
        known_at=np.concatenate([cube.weeks[cube.week_index], cube.weeks[week]]),
    )


class CompletedCube(Cube):
    """A cube whose past, as known at any week, has its last weeks completed: for a backtest of the nowcast.

    What is observed stays what was registered in the end. Make one with ``completed``.
    """

    def as_known(self, week: int) -> Cube:
        """What was known by the start of a week, completed by the delays that could be learned by then."""
        known = super().as_known(week)
        return complete(known) if len(known.weeks) > 1 else known


def completed(cube: Cube) -> CompletedCube:
    """The cube as one that completes what was known."""
    return CompletedCube(**{name: getattr(cube, name) for name in Cube.__dataclass_fields__})


def nowcast(cube: Cube, delay: Delay, *, late: int = 0, level: float = 0.9) -> Nowcast:
    """What the area's weeks will hold once all is registered.

    The unseen part of a week of ``n`` known records and completeness ``F`` is negative binomial with mean
    ``(n + 1/2) (1 - F) / F`` and as many successes as were seen (a binomial share of an unknown total, Jeffreys'
    prior); the interval adds the uncertainty of ``F`` itself.
    """
    known = cube.records.sum(axis=0)
    share = np.maximum(delay.of_weeks(len(cube.weeks), late), _LEAST_COMPLETENESS)
    age = np.minimum(np.arange(len(cube.weeks))[::-1] + late, len(delay.low) - 1)
    width = np.log(np.maximum(delay.high[age], 1e-9) / np.maximum(delay.low[age], 1e-9)) / (2 * norm.ppf(0.95))
    unseen = (known + 0.5) * (1 - share) / share
    variance = unseen / share + (unseen + known) ** 2 * width**2
    reach = norm.ppf((1 + level) / 2) * np.sqrt(variance)
    expected = known + unseen
    return Nowcast(known, expected, np.maximum(expected - reach, known), expected + reach)


def _triangle(cube: Cube, most: int, first: int) -> Floats:
    """Records by week of occurrence (from position ``first`` on) and delay in weeks, shape (w, most + 1)."""
    delay = np.clip(cube.known_at - cube.weeks[cube.week_index], 0, None)
    kept = (cube.week_index >= first) & (delay <= most)
    triangle = np.zeros((len(cube.weeks) - first, most + 1))
    np.add.at(triangle, (cube.week_index[kept] - first, delay[kept]), cube.piece_mass[kept] / UNIT)
    return triangle
