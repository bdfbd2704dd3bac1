"""Decayed mean smoothed over neighbouring cells and shrunk to the area: the rule to beat."""

import numpy as np

from forecasting.cube import Cube
from forecasting.forecasters.base import (
    RECENT_WEEKS,
    AdditiveForecaster,
    area_mean,
    decay_weights,
    learning_origins,
    mean_component,
    mixture_shares,
    poisson_fit,
    split_by_age,
)
from forecasting.forecasters.decayed_mean import HALF_LIVES_WEEKS
from forecasting.model import (
    LONG_RUN,
    NEAR_REPEAT,
    RECENCY,
    Component,
    Floats,
    Integers,
)


class SmoothedDecayedMean(AdditiveForecaster):
    """Decayed mean of a cell and of its first two rings of neighbours, shrunk to the mean of the area.

    With ``m_i = sum_t w_t y_it`` (``w_t ~ 2 ** (-age_t / half_life)``), ``R1``, ``R2`` the means over
    the neighbours at grid distance 1 and 2 and ``M`` the mean of the area::

        rate_i = b0 * m_i + b1 * R1(m)_i + b2 * R2(m)_i + b3 * M,    b0 + b1 + b2 + b3 = 1

    ``b`` and the half-life maximise the Poisson likelihood of one-step forecasts of the last weeks of the
    training part: the credibility estimator of Buehlmann (1967), ASTIN Bulletin 4, with the
    neighbours as in Clayton and Kaldor (1987), Biometrics 43; near repeats: Johnson and Bowers (2004),
    "The stability of space-time clusters of burglary", British Journal of Criminology 44.

    Parameters
    ----------
    half_life_weeks : float, optional
        Without it, learned.
    """

    name = "smoothed_decayed_mean"

    def __init__(self, half_life_weeks: float | None = None) -> None:
        self.half_life_weeks = half_life_weeks

    def _learn(self, cube: Cube) -> None:
        origins = learning_origins(cube)
        tried = HALF_LIVES_WEEKS if self.half_life_weeks is None else (self.half_life_weeks,)
        shares = np.full(4, 0.25)
        self.half_life_weeks_ = tried[len(tried) // 2]
        best = float("-inf")
        observed = cube.records[:, origins]
        hit = observed > 0
        for half_life in tried if origins.size else ():
            features = self._features(cube, decay_weights(len(cube.weeks), origins, half_life))
            totals = np.array([feature.sum() for feature in features])
            at_hits = np.stack([feature[hit] for feature in features], axis=1)
            found = mixture_shares(at_hits, observed[hit], totals)
            # A half of one record in all keeps the area's share from zero: see SharedMean.
            found[3] += 0.5 / totals[3]
            # The level comes from the decayed mean: left free, the sum would learn the season of the learning
            # weeks (spring in New York: 15 % too low for the autumn that followed).
            found /= found.sum()
            likelihood = poisson_fit(found, at_hits, observed[hit], totals)
            if likelihood > best:
                best, self.half_life_weeks_, shares = likelihood, half_life, found
        self.own_, self.ring_1_, self.ring_2_, self.shrinkage_ = (float(share) for share in shares)

    def _features(self, cube: Cube, weights: Floats) -> list[Floats]:
        own = cube.records @ weights
        mean = np.broadcast_to(area_mean(cube, weights), own.shape)
        return [own, cube.area.ring(1) @ own, cube.area.ring(2) @ own, mean]

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        weights = decay_weights(len(cube.weeks), origins, self.half_life_weeks_)
        recent, older = split_by_age(weights, origins)
        _, ring_1, ring_2, _ = self._features(cube, weights)
        return [
            Component(RECENCY, self.own_ * (cube.records @ recent), {"weeks": RECENT_WEEKS}),
            Component(LONG_RUN, self.own_ * (cube.records @ older), {"weeks": RECENT_WEEKS}),
            Component(NEAR_REPEAT, self.ring_1_ * ring_1 + self.ring_2_ * ring_2, {"rings": 2}),
            mean_component(self.shrinkage_ * area_mean(cube, weights), len(cube.area)),
        ]
