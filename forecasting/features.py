"""What is known of a cell by the start of a week, as numbers that a learner can weigh: mass of places and weeks only.

Every number is a log ratio of what was counted to what a wider place or a longer span leads one to expect, with a prior
count on both sides, so that it is near nought where little is known and means the same in a busy city and a quiet
district. Nothing names a cell: no position, no street, nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecasting.cube import Cube
from forecasting.forecasters.base import RECENT_WEEKS, decay_weights
from forecasting.forecasters.kernel_mixture import FLAT, RING, WIDER, smoother, weekly
from forecasting.model import Floats, Integers

#: Half-lives in weeks of the head's own records: the last weeks, the season, the half-year, all.
OWN_HALF_LIVES = (3.0, 13.0, 26.0, FLAT)
HEADS_HALF_LIFE = 52.0
#: Cells over which a place counts: itself, its first ring, and the wider place in effect.
_RING_CELLS, _WIDER_CELLS = 6.0, 40.0


@dataclass(frozen=True)
class Place:
    """Decayed mean records a week of one head: of the cell, of its first ring and of the wider place, each (c, o)."""

    cell: Floats
    ring: Floats
    wider: Floats
    mean: Floats
    weeks: Floats

    @classmethod
    def of(cls, cube: Cube, origins: Integers, half_life_weeks: float) -> Self:
        """Means at each origin, from the weeks before it; ``mean`` and ``weeks`` have shape (o,)."""
        cell = weekly(cube) @ decay_weights(len(cube.weeks), origins, half_life_weeks)
        # The sum of the weights that the mean divides by: how many weeks it is worth.
        weeks = (1 - 0.5 ** (origins / half_life_weeks)) / (1 - 0.5 ** (1 / half_life_weeks))
        ring, wider = smoother(cube.area, RING) @ cell, smoother(cube.area, WIDER) @ cell
        return cls(cell, ring, wider, cell.mean(axis=0), weeks)


@dataclass(frozen=True)
class Inputs:
    """What features are made of.

    Attributes
    ----------
    own : mapping of half-life to Place
        The head's own records.
    recent : mapping of half-life to ndarray of shape (c, o)
        What the last weeks add to the cell's own mean.
    heads : sequence of Place
        Records of every head that counts; the head itself among them, at number ``itself``, unless that is None.
    base : ndarray, shape (c, o)
        The map that is to be corrected, in shares of the area's total.
    around : ndarray, shape (c,)
        How many of the 18 cells within two rings belong to the area: fewer at a shore and at the edge of the city.
    """

    own: Mapping[float, Place]
    recent: Mapping[float, Floats]
    heads: Sequence[Place]
    itself: int | None
    base: Floats
    around: Floats

    @classmethod
    def of(cls, cubes: Sequence[Cube], itself: int, origins: Integers, base: Floats) -> Self:
        """Gather them for one of the heads from the cubes of all."""
        return cls.beside(cubes[itself], places(cubes, origins), itself, origins, base)

    @classmethod
    def beside(cls, cube: Cube, heads: Sequence[Place], itself: int | None, origins: Integers, base: Floats) -> Self:
        """Gather them for a head from its own cube and from what was made of all heads' before (``places``)."""
        age = origins[None, :] - 1 - np.arange(len(cube.weeks))[:, None]
        recent = {
            half_life: weekly(cube)
            @ np.where(age < RECENT_WEEKS, decay_weights(len(cube.weeks), origins, half_life), 0.0)
            for half_life in (*OWN_HALF_LIVES, HEADS_HALF_LIFE)
        }
        own = {half_life: Place.of(cube, origins, half_life) for half_life in OWN_HALF_LIVES}
        around = np.diff(cube.area.ring(1).indptr) + np.diff(cube.area.ring(2).indptr).astype(float)
        return cls(own, recent, heads, itself, base, around)

    def without_recent(self, base: Floats) -> Self:
        """The same without the cell's own records of the last weeks."""
        return self._changed(lambda key, place: {"cell": np.maximum(place.cell - self.recent[key], 0)}, base)

    def without(self, what: str, base: Floats) -> Self:
        """The same without the head's own records in the ``cell``, the ``ring`` or the ``wider`` place."""
        return self._changed(lambda _, place: {what: 0 * getattr(place, what)}, base)

    def without_others(self, base: Floats) -> Self:
        """The same without the records of the other heads."""
        heads = [
            place
            if number == self.itself
            else replace(place, cell=0 * place.cell, ring=0 * place.ring, wider=0 * place.wider)
            for number, place in enumerate(self.heads)
        ]
        return replace(self, heads=heads, base=base)

    def _changed(self, change: Callable[[float, Place], dict[str, Floats]], base: Floats) -> Self:
        own = {half_life: replace(place, **change(half_life, place)) for half_life, place in self.own.items()}
        heads = list(self.heads)
        if self.itself is not None:
            heads[self.itself] = replace(heads[self.itself], **change(HEADS_HALF_LIFE, heads[self.itself]))
        return replace(self, own=own, heads=heads, base=base)


