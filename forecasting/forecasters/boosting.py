"""Gradient-boosted correction of the mixture of kernels, learned from all heads at once."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from forecasting.cube import Cube
from forecasting.forecasters.corrected import LEAST_RECORDS, CorrectedMixture, Rows, training_rows
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.model import Floats, Integers

#: Most training rows of all heads together.
MOST_ROWS = 100_000
ROUNDS = 120
#: Quantiles at which a feature is cut into steps.
STEPS = np.linspace(0.01, 0.99, 63)


class Boosting(CorrectedMixture):
    """Poisson gradient boosting of the mixture's errors, over the rows of this head and of its related ones.

    ``f`` is a sum of small trees, each grown on the gradient of the Poisson likelihood left by those before it
    (Friedman 2001, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29; histograms:
    Ke et al. 2017, "LightGBM"), on lags, rings, trends and related heads, with the mixture's log rate as offset: it
    starts from a good map and can only bend it. How a count is to be read beside its neighbours' is much the same
    for every head, so heads learn together and a rare one borrows from the others; the head is itself a feature.
    Rows are drawn with a chance that grows with their weight and are weighed by its inverse (Horvitz and Thompson
    1952), so that empty cells cost little.

    Parameters
    ----------
    seed : int
        Of the draw of rows and of features.
    """

    name = "boosting"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def _learn_factor(self, cube: Cube) -> None:
        random = np.random.default_rng(self.seed)
        cubes = self._cubes(cube)
        self.trees_ = None
        own = training_rows(cube, cubes, 0, self.mixture_)
        self.records_learned_from_ = own.records
        if own.records < LEAST_RECORDS:
            return
        drawn = [draw(own, MOST_ROWS // len(cubes), random)]
        for itself in range(1, len(cubes)):
            others = {str(n): replace(one, related={}) for n, one in enumerate(cubes) if n != itself}
            mixture = KernelMixture()
            other = replace(cubes[itself], related=others)
            mixture._learn(other)
            rows = training_rows(other, cubes, itself, mixture)
            drawn.append(draw(rows, MOST_ROWS // len(cubes), random))
        drawn_features = np.concatenate([rows.features for rows in drawn])
        # Steps of our own: the library would sort every feature anew for each of its weighted quantiles.
        self.edges_ = [np.unique(column) for column in np.quantile(drawn_features, STEPS, axis=0).T]
        trees = HistGradientBoostingRegressor(
            loss="poisson",
            learning_rate=0.07,
            max_iter=ROUNDS,
            max_leaf_nodes=8,
            min_samples_leaf=100,
            l2_regularization=50.0,
            max_features=0.4,
            early_stopping=False,
            categorical_features=[drawn_features.shape[1]],
            max_bins=len(STEPS) + 1,
            random_state=self.seed,
        )
        heads = np.repeat(np.arange(len(drawn)), [len(rows.ratio) for rows in drawn])
        with threadpool_limits(1, user_api="openmp"):
            self.trees_ = trees.fit(
                self._stepped(drawn_features, heads),
                np.concatenate([rows.ratio for rows in drawn]),
                sample_weight=np.concatenate([rows.weight for rows in drawn]),
            )

    def _log_factor(self, values: NDArray[np.float32]) -> Floats:
        if self.trees_ is None:
            return np.zeros(len(values))
        with threadpool_limits(1, user_api="openmp"):
            return np.log(self.trees_.predict(self._stepped(values, np.zeros(len(values), dtype=int))))

    def _stepped(self, values: NDArray[np.float32], heads: Integers) -> NDArray[np.float32]:
        """Features as the number of the step that they have reached, and the head's number as a last column."""
        stepped = np.empty((len(values), values.shape[1] + 1), dtype=np.float32)
        for number, edges in enumerate(self.edges_):
            stepped[:, number] = np.searchsorted(edges, values[:, number], side="right")
        stepped[:, -1] = heads
        return stepped


def draw(rows: Rows, most: int, random: np.random.Generator) -> Rows:
    """About ``most`` rows, drawn with chances in proportion to the root of their weight, weighed by its inverse."""
    chance = np.sqrt(rows.weight)
    for _ in range(3):
        # Chances above one are cut; what they lose goes to the others.
        chance = np.minimum(1.0, chance * most / max(chance.sum(), np.finfo(float).tiny))
    kept = random.random(chance.size) < chance
    return Rows(rows.features[kept], rows.ratio[kept], rows.weight[kept] / chance[kept])
