"""Self-exciting process: a background of places, and records that raise the risk near them for a while."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import sparse

from forecasting.cube import Cube, StudyArea
from forecasting.forecasters.base import (
    RECENT_WEEKS,
    AdditiveForecaster,
    area_mean,
    learning_origins,
    mean_component,
    mixture_shares,
    sum_of,
    window_weights,
)
from forecasting.level import learn_level, total_at
from forecasting.model import LONG_RUN, NEAR_REPEAT, RECENCY, SURROUNDINGS, Component, Floats, Integers

#: Ages in weeks, half-open, within which the triggering kernel is constant.
AGE_BANDS = ((0, 1), (1, 3), (3, 8), (8, 26))
#: Width of the widest kernel, in distances between neighbouring cells, and its cut in widths.
WIDE, CUT = 3.0, 2.0
_EM_ROUNDS = 500


class Piece(NamedTuple):
    """One step of the two kernels: ages ``from_week <= age < to_week``, at one of the distances."""

    from_week: int
    to_week: int
    distance: int


class SelfExciting(AdditiveForecaster):
    """Background plus triggering, both kernels estimated by expectation-maximisation, for each head anew.

    The intensity of Mohler, Short, Brantingham, Schoenberg and Tita (2011), "Self-exciting point process
    modeling of crime", Journal of the American Statistical Association 106, ``mu(s) + sum_{t_k < t}
    g(s - s_k, t - t_k)``, on cells and weeks::

        rate_it = sum_d p_d B_d(i, t) + sum_{d, a} g_da T_da(i, t) + b * area mean,   p + g + b = 1

    ``B_d`` is the mean weekly mass of the last two years and ``T_da`` that of the age band ``a`` (the last week,
    2-3, 4-8, 9-26 weeks), each of the cell itself (``d = 0``), of its first and its second ring, and of a
    Gaussian three cells wide. The steps ``p``, ``g``, ``b`` maximise the likelihood of the last weeks of the
    training part by the stochastic declustering of Marsan and Lengline (2008), Science 319: each record is
    shared among the pieces that could have raised it, and a piece grows with its shares (``mixture_shares``).
    Nothing is assumed of the kernels' form. The sum of ``g`` is the branching ratio, below 1, so that the
    process does not explode. Records trigger by their mass, so half a record triggers half. Rates are scaled to add
    up to the level of the area, which is learned apart (``forecasting.level``): a season is no cascade.

    Parameters
    ----------
    background_weeks : int
        Weeks of the background.
    """

    name = "self_exciting"

    branching_ratio_: float

    def __init__(self, background_weeks: int = 104) -> None:
        self.background_weeks = background_weeks

    def _learn(self, cube: Cube) -> None:
        origins = learning_origins(cube)
        self.level_half_life_weeks_ = learn_level(cube)
        self.pieces_ = tuple(
            Piece(start, end, distance)
            for start, end in (*AGE_BANDS, (0, self.background_weeks))
            for distance in range(4)
        )
        shares = np.full(len(self.pieces_) + 1, 1 / (len(self.pieces_) + 1))
        if origins.size:
            features = self._features(cube, origins)
            features.append(self._mean(cube, origins))
            observed = cube.records[:, origins]
            hit = observed > 0
            totals = np.array([feature.sum() for feature in features])
            at_hits = np.stack([feature[hit] for feature in features], axis=1)
            shares = mixture_shares(at_hits, observed[hit], totals, rounds=_EM_ROUNDS)
            # A half of one record in all keeps the area's share from zero.
            shares[-1] += 0.5 / totals[-1]
            shares /= shares.sum()
        self.shares_ = tuple(float(share) for share in shares[:-1])
        self.shrinkage_ = float(shares[-1])
        triggering = [share for piece, share in self._shared() if not self._is_background(piece)]
        self.branching_ratio_ = float(sum(triggering))
        self.kernel_ = {f"{p.from_week}-{p.to_week} weeks, distance {p.distance}": share for p, share in self._shared()}

    def _shared(self) -> list[tuple[Piece, float]]:
        return list(zip(self.pieces_, self.shares_, strict=True))

    def _is_background(self, piece: Piece) -> bool:
        return (piece.from_week, piece.to_week) == (0, self.background_weeks)

    def _mean(self, cube: Cube, origins: Integers) -> Floats:
        weights = window_weights(len(cube.weeks), origins, self.background_weeks)
        return np.broadcast_to(area_mean(cube, weights), (len(cube.area), origins.size))

    def _features(self, cube: Cube, origins: Integers) -> list[Floats]:
        near = _near(cube.area)
        features = []
        for start, end in (*AGE_BANDS, (0, self.background_weeks)):
            own = cube.records @ band_weights(len(cube.weeks), origins, start, end)
            features.extend([own, *(kernel @ own for kernel in near)])
        return features

    def _components(self, cube: Cube, origins: Integers) -> list[Component]:
        length = len(cube.weeks)
        recent, older, around, wide = (np.zeros((len(cube.area), origins.size)) for _ in range(4))
        near = _near(cube.area)
        for start, end in dict.fromkeys(piece[:2] for piece in self.pieces_):
            share = {piece.distance: each for piece, each in self._shared() if piece[:2] == (start, end)}
            weights = band_weights(length, origins, start, end)
            age = origins[None, :] - 1 - np.arange(length)[:, None]
            own = cube.records @ weights
            late = cube.records @ np.where(age < RECENT_WEEKS, weights, 0.0)
            recent += share[0] * late
            older += share[0] * (own - late)
            added = sum(share[place + 1] * (kernel @ own) for place, kernel in enumerate(near))
            if self._is_background(Piece(start, end, 0)):
                wide += added
            else:
                around += added
        rings = {"rings": float(WIDE)}
        parts = [
            Component(RECENCY, recent, {"weeks": RECENT_WEEKS}),
            Component(LONG_RUN, np.maximum(older, 0), {"weeks": RECENT_WEEKS}),
            Component(NEAR_REPEAT, around, rings),
            Component(SURROUNDINGS, wide, rings),
            mean_component(self.shrinkage_ * self._mean(cube, origins)[0], len(cube.area)),
        ]
        scale = total_at(cube, origins, self.level_half_life_weeks_) / sum_of(parts).sum(axis=0)
        return [replace(part, rate=part.rate * scale) for part in parts]


def band_weights(length: int, origins: Integers, start: int, end: int) -> Floats:
    """Equal weights over the ages of a band before each origin, shape (w, o), columns summing to 1.

    Where the data do not reach back to the band, its place is taken by all weeks that there are.
    """
    age = origins[None, :] - 1 - np.arange(length)[:, None]
    inside = (age >= start) & (age < end)
    inside = np.where(inside.any(axis=0), inside, age >= 0)
    return inside / np.maximum(inside.sum(axis=0), 1)


def _near(area: StudyArea) -> tuple[sparse.csr_array, ...]:
    """Means over the first ring, the second, and a Gaussian about the cell without itself."""
    return area.ring(1), area.ring(2), area.blur(WIDE, CUT * WIDE)