def places(cubes: Sequence[Cube], origins: Integers) -> list[Place]:
    """Records of each head, as features need them of every head beside another."""
    return [Place.of(cube, origins, HEADS_HALF_LIFE) for cube in cubes]


def features(inputs: Inputs) -> NDArray[np.float32]:
    """Features of every cell and origin, shape (c, o, f).

    The map that is to be corrected, the count, what each place has beside the next wider one, the same of late beside
    the long run, each head's records beside what is usual, those of all heads together, and how much of the place
    about the cell belongs to the area.
    """
    cells = inputs.base.shape[0]
    long = inputs.own[FLAT]
    half = 0.5 / np.maximum(long.weeks, 1.0)
    mean = long.mean
    made = [
        np.log(inputs.base * cells),
        np.log1p(long.cell * long.weeks),
        _ratio(long.wider, mean, 0.02 * mean + half / _WIDER_CELLS),
        _ratio(long.ring, long.wider, half / _RING_CELLS),
        _ratio(long.cell, 0.7 * long.ring + 0.3 * long.wider, half),
    ]
    expected = 0.5 * long.cell + 0.3 * long.ring + 0.2 * long.wider + 0.02 * mean
    about = 0.6 * long.ring + 0.4 * long.wider
    tiny = np.finfo(float).tiny
    for half_life in OWN_HALF_LIVES[:-1]:
        late = inputs.own[half_life]
        # The area as a whole may have more or less than before: that is the level's business.
        trend = (late.mean + tiny) / (long.mean + tiny) * late.weeks
        made.append(_ratio(late.cell * late.weeks, expected * trend, 0.5))
        made.append(_ratio(late.ring * late.weeks, about * trend, 0.5 / _RING_CELLS))
        made.append(_ratio(late.wider * late.weeks, long.wider * trend, 1.0 / _WIDER_CELLS))
    for place in inputs.heads:
        prior = 0.5 / np.maximum(place.weeks, 1)
        made.append(_ratio(place.cell, place.mean, prior))
        made.append(_ratio(place.ring, place.mean, prior * 0.6))
        made.append(_ratio(place.wider, place.mean, 0.05 * place.mean + prior / _WIDER_CELLS))
    usual = np.sum([place.mean for place in inputs.heads], axis=0)
    for where in ("cell", "ring", "wider"):
        made.append(_ratio(np.sum([getattr(place, where) for place in inputs.heads], axis=0), usual, half))
    made.append(np.log((inputs.around + 1) / 19)[:, None])
    return np.stack([np.broadcast_to(column, inputs.base.shape).astype(np.float32) for column in made], axis=-1)


def _ratio(counted: Floats, expected: Floats, prior: Floats | float) -> Floats:
    return np.log((counted + prior) / (expected + prior))
