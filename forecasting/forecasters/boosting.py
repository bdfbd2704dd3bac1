"""Gradient-boosted trees over places and weeks, bagged, learned from all heads at once."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from forecasting.cube import Cube
from forecasting.features import Inputs
from forecasting.forecasters.bag import Bag
from forecasting.forecasters.corrected import LEAST_RECORDS, CorrectedMixture, Rows, training_rows
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.model import Floats

#: How much more the head's own rows count than those of a related one.
OWN_WEIGHT = 3.0


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
        own = training_rows(cube, self.mixture_, partial(self._inputs, cube))
        self.records_learned_from_ = own.records
        self.bag_: Bag | None = None
        if own.records < LEAST_RECORDS:
            return

        def heads() -> Iterator[Rows]:
            yield replace(own, weight=OWN_WEIGHT * own.weight)
            for itself in range(1, len(cubes)):
                others = {str(n): replace(one, related={}) for n, one in enumerate(cubes) if n != itself}
                mixture = KernelMixture()
                other = replace(cubes[itself], related=others)
                mixture._learn(other)
                yield training_rows(other, mixture, partial(Inputs.of, cubes, itself))

        self.bag_ = Bag(heads(), len(cubes), bags=self.bags, seed=self.seed)

    def _maps(self, base: Floats, values: NDArray[np.float32]) -> Floats:
        return base / base[0].sum() if self.bag_ is None else self.bag_.maps(base, values, 0)
