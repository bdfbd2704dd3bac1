"""Last year's counts: the map that every station already has."""

import numpy as np

from forecasting.cube import Cube
from forecasting.forecasters.base import SharedMean, learning_origins, window_weights
from forecasting.model import Floats, Integers


class LastYear(SharedMean):
    """Mean weekly count of the last 52 weeks (of as many as there are).

    ``rate_i = (1 - b) * sum_{t in last 52} y_it / 52 + b * area mean``; ranks cells exactly as the counts
    do. The baseline of Chainey, Tompson and Uhlig (2008), "The utility of hotspot mapping for
    predicting spatial patterns of crime", Security Journal 21.

    Parameters
    ----------
    window_weeks : int
        Weeks that count.
    """

    name = "last_year"

    def __init__(self, window_weeks: int = 52) -> None:
        self.window_weeks = window_weeks

    def _learn(self, cube: Cube) -> None:
        origins = learning_origins(cube)
        if origins.size:
            self.shrinkage_, _ = self._fit_shrinkage(cube, self._weights(len(cube.weeks), origins), origins)
        else:
            self.shrinkage_ = 0.5

    def _weights(self, length: int, origins: Integers) -> Floats:
        return window_weights(length, np.asarray(origins), self.window_weeks)
