"""One bag of boosted trees for all heads of an area: learned once a week, and shared by their forecasts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecasting.cube import Cube, data_hash
from forecasting.distributions import Spread, fit_spread
from forecasting.features import Inputs, Place, features, places
from forecasting.forecasters.bag import MOST_ROWS, Bag
from forecasting.forecasters.corrected import LEAST_RECORDS, CorrectedMixture, Rows, training_rows
from forecasting.forecasters.kernel_mixture import MOST_RELATED, KernelMixture, share_origins
from forecasting.model import Floats, Integers

#: Fits that an area keeps: of the run's own week and of the week before its examination, each with what is held out.
_FITS = 4
#: Training rows for each record of the last weeks, at most: nearly all of more would be empty.
ROWS_A_RECORD = 10.0
#: Empty cells of a week from which the spread is learned, about.
SPREAD_CELLS = 500


class Head(NamedTuple):
    """A head among those of its area: its cube, the hash of that, and its name; None is the head that is forecast."""

    cube: Cube
    digest: str
    name: str | None


@dataclass(frozen=True)
class Pool:
    """What was learned of all heads of an area, in their order (``heads_of``): it says nothing of which one asked."""

    mixtures: tuple[KernelMixture, ...]
    records: tuple[float, ...]
    bag: Bag | None


class PooledBoosting(CorrectedMixture):
    """Boosting (``boosting``) with one bag of models for all heads of an area, which is learned once for all of them.

    ``rate_i = L_h / M sum_m r_m(x_ih, h) / sum_j r_m(x_jh, h)``, with ``L_h`` the level of head ``h``, and each of the
    ``M`` models either ``r = b_ih exp(f(x))`` or ``r = exp(f(x))``, ``b_h`` the mixture and ``f`` a sum of trees: those
    of boosting, with these differences. No head's rows weigh more than another's; all heads of the area have rows, at
    most ten for each of their records; and the features of the (at most seven) most recorded heads stand in one
    order, so that what is learned does not depend on which head is forecast. The row bears the head's number ``h``;
    mixture, level and spread are the head's own, the spread from drawn cells (``draw_cells``). The area keeps what
    was learned (``StudyArea.kept``) under the hashes of its heads' data: twelve heads learn once.

    Parameters
    ----------
    bags : int
        Models of each kind.
    seed : int
        Of the draws of rows and of features.
    """

    name = "pooled_boosting"

    def __init__(self, bags: int = 2, seed: int = 0) -> None:
        self.bags = bags
        self.seed = seed

    def _learn(self, cube: Cube) -> None:
        heads = heads_of(cube)
        digests = tuple(head.digest for head in heads)
        learn = partial(learn_pool, [head.cube for head in heads], bags=self.bags, seed=self.seed)
        pool = cube.area.kept("pool", (self.bags, self.seed, digests), learn, _FITS)
        self.number_ = next(number for number, head in enumerate(heads) if head.name is None)
        self.columns_ = [head.name for head in heads[: MOST_RELATED + 1]]
        names = {str(number): head.name for number, head in enumerate(heads) if head.name is not None}
        self.mixture_ = pool.mixtures[self.number_].renamed(names)
        self.shares_ = self.mixture_.shares_
        self.level_half_life_weeks_ = self.mixture_.level_half_life_weeks_
        self.calendar_effects_ = self.mixture_.calendar_effects_
        self.heads_learned_from_ = len(heads)
        self.records_learned_from_ = pool.records[self.number_]
        self.bag_ = pool.bag if self.records_learned_from_ >= LEAST_RECORDS else None

    def _learn_factor(self, cube: Cube) -> None:
        """Learned with the mixtures, in the pool."""

    def _inputs(self, cube: Cube, origins: Integers, base: Floats) -> Inputs:
        cubes = [cube if name is None else cube.related[name] for name in self.columns_]
        return inputs_of(cube, self.number_, cubes, origins, base)

    def _spread(self, cube: Cube, origins: Integers) -> Spread:
        total = self.mixture_._total(cube, origins)
        base = self.mixture_._rates(cube, origins) / total
        came = cube.records[:, origins]
        cell, week, weight = draw_cells(came, base, np.random.default_rng(self.seed))
        values = features(self._inputs(cube, origins, base))[cell, week]
        base = base[cell, week]
        shares = base if self.bag_ is None else self.bag_.drawn_maps(base, values, weight, week, self.number_)
        return fit_spread(came[cell, week], total[week] * shares, weight)

    def _maps(self, base: Floats, values: NDArray[np.float32]) -> Floats:
        return base / base[0].sum() if self.bag_ is None else self.bag_.maps(base, values, self.number_)


def draw_cells(came: Floats, base: Floats, random: np.random.Generator) -> tuple[Integers, Integers, Floats]:
    """Cells and weeks to learn the spread from, and for how many each stands: all with records, of the others some.

    Of the empty ones about ``SPREAD_CELLS`` a week, half of them in proportion to the map that is corrected, each
    weighed by the inverse of its chance (Horvitz and Thompson 1952): what they say of the spread is a smooth sum.
    """
    empty = came <= 0
    among = np.where(empty, base, 0.0)
    chance = among / np.maximum(among.sum(axis=0), np.finfo(float).tiny) + empty / np.maximum(empty.sum(axis=0), 1)
    chance = np.where(empty, np.minimum(1.0, SPREAD_CELLS / 2 * chance), 1.0)
    cell, week = np.nonzero(random.random(chance.shape) < chance)
    return cell, week, 1 / chance[cell, week]


def heads_of(cube: Cube) -> list[Head]:
    """A head and those related to it, the most recorded first: the same order whichever of them is given."""
    plain = [(None, replace(cube, related={})), *cube.related.items()]
    heads = [Head(each, data_hash(each), name) for name, each in plain]
    return sorted(heads, key=lambda head: (-int(head.cube.piece_mass.sum()), head.digest))


def learn_pool(cubes: Sequence[Cube], *, bags: int, seed: int) -> Pool:
    """Learn every head's mixture, and one bag of models from the rows of all."""
    mixtures: list[KernelMixture] = []
    records: list[float] = []

    def heads() -> Iterator[Rows]:
        for number, plain in enumerate(cubes):
            cube = replace(plain, related={str(n): other for n, other in enumerate(cubes) if n != number})
            mixture = KernelMixture()
            mixture._learn(cube)
            rows = training_rows(cube, mixture, partial(inputs_of, cube, number, cubes[: MOST_RELATED + 1]))
            mixtures.append(mixture)
            records.append(rows.records)
            yield rows

    weeks = share_origins(len(cubes[0].weeks))
    records_of_all = sum(float(cube.records[:, weeks].sum()) for cube in cubes)
    most = min(MOST_ROWS, int(ROWS_A_RECORD * records_of_all))
    bag = Bag(heads(), len(cubes), bags=bags, seed=seed, most=most)
    return Pool(tuple(mixtures), tuple(records), bag)


def inputs_of(cube: Cube, number: int, columns: Sequence[Cube], origins: Integers, base: Floats) -> Inputs:
    """What the features of a head are made of, the places of the heads made once for all of them."""
    key = (origins.tobytes(), tuple(data_hash(replace(each, related={})) for each in columns))
    heads: list[Place] = cube.area.kept("places", key, lambda: places(columns, origins))
    return Inputs.beside(cube, heads, number if number < len(columns) else None, origins, base)
