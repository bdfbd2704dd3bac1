"""Hierarchical count model: a cell within its neighbours, its parent cell and the area, each shrunk to the next."""

from typing import NamedTuple

import numpy as np

from forecasting.cube import Cube, StudyArea
from forecasting.forecasters.base import (
    RECENT_WEEKS,
    AdditiveForecaster,
    area_mean,
    decay_weights,
    learning_origins,
    split_by_age,
)
from forecasting.level import learn_level, total_at
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
from spatial import cells as h3_cells

HALF_LIVES_WEEKS = (13.0, 26.0, 52.0, 104.0, 208.0)
#: Gamma shapes tried: 0.1 says that the cells of a parent differ greatly, 30 that they hardly do.
SHAPES = (0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 6.0, 12.0, 30.0)
#: Shares of the related heads tried, and of the ring in them.
RELATED_SHARES, AROUND_SHARES = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95), (0.0, 0.25, 0.5, 0.75)
_SWEEPS = 2
#: Resolutions from a cell up to the wider place (49 cells), and roughly how far apart two cells of it lie.
_UP, _UP_RINGS = 2, 7


class Levels(NamedTuple):
    """Decayed sums of mass and of cell-weeks, shape (c, o), the mean of the area, and what related heads expect."""

    own: Floats
    ring: Floats
    wider: Floats
    weeks: Floats
    ring_weeks: Floats
    wider_weeks: Floats
    area: Floats
    related: Floats
    related_ring: Floats
    total: Floats


class Shapes(NamedTuple):
    """Shapes of the gamma priors: how alike cells of one ring, of one wider place, of the area are.

    ``related`` is the share of the related heads in a cell's prior, ``around`` that of the ring in what they say.
    """

    cell: float
    ring: float
    wider: float
    related: float = 0.0
    around: float = 0.5


