"""Log-linear correction of the mixture of kernels: a small, stable regression that a quiet district can feed."""

import warnings
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import PoissonRegressor

from forecasting.cube import Cube
from forecasting.forecasters.corrected import LEAST_RECORDS, CorrectedMixture, training_rows
from forecasting.model import Floats

#: Features are cut at so many standard deviations, and bend at so many on either side of their mean.
_CUT, _KNOT = 3.0, 0.7
#: One over the variance of a coefficient's normal prior, each feature in standard deviations.
PRIOR_PRECISION = 30.0


class LogLinear(CorrectedMixture):
    """Poisson regression of the mixture's errors on its features, each in three straight pieces.

    ``f(x) = c + sum_k u_k z_k + v_k max(z_k - 0.7, 0) + w_k max(-z_k - 0.7, 0)``, ``z`` the features in standard
    deviations, cut at 3, with the mixture's log rate as offset and a normal prior on ``u, v, w``: ridge regression
    (Hoerl and Kennard 1970, Technometrics 12) in a generalised additive model of linear splines (Eilers and Marx
    1996, "Flexible smoothing with B-splines and penalties", Statistical Science 11).

    Parameters
    ----------
    prior_precision : float
        The larger, the less the mixture is corrected; the prior weighs as so many records of information.
    """

    name = "log_linear"

    def __init__(self, prior_precision: float = PRIOR_PRECISION) -> None:
        self.prior_precision = prior_precision

    def _learn_factor(self, cube: Cube) -> None:
        rows = training_rows(cube, self.mixture_, partial(self._inputs, cube))
        self.records_learned_from_ = rows.records
        self.regression_ = None
        if rows.records < LEAST_RECORDS:
            return
        self.mean_ = rows.features.mean(axis=0, dtype=np.float64)
        self.scale_ = rows.features.std(axis=0, dtype=np.float64) + 1e-6
        regression = PoissonRegressor(alpha=self.prior_precision / rows.records, max_iter=80, tol=1e-4)
        with warnings.catch_warnings():
            # Eighty steps come close enough: what is left changes no digit that is shown.
            warnings.simplefilter("ignore", ConvergenceWarning)
            regression.fit(self._bent(rows.features), rows.ratio, sample_weight=rows.weight / rows.weight.sum())
        self.regression_ = regression

    def _maps(self, base: Floats, values: NDArray[np.float32]) -> Floats:
        rate = base
        if self.regression_ is not None:
            bent = self._bent(values.reshape(-1, values.shape[2])) @ self.regression_.coef_
            rate = base * np.exp(bent).reshape(base.shape)
        return rate / rate[0].sum()

    def _bent(self, values: NDArray[np.float32]) -> Floats:
        z = np.clip((values - self.mean_) / self.scale_, -_CUT, _CUT)
        return np.concatenate([z, np.maximum(z - _KNOT, 0), np.maximum(-z - _KNOT, 0)], axis=1)
