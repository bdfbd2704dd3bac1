"""Distances whose place is known tell how they are measured: in a straight line, or by roads that are so much longer.

An officer has pinned the place, or the text itself names it (:mod:`spatial.geocoding.witnesses`).  The shares of the
ways of measuring are learned by expectation and maximisation, for the whole corpus first, then for each station with
the corpus behind it.  What the corpus is worth beside a station's own pins is what makes all stations' pins likeliest
(empirical Bayes, Robbins 1956): where each station has its own way, few pins show it; where all do as all do, none can.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses import Bearing
from spatial.geocoding.habits import Habits, by_way

Array = NDArray[np.float64]

STRENGTH: Final = 2.0
"""How many pins the belief about roads is worth: little, since a writer does nearly always the one or the other."""
STRENGTHS: Final = (2.0, 5.0, 15.0, 50.0, 500.0)
"""What the corpus may be worth beside a station's own pins; the last says that stations do not differ."""
_EARNED: Final = 4.0
"""Of log-likelihood: by so much must the pins be likelier before stations are told apart more."""
_WRONG: Final = 0.03
"""Share of pins that have nothing to do with the distance that was written."""
_ANY: Final = 0.1
"""The chance of any one distance to have been written where the place is not the right one: of some ten one."""
_LEAST: Final = 0.01
"""No way of measuring is believed to be rarer: pins could never show it, and of none by road no length is likeliest."""
_TURNS: Final = 60
_SHARES: Final = (np.arange(41) + 0.5) / 41
_STEPS: Final = (-1.465, -0.792, -0.366, 0.0, 0.366, 0.792, 1.465)
"""Of the normal distribution, for an equal share of it each."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A written distance whose place is known: ``straight_m`` metres from the station's house.

    Parameters
    ----------
    said : spatial.addresses.Bearing
    straight_m : float
    chance : float
        That the place is right: 1 for an officer's pin, less for a name that stands beside the distance.
    spread_m : float
        Standard deviation of ``straight_m``.
    """

    said: Bearing
    straight_m: float
    chance: float = 1.0
    spread_m: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether an officer set it."""
        return self.chance >= 1.0


def learn_ways(habits: Habits, pins: Iterable[Pinned], strength: float = STRENGTH) -> Habits:
    """Give habits whose share by road, and whose lengths of roads, are what a corpus's pins show.

    Parameters
    ----------
    habits : Habits
        The belief, and how distances are rounded.
    pins : iterable of Pinned
    strength : float
        How many pins the belief is worth, above 0.

    Returns
    -------
    Habits
        The same where no pin tells anything.
    """
    likely, wrong = _likely(pins, habits)
    if not len(likely):
        return habits
    lengths = np.array([share for _, _, share in habits.detours])
    belief = np.maximum([1.0 - habits.road, *(habits.road * lengths / lengths.sum())], _LEAST)
    shares = belief = belief / belief.sum()
    for _ in range(_TURNS):
        held = (shares * likely / (likely @ shares + wrong)[:, None]).sum(axis=0)
        shares = (strength * belief + held) / (strength + held.sum())
    found = shares[1:] / shares[1:].sum()
    detours = tuple(
        (low, high, round(float(one), 2)) for (low, high, _), one in zip(habits.detours, found, strict=True)
    )
    return replace(habits, road=round(float(1.0 - shares[0]), 2), detours=detours)


def learn_own_ways(corpus: Habits, pins: Mapping[str, Sequence[Pinned]]) -> dict[str, float]:
    """Give the share of distances by road for each station with pins, with the corpus's share behind it.

    Parameters
    ----------
    corpus : Habits
        With what the pins of all stations show.
    pins : mapping of str to sequence of Pinned
        By station.
    """
    road = np.array([share for _, _, share in corpus.detours])
    told: dict[str, Array] = {}
    for code, seen in pins.items():
        likely, wrong = _likely(seen, corpus)
        if len(likely):
            ways = likely[:, :1] * (1.0 - _SHARES) + (likely[:, 1:] @ (road / road.sum()))[:, None] * _SHARES
            told[code] = np.log(ways + wrong[:, None]).sum(axis=0)
    best, chosen = -math.inf, np.zeros(len(_SHARES))
    for strength in reversed(STRENGTHS):
        prior = _belief(corpus.road, strength)
        total = sum(_log_sum(found + prior) for found in told.values())
        if total > best + _EARNED:
            best, chosen = total, prior
    # As logarithms to the last: where many pins say what the corpus does not, no share has both as numbers above 0.
    weights = {code: np.exp(found + chosen - (found + chosen).max()) for code, found in told.items()}
    return {code: round(float((found * _SHARES).sum() / found.sum()), 2) for code, found in weights.items()}


def _belief(share: float, strength: float) -> Array:
    """Give the logarithm of each share's weight: a beta distribution of that mean, worth so many pins."""
    middle = min(max(share, 0.5 / len(_SHARES)), 1.0 - 0.5 / len(_SHARES))
    logs = (strength * middle - 1.0) * np.log(_SHARES) + (strength * (1.0 - middle) - 1.0) * np.log1p(-_SHARES)
    return np.asarray(logs - _log_sum(logs))


def _log_sum(logs: Array) -> float:
    top = float(logs.max())
    return top + math.log(float(np.exp(logs - top).sum()))


def _likely(pins: Iterable[Pinned], habits: Habits) -> tuple[Array, Array]:
    """Give the chance that each place was written so, by each way (n, 1 + d), and in spite of being elsewhere (n,)."""
    told = [pin for pin in pins if _tells(pin)]
    found = np.zeros((len(told), 1 + len(habits.detours)))
    for row, pin in enumerate(told):
        at = [pin.straight_m + pin.spread_m * step for step in (_STEPS if pin.spread_m > 0.0 else (0.0,))]
        ways = [by_way(pin.said.distance_m, pin.said.unit_m, max(1.0, metres), habits) for metres in at]
        found[row] = pin.chance * np.mean(ways, axis=0)
    # A place that is not the right one says nothing of the distance: any of some ten may have been written.
    return found, _WRONG + np.array([1.0 - pin.chance for pin in told]) * _ANY


def _tells(pin: Pinned) -> bool:
    # Next to the station the road is as long as the line, and a range has no step.
    return pin.said.low_m is None and pin.said.distance_m > 0.0 and pin.straight_m > 0.0
