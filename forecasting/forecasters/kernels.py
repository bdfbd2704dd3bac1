"""What the kernel density maps share: a smooth surface over cells, shrunk to the area, its width learned."""

from abc import abstractmethod

import numpy as np
from scipy import sparse

from forecasting.cube import Cube, StudyArea
from forecasting.forecasters.base import (
    RECENT_WEEKS,
    AdditiveForecaster,
    area_mean,
    learning_origins,
    mean_component,
    mixture_shares,
    poisson_fit,
    split_by_age,
)
from forecasting.model import LONG_RUN, NEAR_REPEAT, RECENCY, Component, Floats, Integers


def smoother(area: StudyArea, weights: Floats, row: Integers, column: Integers) -> sparse.csr_array:
    """Weighted means over near cells as a matrix of shape (c, c), each row adding up to 1.

    A row is divided by the kernel's sum over the cells of the area that it reaches: the uniform edge
    correction of Diggle (1985), Applied Statistics 34, without which every border would look quiet.
    """
    total = np.bincount(row, weights=weights, minlength=len(area))
    share = np.divide(weights, total[row], out=np.zeros_like(weights), where=total[row] > 0)
    return sparse.csr_array((share, (row, column)), shape=(len(area), len(area)))


class KernelMean(AdditiveForecaster):
    """A kernel in space over a weighted mean in time, shrunk to the mean of the area.

    ``rate_i = (1 - b) * sum_j K_ij sum_t w_t y_jt + b * area mean``, rows of ``K`` and weights ``w``
    adding up to 1. The reach in space, the span in time and ``b`` maximise the Poisson likelihood of
    one-step forecasts of the last weeks of the training part.
    """

    reach_m_: float
    span_weeks_: int
    shrinkage_: float

    @abstractmethod
    def _reaches_m(self, area: StudyArea) -> tuple[float, ...]:
        """Reaches to try, in metres, rising."""

    @abstractmethod
    def _spans_weeks(self) -> tuple[int, ...]:
        """Spans of time to try, in weeks."""

    @abstractmethod
    def _in_space(self, metres: Floats, reach_m: float, spacing_m: float) -> Floats:
        """Weight of a record by distance, none below zero, that of distance 0 above it."""

    @abstractmethod
    def _in_time(self, length: int, origins: Integers, span_weeks: int) -> Floats:
        """Weights of the weeks at each origin, shape (w, o), columns summing to 1."""

    def _kernel(self, area: StudyArea, reach_m: float) -> sparse.csr_array:
        row, column, metres = area.pairs(reach_m)
        return smoother(area, self._in_space(metres, reach_m, area.spacing_m), row, column)

    def _learn(self, cube: Cube) -> None:
        origins = learning_origins(cube)
        observed = cube.records[:, origins]
        hit = observed > 0
        reaches, spans = self._reaches_m(cube.area), self._spans_weeks()
        self.reach_m_, self.span_weeks_, self.shrinkage_ = reaches[0], spans[0], 0.5
        kernels = [self._kernel(cube.area, reach) for reach in reaches]
        best = float("-inf")
        for span in spans if origins.size else ():
            own = cube.records @ self._in_time(len(cube.weeks), origins, span)
            mean = np.broadcast_to(area_mean(cube, self._in_time(len(cube.weeks), origins, span)), own.shape)
            for reach, kernel in zip(reaches, kernels, strict=True):
                smooth = kernel @ own
                features = np.stack([smooth[hit], mean[hit]], axis=1)
                totals = np.array([smooth.sum(), mean.sum()])
                shares = mixture_shares(features, observed[hit], totals)
                # A half of one record in all, as in SharedMean, keeps a first record possible.
                shrinkage = float((shares[1] * totals[1] + 0.5) / (shares @ totals + 1))
                likelihood = poisson_fit(np.array([1 - shrinkage, shrinkage]), features, observed[hit], totals)
                if likelihood > best:
                    best = likelihood
                    self.reach_m_, self.span_weeks_, self.shrinkage_ = reach, span, shrinkage

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        weights = self._in_time(len(cube.weeks), origins, self.span_weeks_)
        recent, older = split_by_age(weights, origins)
        kernel = self._kernel(cube.area, self.reach_m_)
        at_home = kernel.diagonal()[:, None] * (1 - self.shrinkage_)
        own = cube.records @ weights
        around = np.maximum((1 - self.shrinkage_) * (kernel @ own) - at_home * own, 0)
        rings = float(np.ceil(self.reach_m_ / cube.area.spacing_m))
        return [
            Component(RECENCY, at_home * (cube.records @ recent), {"weeks": RECENT_WEEKS}),
            Component(LONG_RUN, at_home * (cube.records @ older), {"weeks": RECENT_WEEKS}),
            Component(NEAR_REPEAT, around, {"rings": rings}),
            mean_component(self.shrinkage_ * area_mean(cube, weights), len(cube.area)),
        ]
