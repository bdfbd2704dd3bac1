"""A bag of boosted models, learned from the rows of several heads at once."""

from collections.abc import Iterable
from typing import NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from forecasting.forecasters.corrected import LEAST_RECORDS, Rows
from forecasting.forecasters.forest import Forest
from forecasting.model import Floats

#: Most training rows of all heads together, for each of the models.
MOST_ROWS = 150_000
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


class Bag:
    """Models of each kind, each learned from rows drawn anew; none where the heads have too few records to learn from.

    Parameters
    ----------
    heads : iterable of Rows
        Of each head in turn; none of them is held longer than its turn.
    count : int
        How many heads there are: each may have as many rows.
    bags : int
        Models of each kind.
    seed : int
        Of the draws of rows and of features.
    most : int
        Most rows of all heads together.
    """

    def __init__(self, heads: Iterable[Rows], count: int, *, bags: int, seed: int, most: int = MOST_ROWS) -> None:
        randoms = [np.random.default_rng([seed, bag]) for bag in range(bags)]
        drawn: list[list[Rows]] = [[] for _ in randoms]
        records = 0.0
        for rows in heads:
            records += rows.records
            for kept, random in zip(drawn, randoms, strict=True):
                kept.append(draw(rows, most // count, random))
        self._kinds: list[Kind] = []
        models = []
        for bag, parts in enumerate(drawn if records >= LEAST_RECORDS else []):
            numbers = np.repeat(np.arange(len(parts)), [len(rows.ratio) for rows in parts])
            values = _with_head(np.concatenate([rows.features for rows in parts if len(rows.ratio)]), numbers)
            ratio = np.concatenate([rows.ratio for rows in parts])
            weight = np.concatenate([rows.weight for rows in parts])
            # Features are put into bins once for all kinds.
            binned = lightgbm.Dataset(values, params=_PARAMETERS)
            for kind in KINDS:
                # Against a flat map: the first feature is the log of what the mixture has beside it.
                beside = np.ones(len(ratio)) if kind.bends else np.exp(values[:, 0].astype(float))
                binned.set_label(ratio * beside).set_weight(weight / beside)
                grown = {**_PARAMETERS, "num_leaves": kind.leaves, "seed": seed * 1000 + bag}
                self._kinds.append(kind)
                models.append(lightgbm.train(grown, binned, kind.rounds))
        self._forest = Forest(models)

    def maps(self, base: Floats, values: NDArray[np.float32], head: int) -> Floats:
        """The mean of the models' maps of a head at every stage, as ``CorrectedMixture._maps`` gives them."""
        if not self._kinds:
            return base / base[0].sum()
        # Few cells' features change from stage to stage: where none does, the trees say what they said before.
        changed = np.ones(base.shape, dtype=np.bool_)
        changed[1:] = (values[1:] != values[:-1]).any(axis=2)
        logs = np.empty((len(self._kinds), *base.shape))
        logs[:, changed] = self._forest.log_rates(_with_head(values[changed], head))
        for stage in range(1, len(base)):
            same = ~changed[stage]
            logs[:, stage, same] = logs[:, stage - 1, same]
        mean = np.zeros_like(base)
        for kind, log_rate in zip(self._kinds, logs, strict=True):
            rate = base * np.exp(log_rate) if kind.bends else np.exp(log_rate)
            mean += rate / rate[0].sum()
        return mean / len(self._kinds)

    def drawn_maps(
        self, base: Floats, values: NDArray[np.float32], weight: Floats, week: NDArray[np.int64], head: int
    ) -> Floats:
        """Shares of the area's total of cells drawn from some weeks, shape (n,), each counting for its weight."""
        if not self._kinds:
            return base / np.bincount(week, base * weight)[week]
        mean = np.zeros_like(base)
        for kind, log_rate in zip(self._kinds, self._forest.log_rates(_with_head(values, head)), strict=True):
            rate = base * np.exp(log_rate) if kind.bends else np.exp(log_rate)
            mean += rate / np.bincount(week, rate * weight)[week]
        return mean / len(self._kinds)


def _with_head(values: NDArray[np.float32], head: NDArray[np.int64] | int) -> NDArray[np.float32]:
    """Features with the number of the head whose row it is as a last column."""
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
