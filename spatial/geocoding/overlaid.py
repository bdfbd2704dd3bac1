"""A name beside a distance and direction, on the points of both: what each leaves of the other, and of itself.

Where a name is wider than what the words mean, the two agree at the points of the words' stencil; where it is narrower,
at points of its own.  Where they are at odds, the words alone stay on the stencil's points and the name alone on its
own, each with the weight that :mod:`spatial.geocoding.combine` gives it, and all of them are cells of one fix.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells
from spatial.geocoding.combine import FEWEST_SHARE, SLIVER
from spatial.geocoding.disks import CORE, Round, deviations_m
from spatial.geocoding.frame import Frame
from spatial.geocoding.layers import TAIL, Bearing, Jurisdiction
from spatial.geocoding.named import agreement
from spatial.geocoding.region import Region, steps, turns
from spatial.geocoding.stencil import (
    FARTHEST_M,
    TOGETHER,
    Points,
    Stencil,
    is_inside,
    laid_within,
    points_of,
    regions_of,
)

Array = NDArray[np.float64]

_MOST_APART: Final = 0.1
"""Where the name without the words holds more of the mass than this, it needs points of its own."""
_LEAST: Final = 1e-6
"""Of the mass: points with less are left out."""
_POINTS: Final = 320
"""Of each of a name's two distributions."""
_WIDTH: Final = 4.0 * math.pi
"""Square metres over which a normal distribution is spread, in squared standard deviations."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A named place beside a distance and direction from a house, within the area that bounds it, if any.

    Parameters
    ----------
    words : spatial.geocoding.layers.Bearing
        Reaching at most :data:`spatial.geocoding.stencil.FARTHEST_M`.
    bound : Jurisdiction or None
    about : Round
        Without other candidates.
    holds, trust : float
        The chances that the name and that the words are right.
    plausible_m2 : float
        Square metres in which the place lies if nothing else is known.
    """

    words: Bearing
    bound: Jurisdiction | None
    about: Round
    holds: float
    trust: float
    plausible_m2: float


def lay_beside(asked: Sequence[Beside]) -> list[tuple[Region, str] | None]:
    """Give the regions of names beside words, many in one go; each as it would be alone, to the last bit.

    Parameters
    ----------
    asked : sequence of Beside

    Returns
    -------
    list of (Region, str) or None
        The region, with the code of the reason that says how name and words agree; None where the two lie so far from
        one another that the earth is not flat between them, or where there is no fix.
    """
    found: list[tuple[Region, str] | None] = []
    for first in range(0, len(asked), TOGETHER):
        here = asked[first : first + TOGETHER]
        laid = [_laid(one) for one in here]
        regions = regions_of([one.words for one in here], [one[0] if one is not None else None for one in laid])
        for one, region in zip(laid, regions, strict=True):
            found.append((region, one[1]) if one is not None and region is not None else None)
    return found


def _laid(one: Beside) -> tuple[Points, str] | None:
    """Give the points of a name and words, and how the two agree."""
    within = laid_within(one.words, one.bound)
    if within is None:
        return None
    drawn, weight, _ = within
    east, north = Frame(one.words.lat, one.words.lon).to_metres(np.array([one.about.lat]), np.array([one.about.lon]))
    squared = (drawn.east - east[0]) ** 2 + (drawn.north - north[0]) ** 2
    # Each of the name's two parts, as its chance per square metre at the stencil's points.
    parts = np.empty((2, len(squared)))
    spreads = deviations_m(one.about.fifty_m, one.about.ninety_m)
    for row, (share, spread) in enumerate(zip((CORE, 1.0 - CORE), spreads, strict=True)):
        variance = spread**2 + (0.5 * drawn.grain_m) ** 2
        parts[row] = share / (2.0 * math.pi * variance) * np.exp(squared * (-0.5 / variance))
    lead = weight * (parts[0] + parts[1]) * (one.holds * one.trust * one.plausible_m2)
    found = lead + (1.0 - one.holds) * one.trust * weight
    whole, leading = float(found.sum()), float(lead.sum())
    # The name without the words holds no more than this, wherever it is.
    alone = one.holds * (1.0 - one.trust)
    if leading < 0.5 * whole or alone > _MOST_APART * (whole + alone):
        return _at_odds(one, drawn, weight, parts, float(east[0]), float(north[0]))
    return points_of(drawn, np.where(found > _LEAST * whole, found, 0.0), lead), "bearing_agrees"


