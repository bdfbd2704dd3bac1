"""How much the whole area will have next week: a level learned apart from where it falls.

A map of shares changes slowly, the sum of a city's records quickly (a season, a cold week, a change of recording). A
method that gives each its own memory has its level right without forgetting its map.
"""

from collections.abc import Mapping

import numpy as np

from forecasting.calendar import DAYS, days_of_weeks
from forecasting.cube import Cube
from forecasting.model import Floats, Integers
from spatial.mass import UNIT

#: Half-lives tried, in weeks.
HALF_LIVES_WEEKS = (2.0, 3.0, 4.0, 6.0, 9.0, 13.0, 26.0, 52.0, 104.0)
#: Weeks of whose totals a half-life is learned, at most.
MOST_WEEKS = 52
#: Effects of the calendar: weeks before the first that is learned from, fewest records, standard deviation of the prior
#: of a log effect, and how many standard errors from nought one must be.
BURN_IN_WEEKS = 13
LEAST_RECORDS = 500
PRIOR_SD = 0.2
LEAST_Z = 2.5


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


def total_at(
    cube: Cube, origins: Integers, half_life_weeks: float, effects: Mapping[str, float] | None = None
) -> Floats:
    """Records forecast for the whole area at each origin, shape (o,), never zero.

    ``effects`` are those of the calendar (``learn_effects``): what the coming week has more of than the weeks that the
    level was taken from. A derived area has every record that it was derived from, and of later weeks only
    ``share_inside``: once it is closed, the weeks before count for that much. Records of those weeks that became known
    later may lie outside, too; they are few, and not allowed for.
    """
    totals = np.repeat(cube.records.sum(axis=0)[:, None], len(origins), axis=1)
    if cube.area.closed_at is not None and len(cube.weeks):
        closed = cube.area.closed_at - int(cube.weeks[0])
        totals[: max(closed, 0), origins >= closed] *= share_inside(cube)
    said = forecast_totals(totals, origins, half_life_weeks, floor=floor(cube))
    if not effects:
        return said
    return said * np.exp(beside_the_past(cube, origins, half_life_weeks) @ [effects.get(day, 0.0) for day in DAYS])


def share_inside(cube: Cube) -> float:
    """Share of the records to come that a derived area will hold; 1 for an area that was given.

    The chance that a record falls where no head, this or a related one, had any before is the share of the head's past
    records that stand alone in their cell: Good (1953), "The population frequencies of species and the estimation of
    population parameters", Biometrika 40, whose species are cells. Half a record more is inside. What
    ``nowcast.complete`` adds to a cell, a part of a record, makes no second one.
    """
    if cube.area.closed_at is None or not len(cube.weeks):
        return 1.0
    closed = max(cube.area.closed_at - int(cube.weeks[0]), 0)
    own, *others = (head.mass[:, :closed].sum(axis=1) for head in (cube, *cube.related.values()))
    alone = np.sum([own, *others], axis=0) < 1.5 * UNIT
    return float((own[~alone].sum() + UNIT / 2) / (own.sum() + UNIT / 2))


def learn_effects(cube: Cube, half_life_weeks: float) -> dict[str, float]:
    """Log effects of Ramzan, of feasts and of pay-days on the area's total, of a week wholly of such days.

    ``total_t ~ level_t exp(sum_k b_k (x_kt - xbar_kt))``, ``x`` the share of such days in the week, ``xbar`` that in
    the weeks of the level: a quasi-Poisson regression with a normal prior on ``b``, by Newton's steps, over this head
    and the related ones, which share their calendar. An effect stands only where such days came on two occasions half
    a year apart or more (one Ramzan cannot be told from the summer it fell in) and where it is ``LEAST_Z``
    standard errors from nought.
    """
    length = len(cube.weeks)
    origins = np.arange(min(BURN_IN_WEEKS, length), length)
    if len(origins) < BURN_IN_WEEKS:
        return {}
    beside = beside_the_past(cube, origins, half_life_weeks)
    days = shares_of_days(cube, np.arange(length))
    kept = [k for k in range(len(DAYS)) if _occasions(days[:, k]) >= 2]
    came, said = [], []
    for head in (cube, *cube.related.values()):
        totals = head.records.sum(axis=0)
        level = forecast_totals(
            np.repeat(totals[:, None], len(origins), axis=1), origins, half_life_weeks, floor=floor(head)
        )
        # Each head's usual lag behind its trend is no effect of a day.
        said.append(level * (totals[origins].sum() / level.sum()))
        came.append(totals[origins])
    above, below = np.sum(came, axis=0), np.sum(said, axis=0)
    if above.sum() < LEAST_RECORDS:
        return {}
    for _ in range(2):
        x = beside[:, kept]
        effect, error = _regression(x, above, below)
        kept = [k for k, b, e in zip(kept, effect, error, strict=True) if abs(b) > LEAST_Z * e]
    return {DAYS[k]: float(b) for k, b in zip(kept, _regression(beside[:, kept], above, below)[0], strict=True)}


def _regression(x: Floats, came: Floats, said: Floats) -> tuple[Floats, Floats]:
    """Log effects and their standard errors, each of shape (k,)."""
    effect = np.zeros(x.shape[1])
    if not effect.size:
        return effect, effect
    spread = max(float(np.mean((came - said) ** 2 / said)), 1.0)
    for _ in range(20):
        rate = said * np.exp(np.clip(x @ effect, -2, 2))
        slope = x.T @ (came - rate) / spread - effect / PRIOR_SD**2
        information = (x * rate[:, None]).T @ x / spread + np.eye(effect.size) / PRIOR_SD**2
        effect = effect + np.linalg.solve(information, slope)
    return effect, np.sqrt(np.diag(np.linalg.inv(information)))


def _occasions(shares: Floats) -> int:
    """How often such days came, occasions of half a year apart counted; pay-days, which come each month, are many."""
    weeks = np.flatnonzero(shares > 0)
    if weeks.size > len(shares) / 5:
        return int(weeks.size)
    return int(np.count_nonzero(np.diff(weeks) > 26) + 1) if weeks.size else 0


def beside_the_past(cube: Cube, origins: Integers, half_life_weeks: float) -> Floats:
    """Share of each kind of day in the week of each origin, less that in the weeks of its level, shape (o, k)."""
    days = shares_of_days(cube, np.arange(max(int(origins.max(initial=0)) + 1, len(cube.weeks))))
    past = np.stack(
        [
            forecast_totals(
                np.repeat(days[: len(cube.weeks), [k]], len(origins), axis=1), origins, half_life_weeks, floor=0.0
            )
            for k in range(len(DAYS))
        ],
        axis=1,
    )
    return days[origins] - past


def shares_of_days(cube: Cube, columns: Integers) -> Floats:
    """Share of each kind of day in the weeks of the cube's columns, shape (n, k)."""
    first = int(cube.weeks[0]) if len(cube.weeks) else 0
    return days_of_weeks(first + columns, cube.weekday)


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
