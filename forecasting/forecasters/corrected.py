"""What methods share that correct the mixture of kernels by a learned factor for every cell."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.cube import Cube
from forecasting.features import Inputs, features
from forecasting.forecasters.base import AdditiveForecaster, sum_of
from forecasting.forecasters.kernel_mixture import (
    SHARE_HALF_LIFE_WEEKS,
    KernelMixture,
    most_recorded,
    share_origins,
)
from forecasting.model import (
    AREA_MEAN,
    LONG_RUN,
    NEAR_REPEAT,
    RECENCY,
    RELATED_HEADS,
    SURROUNDINGS,
    Component,
    Floats,
    Integers,
)

#: Weeks that one training row adds up: single weeks hold little more and cost four times as much.
STEP_WEEKS = 4
#: Fewer records than this in the training rows teach no correction; the mixture then stays as it is.
LEAST_RECORDS = 100
#: The drivers in the order in which they are taken out, and what each takes.
_PLACES = {LONG_RUN: "cell", NEAR_REPEAT: "ring", SURROUNDINGS: "wider"}
_ORDER = (RECENCY, LONG_RUN, NEAR_REPEAT, SURROUNDINGS, RELATED_HEADS, AREA_MEAN)


@dataclass(frozen=True)
class Rows:
    """Training rows: features (n, f), ratio of what came to the mixture's rate (n,), weight (n,): rate x recency.

    A Poisson regression of the ratio with the rate as weight is one of the records with the rate's log as offset.
    """

    features: NDArray[np.float32]
    ratio: Floats
    weight: Floats

    @property
    def records(self) -> float:
        """Records in the rows, newer ones counting for more: how much there is to learn from."""
        return float(self.ratio @ self.weight)


class CorrectedMixture(AdditiveForecaster):
    """A mixture of kernels times a learned factor: ``rate_i = L b_i exp(f(x_i)) / sum_j b_j exp(f(x_j))``.

    ``b`` is the mixture (``kernel_mixture``), ``L`` the level, ``x`` the features (``forecasting.features``), ``f``
    what the method learns. The drivers are taken out of the features one after another (recency, long run, near
    repeat, surroundings, related heads); each driver's part is what the rate loses at its turn, so the parts add up to
    the rate and ``recency`` is just what the cell's own last weeks add. A driver that lowers a rate has no part.
    """

    def _learn(self, cube: Cube) -> None:
        self.mixture_ = KernelMixture()
        self.mixture_._learn(cube)
        self.heads_ = most_recorded(cube)
        self.shares_ = self.mixture_.shares_
        self.level_half_life_weeks_ = self.mixture_.level_half_life_weeks_
        self.calendar_effects_ = self.mixture_.calendar_effects_
        self._learn_factor(cube)

    @abstractmethod
    def _learn_factor(self, cube: Cube) -> None:
        """Learn ``f``."""

    @abstractmethod
    def _maps(self, base: Floats, values: NDArray[np.float32]) -> Floats:
        """The map at every stage, shape (s, c), from mixtures (s, c) and features (s, c, f); the first sums to 1."""

    def _rates(self, cube: Cube, origins: Integers) -> Floats:
        total = self.mixture_._total(cube, origins)
        base = self.mixture_._rates(cube, origins) / total
        values = features(self._inputs(cube, origins, base))
        maps = [self._maps(base[None, :, o], values[None, :, o]) for o in range(len(origins))]
        return np.concatenate(maps).T * total

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        # One origin at a time: a long past needs no more memory than a short one.
        each = [self._components_at(cube, int(origin)) for origin in origins]
        return [
            Component(parts[0].code, np.stack([part.rate for part in parts], axis=1), parts[0].params)
            for parts in zip(*each, strict=True)
        ]

    def _components_at(self, cube: Cube, origin: int) -> list[Component]:
        origins = np.array([origin])
        parts = self.mixture_._components(cube, origins)
        total = float(self.mixture_._total(cube, origins)[0])
        left = {part.code: part.rate / total for part in parts}
        stages = list(_stages(self._inputs(cube, origins, sum_of(parts) / total), left))
        base = np.stack([stage.base[:, 0] for stage in stages])
        rates = self._maps(base, np.stack([features(stage)[:, 0] for stage in stages]))
        # A stage may not raise the rate again: each part is what is lost below all that went before.
        rates = total * np.minimum.accumulate(rates)
        lost = rates - np.concatenate([rates[1:], np.zeros_like(rates[:1])])
        params = {part.code: part.params for part in parts}
        return [Component(code, part, params[code]) for code, part in zip(_ORDER, lost, strict=True)]

    def _inputs(self, cube: Cube, origins: Integers, base: Floats) -> Inputs:
        """What the features of the head's own cells are made of."""
        return Inputs.of(self._cubes(cube), 0, origins, base)

    def _cubes(self, cube: Cube) -> list[Cube]:
        """The head's own cube and those of the heads that count, in their order."""
        return [cube, *(cube.related[head] for head in self.heads_)]


def _stages(inputs: Inputs, parts: dict[str, Floats]) -> Iterator[Inputs]:
    """The inputs whole, then with one driver after another taken out, in their order."""
    yield inputs
    base = inputs.base
    for code in _ORDER[:-1]:
        # What is left is the area's mean, which is above nought but for rounding.
        base = np.maximum(base - parts[code], parts[AREA_MEAN])
        if code == RECENCY:
            inputs = inputs.without_recent(base)
        elif code == RELATED_HEADS:
            inputs = inputs.without_others(base)
        else:
            inputs = inputs.without(_PLACES[code], base)
        yield inputs


def training_rows(cube: Cube, mixture: KernelMixture, inputs: Callable[[Integers, Floats], Inputs]) -> Rows:
    """Rows of every cell, each ``STEP_WEEKS`` weeks of the last part of the training part, newest first.

    ``mixture`` was learned on ``cube``; ``inputs`` gathers what features are made of at some origins, beside a map.
    """
    length = len(cube.weeks)
    usable = share_origins(length)
    origins = np.arange(length - STEP_WEEKS, usable[0] - 1 if usable.size else length, -STEP_WEEKS)
    came = np.zeros((len(cube.area), len(origins)))
    for column, origin in enumerate(origins):
        came[:, column] = cube.records[:, origin : origin + STEP_WEEKS].sum(axis=1)
    some = came.sum(axis=0) > 0
    origins, came = origins[some], came[:, some]
    if not origins.size:
        return Rows(np.zeros((0, 1), dtype=np.float32), np.zeros(0), np.zeros(0))
    base = sum_of(mixture._components(cube, origins))
    base = base / base.sum(axis=0)
    values = features(inputs(origins, base))
    rate = base * came.sum(axis=0)
    newer = 0.5 ** ((length - origins) / SHARE_HALF_LIFE_WEEKS)
    # Newest first, cell by cell.
    return Rows(
        values.transpose(1, 0, 2).reshape(-1, values.shape[2]),
        (came / rate).T.ravel(),
        (rate * newer).T.ravel(),
    )