def _at_odds(
    one: Beside, drawn: Stencil, weight: Array, parts: Array, east: float, north: float
) -> tuple[Points, str] | None:
    """Give the same where the name alone needs points of its own; ``east`` and ``north`` are metres from the house."""
    spreads = np.array(deviations_m(one.about.fifty_m, one.about.ninety_m))
    if math.hypot(east, north) + TAIL * float(spreads.max()) > FARTHEST_M:
        return None
    x, y, hill = _hill()
    own_east, own_north = spreads[:, None] * x + east, spreads[:, None] * y + north
    shares = np.array([CORE, 1.0 - CORE])
    own = hill * shares[:, None]
    if one.bound is not None:
        own = np.where(is_inside(one.bound, one.words, own_east, own_north), own, one.bound.leak * own)
    # What each part and the words hold for each unit of their chance, where they are at odds and where they agree.
    agreed, agreed_own = weight * parts, np.zeros_like(own)
    is_narrow = _WIDTH * spreads**2 < one.words.least_m2
    agreed[is_narrow] = 0.0
    if is_narrow.any():
        said = one.words.density(Frame(one.words.lat, one.words.lon), own_east[is_narrow], own_north[is_narrow])
        agreed_own[is_narrow] = own[is_narrow] * said
    agreed *= one.trust * one.plausible_m2
    agreed_own *= one.trust * one.plausible_m2
    own = agreed_own + own * (1.0 - one.trust)
    by_part, by_words = agreed.sum(axis=1) + own.sum(axis=1), one.trust * float(weight.sum())
    worth, rest = _chances(one.holds, shares, by_part, by_words)
    held = np.append(worth * by_part, rest * by_words)
    shares_of = held / held.sum()
    agreeing = float((worth * (agreed.sum(axis=1) + agreed_own.sum(axis=1))).sum() / held.sum())
    code = agreement(agreeing, shares_of[2])
    # Between two lumps there is nothing: the point is of the heaviest.
    leads = np.zeros(3)
    leads[int(held.argmax())] = 1.0
    on_stencil = np.stack([*(worth[:, None] * agreed), rest * one.trust * weight])
    on_own = worth[:, None] * own
    mass = np.concatenate([on_stencil.sum(axis=0), *on_own])
    lead = np.concatenate([leads @ on_stencil, *(leads[:2, None] * on_own)])
    kept = np.flatnonzero(mass > _LEAST * held.sum())
    at_east, at_north = np.concatenate([drawn.east, *own_east])[kept], np.concatenate([drawn.north, *own_north])[kept]
    own_m2 = (math.pi * (TAIL * spreads) ** 2 / len(hill)).tolist()
    ground = np.repeat([drawn.grain_m**2, *own_m2], np.array([len(weight), len(hill), len(hill)]))[kept]
    # Finer than the words need only where what is left of them needs no cells.
    level = drawn.resolution if on_stencil.sum() > SLIVER * held.sum() else cells.BASE_RESOLUTION
    return Points(at_east, at_north, mass[kept], lead[kept], ground, level), code


def _chances(holds: float, shares: Array, by_part: Array, by_words: float) -> tuple[Array, float]:
    """Give the chances of a name's two parts, shape (2,), 0 for what is not worth its cells, and of the words alone."""
    kept = np.ones(2, dtype=np.bool_)
    while True:
        chances, rest = np.where(kept, holds, 0.0), 1.0 - holds * float(shares[kept].sum())
        held = chances * by_part
        # What is dropped may have made the other look thin, so it is weighed anew.
        thin = kept & (held < FEWEST_SHARE * (held.sum() + rest * by_words))
        if not thin.any():
            return chances, rest
        kept &= ~thin


@lru_cache(maxsize=1)
def _hill() -> tuple[Array, Array, Array]:
    """Give even points of a round normal distribution in standard deviations, and the share of each; shapes (n,)."""
    apart, turn = TAIL * np.sqrt(steps(_POINTS)), 2.0 * math.pi * turns(_POINTS)
    share = np.exp(-0.5 * apart**2)
    return apart * np.sin(turn), apart * np.cos(turn), share / share.sum()
