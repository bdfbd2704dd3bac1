"""Exponentially decayed mean: what happened lately counts for more."""

from forecasting.cube import Cube
from forecasting.forecasters.base import SharedMean, decay_weights, learning_origins
from forecasting.model import Floats, Integers

#: Half-lives tried, in weeks: from a month, in near-geometric steps, to two years.
HALF_LIVES_WEEKS = (4.0, 6.0, 9.0, 13.0, 18.0, 26.0, 36.0, 52.0, 78.0, 104.0)


class DecayedMean(SharedMean):
    """Mean weekly count with weights halving every half-life.

    ``rate_i = (1 - b) * sum_t w_t y_it + b * area mean``, ``w_t ~ 2 ** (-age_t / half_life)``. Simple
    exponential smoothing: Brown (1959), "Statistical Forecasting for Inventory Control"; for crime
    by small area, Gorr, Olligschlaeger and Thompson (2003), International Journal of Forecasting 19.

    Parameters
    ----------
    half_life_weeks : float, optional
        Without it the half-life of greatest one-step likelihood on the last weeks of the training part.
    """

    name = "decayed_mean"

    def __init__(self, half_life_weeks: float | None = None) -> None:
        self.half_life_weeks = half_life_weeks

    def _learn(self, cube: Cube) -> None:
        origins = learning_origins(cube)
        tried = HALF_LIVES_WEEKS if self.half_life_weeks is None else (self.half_life_weeks,)
        self.half_life_weeks_, self.shrinkage_ = tried[len(tried) // 2], 0.5
        best = float("-inf")
        if not origins.size:
            return
        for half_life in tried:
            weights = decay_weights(len(cube.weeks), origins, half_life)
            shrinkage, likelihood = self._fit_shrinkage(cube, weights, origins)
            if likelihood > best:
                best, self.half_life_weeks_, self.shrinkage_ = likelihood, half_life, shrinkage

    def _weights(self, length: int, origins: Integers) -> Floats:
        return decay_weights(length, origins, self.half_life_weeks_)