class Hierarchical(AdditiveForecaster):
    """Gamma-Poisson counts in a nest of four: the area, the parent cell two resolutions up, the first ring, the cell.

    With decayed mass ``S = sum_t 2 ** (-age_t / half_life) y_t``, weeks ``E = sum_t 2 ** (-age_t / half_life)``
    and a prior mean ``m`` from the level above, a gamma prior of mean ``m`` and shape ``a`` gives::

        level(S, E, m, a) = m (S + a) / (m E + a)
        M2 = level(parent cell, area mean, a2)
        M1 = level(first ring,  M2,        a1)
        rate = level(cell,      (1 - c) M1 + c R, a0)

    ``R`` is the area's mean shared out as the decayed mass of all related heads is (``Cube.related``), of the cell and
    of its first ring, in shares: a head with few records borrows from those with many, by a share ``c``.
    A cell's own records stand in neither of the levels above it, so they do not count twice. Where little is known
    the rate is that of the wider place; where much is known it is the cell's own. The gamma-Poisson with
    discounted sums is that of Harvey and Fernandes (1989), Journal of Business and Economic Statistics 7;
    empirical Bayes over areas and over neighbours that of Clayton and Kaldor (1987), Biometrics 43, and of
    Marshall (1991), Applied Statistics 40. Half-life and shapes maximise the Poisson likelihood of one-step
    forecasts of the last weeks of the training part, one at a time. Rates are scaled to add up to the
    level of the area, which is learned apart (``forecasting.level``).

    Parameters
    ----------
    half_life_weeks : float, optional
        Without it, learned.
    """

    name = "hierarchical"

    def __init__(self, half_life_weeks: float | None = None) -> None:
        self.half_life_weeks = half_life_weeks

    def _learn(self, cube: Cube) -> None:
        origins = learning_origins(cube)
        observed = cube.records[:, origins]
        hit = observed > 0
        half_lives = HALF_LIVES_WEEKS if self.half_life_weeks is None else (self.half_life_weeks,)
        level = learn_level(cube)
        self.level_half_life_weeks_ = level
        levels = {
            half_life: _levels(cube, decay_weights(len(cube.weeks), origins, half_life), half_life, origins, level)
            for half_life in (half_lives if origins.size else ())
        }
        half_life, shapes = half_lives[len(half_lives) // 2], Shapes(1.0, 1.0, 0.35)
        grids: dict[str, tuple[float, ...]] = {
            "half_life": half_lives,
            "related": RELATED_SHARES if cube.related else (),
            "around": AROUND_SHARES if cube.related else (),
        }
        best = float("-inf")
        for name in ("half_life", *Shapes._fields) * _SWEEPS if origins.size else ():
            for value in grids.get(name, SHAPES):
                tried = (value, shapes) if name == "half_life" else (half_life, shapes._replace(**{name: value}))
                rate = np.sum(_parts(levels[tried[0]], tried[1]), axis=0)
                likelihood = float(observed[hit] @ np.log(rate[hit]) - rate.sum())
                if likelihood > best:
                    best, (half_life, shapes) = likelihood, tried
        self.half_life_weeks_ = half_life
        self.cell_shape_, self.ring_shape_, self.wider_shape_, self.related_share_, self.around_share_ = shapes

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        weights = decay_weights(len(cube.weeks), origins, self.half_life_weeks_)
        recent, _ = split_by_age(weights, origins)
        level = self.level_half_life_weeks_
        levels = _levels(cube, weights, self.half_life_weeks_, origins, level)
        shapes = Shapes(self.cell_shape_, self.ring_shape_, self.wider_shape_, self.related_share_, self.around_share_)
        own, ring, wider, area, related = _parts(levels, shapes)
        mass = cube.records @ weights
        late = np.divide(cube.records @ recent, mass, out=np.zeros_like(mass), where=mass > 0)
        return [
            Component(RECENCY, own * late, {"weeks": RECENT_WEEKS}),
            Component(LONG_RUN, own * (1 - late), {"weeks": RECENT_WEEKS}),
            Component(NEAR_REPEAT, ring, {"rings": 1}),
            Component(SURROUNDINGS, wider, {"rings": _UP_RINGS}),
            Component(RELATED_HEADS, related),
            Component(AREA_MEAN, area),
        ]


def _levels(cube: Cube, weights: Floats, half_life: float, origins: Integers, level: float) -> Levels:
    """Sums of every level at each origin; ``weights`` add up to 1 and are given their weeks back here."""
    left = 0.5 ** (np.arange(len(cube.weeks)) / half_life)
    weeks = np.concatenate([[0.0], np.cumsum(left)])[origins]
    own = (cube.records @ weights) * weeks
    ring = cube.area.ring(1)
    neighbours = np.diff(ring.indptr)[:, None]
    group, size = _nest(cube.area)
    none = np.zeros_like(own)
    related, related_ring = _related(cube, weights) if cube.related else (none, none)
    return Levels(
        own=own,
        ring=(ring @ own) * neighbours,
        wider=np.maximum(_sums(own, group) - own, 0),
        weeks=np.broadcast_to(weeks, own.shape),
        ring_weeks=neighbours * weeks,
        wider_weeks=(size - 1)[:, None] * weeks,
        area=np.broadcast_to(area_mean(cube, weights), own.shape),
        related=related,
        related_ring=related_ring,
        total=total_at(cube, origins, level),
    )


def _related(cube: Cube, weights: Floats) -> tuple[Floats, Floats]:
    """The area's mean shared out as the related heads' mass is, by cell and by first ring, each of shape (c, o)."""
    mean = area_mean(cube, weights)
    mass = np.sum([other.records for other in cube.related.values()], axis=0) @ weights
    # A trace everywhere, as of the head itself: see area_mean.
    mass = mass + 0.5 / mass.shape[0] / len(cube.weeks)
    ring = cube.area.ring(1)
    near = np.where(np.diff(ring.indptr)[:, None] > 0, ring @ mass, mass)
    return mass / mass.mean(axis=0) * mean, near / near.mean(axis=0) * mean


def _parts(levels: Levels, shapes: Shapes) -> tuple[Floats, ...]:
    """Parts of the rate that come from the cell, its ring, the wider place, the area and related heads, each (c, o)."""
    wider, area = _shrink(levels.wider, levels.wider_weeks, levels.area, shapes.wider)
    second = wider + area
    ring, above = _shrink(levels.ring, levels.ring_weeks, second, shapes.ring)
    first = ring + above
    others = shapes.related * ((1 - shapes.around) * levels.related + shapes.around * levels.related_ring)
    mixed = (1 - shapes.related) * first + others
    own, prior = _shrink(levels.own, levels.weeks, mixed, shapes.cell)
    from_place = prior * (mixed - others) / mixed
    total = own + prior
    level = levels.total / total.sum(axis=0)
    from_above = from_place * above / first
    return (
        level * own,
        level * from_place * ring / first,
        level * from_above * wider / second,
        level * from_above * area / second,
        level * prior * others / mixed,
    )


def _shrink(mass: Floats, weeks: Floats, prior: Floats, shape: float) -> tuple[Floats, Floats]:
    """The posterior mean ``prior (mass + shape) / (prior weeks + shape)``, as data's part and prior's part."""
    below = prior * weeks + shape
    return prior * mass / below, prior * shape / below


def _nest(area: StudyArea) -> tuple[Integers, Integers]:
    """For each cell the number of its parent cell, int64, and how many cells of the area share it, shape (c,)."""
    resolution = h3_cells.resolution(int(area.cells[0]))
    _, group, size = np.unique(
        h3_cells.parents(area.cells, max(resolution - _UP, 0)), return_inverse=True, return_counts=True
    )
    group = group.reshape(-1).astype(np.int64)
    return group, size[group].astype(np.int64)


def _sums(values: Floats, group: Integers) -> Floats:
    """Sum of the values over each cell's group, shape as ``values``."""
    total = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(total, group, values)
    return total[group]
