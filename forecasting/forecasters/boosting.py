"""Gradient-boosted trees over places and weeks, bagged, learned from all heads at once."""

from dataclasses import replace
from typing import NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from forecasting.cube import Cube
from forecasting.forecasters.corrected import LEAST_RECORDS, CorrectedMixture, Rows, training_rows
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.model import Floats

#: Most training rows of all heads together, for each of the models.
MOST_ROWS = 150_000
#: How much more the head's own rows count than those of a related one.
OWN_WEIGHT = 3.0
_PARAMETERS = {
    "objective": "poisson",
    "learning_rate": 0.05,
    "min_data_in_leaf": 50,
    "min_sum_hessian_in_leaf": 5.0,
    "lambda_l2": 20.0,
    "feature_fraction": 0.4,
    "max_bin": 63,
    "poisson_max_delta_step": 0.7,
    # The same trees on every machine; and the jobs already share the cores.
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


class Kind(NamedTuple):
    """One kind of model in the bag: whether it bends the mixture or starts from a flat map, and its size."""

    bends: bool
    rounds: int
    leaves: int


KINDS = (Kind(bends=True, rounds=200, leaves=8), Kind(bends=False, rounds=350, leaves=12))


class Boosting(CorrectedMixture):
    """The mean of gradient-boosted Poisson models: half of them bend the mixture of kernels, half start from nothing.

    Each is a sum of small trees, grown one after another on the gradient of the Poisson likelihood left by those before
    (Friedman 2001, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29; histograms
    of features: Ke et al. 2017, "LightGBM", Advances in Neural Information Processing Systems 30), on lags, rings,
    trends and related heads. Those that bend have the mixture's log rate as offset: they start from a good map and can
    only correct it. Those that start from a flat map have it as one feature among others, and need not believe
    it. Their errors differ, so their mean is better than either; and each learns from rows drawn anew (Breiman 1996,
    "Bagging predictors", Machine Learning 24).

    How a count is to be read beside its neighbours' is much the same for every head, so heads learn together and a
    rare one borrows from the others; the head's own rows weigh three times as much. Rows are drawn with a
    chance that grows with their weight and are weighed by its inverse (Horvitz and Thompson 1952), so that empty cells
    cost little.

    Parameters
    ----------
    bags : int
        Models of each kind.
    seed : int
        Of the draws of rows and of features.
    """

    name = "boosting"

    def __init__(self, bags: int = 2, seed: int = 0) -> None:
        self.bags = bags
        self.seed = seed

    def _learn_factor(self, cube: Cube) -> None:
        cubes = self._cubes(cube)
        self.models_: list[tuple[Kind, lightgbm.Booster]] = []
        own = training_rows(cube, cubes, 0, self.mixture_)
        self.records_learned_from_ = own.records
        if own.records < LEAST_RECORDS:
            return
        heads = [replace(own, weight=OWN_WEIGHT * own.weight)]
        for itself in range(1, len(cubes)):
            others = {str(n): replace(one, related={}) for n, one in enumerate(cubes) if n != itself}
            mixture = KernelMixture()
            other = replace(cubes[itself], related=others)
            mixture._learn(other)
            heads.append(training_rows(other, cubes, itself, mixture))
        for bag in range(self.bags):
            random = np.random.default_rng([self.seed, bag])
            drawn = [draw(rows, MOST_ROWS // len(cubes), random) for rows in heads]
            numbers = np.repeat(np.arange(len(drawn)), [len(rows.ratio) for rows in drawn])
            values = _with_head(np.concatenate([rows.features for rows in drawn]), numbers)
            ratio = np.concatenate([rows.ratio for rows in drawn])
            weight = np.concatenate([rows.weight for rows in drawn])
            for kind in KINDS:
                # Against a flat map: the first feature is the log of what the mixture has beside it.
                beside = np.ones(len(ratio)) if kind.bends else np.exp(values[:, 0].astype(float))
                grown = lightgbm.train(
                    {**_PARAMETERS, "num_leaves": kind.leaves, "seed": self.seed * 1000 + bag},
                    lightgbm.Dataset(values, ratio * beside, weight=weight / beside),
                    kind.rounds,
                )
                self.models_.append((kind, grown))

    def _maps(self, base: Floats, values: NDArray[np.float32]) -> Floats:
        if not self.models_:
            return base / base[0].sum()
        rows = _with_head(values.reshape(-1, values.shape[2]), 0)
        mean = np.zeros_like(base)
        for kind, grown in self.models_:
            rate = np.asarray(grown.predict(rows, num_threads=1)).reshape(base.shape)
            rate = base * rate if kind.bends else rate
            mean += rate / rate[0].sum()
        return mean / len(self.models_)


def _with_head(values: NDArray[np.float32], head: NDArray[np.int64] | int) -> NDArray[np.float32]:
    """Features with the number of the head whose row it is as a last column; 0 is the head itself."""
    last = np.broadcast_to(np.asarray(head, dtype=np.float32), len(values))
    return np.concatenate([values, last[:, None]], axis=1)


def draw(rows: Rows, most: int, random: np.random.Generator) -> Rows:
    """About ``most`` rows, drawn with chances in proportion to the root of their weight, weighed by its inverse."""
    chance = np.sqrt(rows.weight)
    for _ in range(3):
        # Chances above one are cut; what they lose goes to the others.
        chance = np.minimum(1.0, chance * most / max(chance.sum(), np.finfo(float).tiny))
    kept = random.random(chance.size) < chance
    return Rows(rows.features[kept], rows.ratio[kept], rows.weight[kept] / chance[kept])
