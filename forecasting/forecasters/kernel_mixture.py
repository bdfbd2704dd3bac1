"""Mixture of kernels in space, time and related heads, each with the share that past forecasts earned it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from forecasting.cube import Cube, StudyArea
from forecasting.forecasters.base import (
    RECENT_WEEKS,
    AdditiveForecaster,
    decay_weights,
    mixture_shares,
    split_by_age,
)
from forecasting.level import learn_effects, learn_level, total_at
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

#: Where a kernel looks: the cell itself, its two rings, and a wider place about it without the cell.
CELL, RING, SECOND, WIDER = "cell", "ring", "second", "wider"
#: A half-life of three years is nearly flat over what a station has on file.
FLAT = 156.0
#: Kernels by half-life in weeks.
OWN_KERNELS: dict[float, tuple[str, ...]] = {
    2.0: (CELL, RING),
    6.0: (CELL, RING, SECOND, WIDER),
    13.0: (CELL, RING, WIDER),
    26.0: (CELL, RING, SECOND, WIDER),
    52.0: (CELL, RING),
    FLAT: (CELL, RING, SECOND, WIDER),
}
RELATED_KERNELS: dict[float, tuple[str, ...]] = {13.0: (CELL, RING, WIDER), FLAT: (CELL, RING, WIDER)}
#: Related heads used: those with the most records. More cost time and add nothing that these do not say.
MOST_RELATED = 6
#: Weeks of one-step forecasts on which shares are learned, at most, and the half-life of their weight.
SHARE_WEEKS = 78
SHARE_HALF_LIFE_WEEKS = 26.0
#: Weeks that must lie before the first of them, where there are as many again.
BURN_IN_WEEKS = 13
#: The wider kernel: its width and its reach, in distances between neighbouring cells.
_WIDTH, _REACH = 1.7, 5.0
#: Cells whose neighbourhoods are summed up at once.
_ROWS_AT_ONCE = 16_384
_PLACE = {CELL: RECENCY, RING: NEAR_REPEAT, SECOND: NEAR_REPEAT, WIDER: SURROUNDINGS}


class Kernel(NamedTuple):
    """One part of the mixture: whose records (None: the head's own), where, and how fast they fade."""

    head: str | None
    where: str
    half_life_weeks: float

    def __str__(self) -> str:
        return f"{self.head or 'own'} {self.where} {self.half_life_weeks:g}"


class KernelMixture(AdditiveForecaster):
    """Shares of the area's total, each from a kernel in space and time over one head's records.

    With ``k_j`` the decayed mean (half-life ``h_j``) of one head's records over one neighbourhood (the cell, the mean
    of its first or second ring, a Gaussian mean over the wider place)::

        rate_i = L * sum_j b_j k_j(i) / sum_i k_j(i),    b_j >= 0,  sum_j b_j = 1

    ``L`` is the level of the area (``forecasting.level``). ``b`` maximises the Poisson likelihood of one-step forecasts
    of the last weeks of the training part, newer weeks weighing more, by expectation-maximisation: a forecast
    density with many kernels instead of one, whose widths the data choose. The head's own kernels
    are those of near repeats, the others let heads with few records borrow from related ones: a discrete
    multivariate form of the self-exciting intensity of Mohler (2014), "Marked point process hotspot maps for
    homicide and gun crime prediction in Chicago", International Journal of Forecasting 30; stacking
    of densities: Breiman (1996), Machine Learning 24, and Smyth and Wolpert (1999), Machine Learning 36.

    Parameters
    ----------
    related : bool
        Whether records of other heads count (``Cube.related``; without them nothing changes).
    """

    name = "kernel_mixture"

    def __init__(self, related: bool = True) -> None:
        self.related = related

    def _learn(self, cube: Cube) -> None:
        self.level_half_life_weeks_ = learn_level(cube)
        self.calendar_effects_ = learn_effects(cube, self.level_half_life_weeks_)
        heads = most_recorded(cube) if self.related else []
        kernels = [
            Kernel(head, where, half_life)
            for head in (None, *heads)
            for half_life, places in (RELATED_KERNELS if head else OWN_KERNELS).items()
            for where in places
        ]
        shares = learn_shares(cube, kernels)
        # Kernels of no weight are left out for good: a week's forecast then costs what it must.
        self.shares_ = {str(kernel): float(share) for kernel, share in zip(kernels, shares, strict=False) if share > 0}
        self.kernels_ = [kernel for kernel, share in zip(kernels, shares, strict=False) if share > 0]
        self.area_share_ = float(shares[-1])

    def renamed(self, names: Mapping[str, str]) -> "KernelMixture":
        """The same where the related heads bear other names."""
        other = KernelMixture(self.related)
        vars(other).update(vars(self))
        other.kernels_ = [each._replace(head=names[each.head]) if each.head else each for each in self.kernels_]
        shares = (self.shares_[str(kernel)] for kernel in self.kernels_)
        area = {name: share for name, share in self.shares_.items() if name not in map(str, self.kernels_)}
        other.shares_ = {str(kernel): share for kernel, share in zip(other.kernels_, shares, strict=True)} | area
        return other

    def _total(self, cube: Cube, origins: Integers) -> Floats:
        """Records forecast for the area at each origin, shape (o,)."""
        return total_at(cube, origins, self.level_half_life_weeks_, self.calendar_effects_)

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        total = self._total(cube, origins)
        shape = (len(cube.area), len(origins))
        parts = {code: np.zeros(shape) for code in (RECENCY, LONG_RUN, NEAR_REPEAT, SURROUNDINGS, RELATED_HEADS)}
        mean = np.full(shape, self.area_share_) / shape[0]
        for kernel, values in zip(self.kernels_, densities(cube, self.kernels_, origins), strict=True):
            share = self.shares_[str(kernel)]
            if kernel.head is not None:
                parts[RELATED_HEADS] += share * values
            elif kernel.where == CELL:
                weights = decay_weights(len(cube.weeks), origins, kernel.half_life_weeks)
                recent, older = (weekly(cube) @ part for part in split_by_age(weights, origins))
                late = np.divide(recent, recent + older, out=np.zeros(shape), where=recent > 0)
                parts[RECENCY] += share * values * late
                parts[LONG_RUN] += share * values * (1 - late)
            else:
                parts[_PLACE[kernel.where]] += share * values
        params: dict[str, dict[str, str | float]] = {
            NEAR_REPEAT: {"rings": 2},
            SURROUNDINGS: {"rings": int(_REACH)},
            RELATED_HEADS: {},
        }
        return [
            *(Component(code, total * rate, params.get(code, {"weeks": RECENT_WEEKS})) for code, rate in parts.items()),
            Component(AREA_MEAN, total * mean),
        ]


def most_recorded(cube: Cube) -> list[str]:
    """The related heads with the most records so far, at most ``MOST_RELATED``, by name."""
    totals = sorted((-int(other.piece_mass.sum()), name) for name, other in cube.related.items())
    return sorted(name for total, name in totals[:MOST_RELATED] if total < 0)


def share_origins(length: int) -> Integers:
    """Columns on which shares are learned, none before the second."""
    return np.arange(max(1, length - SHARE_WEEKS, min(BURN_IN_WEEKS, length // 2)), max(length, 1))


def learn_shares(cube: Cube, kernels: Sequence[Kernel]) -> Floats:
    """Shares of the kernels and, last, of the area's mean, adding up to 1, shape (k + 1,).

    Every kernel is scaled to each week's observed total, so that shares learn the map and never the season.
    """
    origins = share_origins(len(cube.weeks))
    observed = cube.records[:, origins]
    totals = observed.sum(axis=0)
    newer = 0.5 ** ((len(cube.weeks) - origins) / SHARE_HALF_LIFE_WEEKS)
    row, column = np.nonzero(observed)
    if not row.size:
        return np.append(np.zeros(len(kernels)), 1.0)
    features = np.empty((row.size, len(kernels) + 1))
    for place, values in enumerate(densities_at(cube, kernels, origins, row, column)):
        features[:, place] = values
    features[:, -1] = 1 / len(cube.area)
    features *= totals[column, None]
    weight = float(newer @ totals)
    shares = mixture_shares(features, observed[row, column] * newer[column], np.full(len(kernels) + 1, weight))
    shares[shares < 1e-4] = 0.0
    # A half of one record in all keeps the area's share from zero, where a first record would be impossible.
    shares[-1] += 0.5 / weight
    return shares / shares.sum()


def densities(cube: Cube, kernels: Sequence[Kernel], origins: Integers) -> Iterator[Floats]:
    """Each kernel's shares of the area's total at each origin, shape (c, o), columns adding up to 1."""
    cells = len(cube.area)
    last: tuple[str | None, float] | None = None
    for kernel in kernels:
        # Kernels of one head and half-life stand together: only one decayed mean is held at a time.
        if last != (kernel.head, kernel.half_life_weeks):
            last = (kernel.head, kernel.half_life_weeks)
            source = cube if kernel.head is None else cube.related[kernel.head]
            mean = weekly(source) @ decay_weights(len(cube.weeks), origins, kernel.half_life_weeks)
        values = mean if kernel.where == CELL else smoother(cube.area, kernel.where) @ mean
        total = values.sum(axis=0)
        # A head without a record so far says nothing of any place: all are alike.
        yield np.where(total > 0, values / np.where(total > 0, total, 1), 1 / cells)


def densities_at(
    cube: Cube, kernels: Sequence[Kernel], origins: Integers, row: Integers, column: Integers
) -> Iterator[Floats]:
    """Each kernel's density (``densities``) at some cells and origins, shape (n,): few of all hold a record."""
    cells = len(cube.area)
    last: tuple[str | None, float] | None = None
    whole = {where: np.asarray(smoother(cube.area, where).sum(axis=0)) for where in {k.where for k in kernels} - {CELL}}
    for kernel in kernels:
        if last != (kernel.head, kernel.half_life_weeks):
            last = (kernel.head, kernel.half_life_weeks)
            source = cube if kernel.head is None else cube.related[kernel.head]
            mean = weekly(source) @ decay_weights(len(cube.weeks), origins, kernel.half_life_weeks)
        if kernel.where == CELL:
            values, total = mean[row, column], mean.sum(axis=0)
        else:
            values, total = (
                _smoothed_at(smoother(cube.area, kernel.where), mean, row, column),
                whole[kernel.where] @ mean,
            )
        total = total[column]
        yield np.where(total > 0, values / np.where(total > 0, total, 1), 1 / cells)


def _smoothed_at(means: sparse.csr_array, of: Floats, row: Integers, column: Integers) -> Floats:
    """``(means @ of)[row, column]`` without the rest of the product."""
    made = np.zeros(len(row))
    for start in range(0, len(row), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        near = means[row[part]]
        counts = np.diff(near.indptr)
        terms = near.data * of[near.indices, np.repeat(column[part], counts)]
        made[part] = np.bincount(np.repeat(np.arange(len(counts)), counts), weights=terms, minlength=len(counts))
    return made


def weekly(cube: Cube) -> sparse.csr_array:
    """Records by cell and week, shape (c, w): nearly every entry is zero."""
    return cube.records_where_any


def smoother(area: StudyArea, where: str) -> sparse.csr_array:
    """Means over the neighbourhood of each cell without the cell, shape (c, c)."""
    if where == WIDER:
        return area.blur(_WIDTH, _REACH)
    return area.ring(1 if where == RING else 2)
