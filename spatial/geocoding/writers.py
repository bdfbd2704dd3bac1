"""A corpus tells its writers' habits: their steps and the points of their compass, and by its pins whether by road.

No truth is needed for steps and points.  Whoever rounds to half kilometres writes as many halves as wholes; who knows
four points never writes "north-east".  Whether distances were measured by road shows only where the place is known
(:mod:`spatial.geocoding.pinned`), or in areas that somebody drew (:mod:`spatial.geocoding.roads`).

A station has a few writers, each with one way of writing, so stations differ more than texts do.  Everything is
learned twice: the whole corpus with what is believed of the country behind it, then each station with the corpus
behind it.  How much the corpus counts beside a station's own texts is not guessed: each half of a station's texts is
foretold from its other half, and what foretells best is taken (empirical Bayes).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses import Bearing
from spatial.geocoding import keeping, pinned, roads
from spatial.geocoding.gazetteer import LearnedFrom, StationArea
from spatial.geocoding.habits import BELIEVED, Habits, Steps
from spatial.geocoding.pinned import Pinned, learn_own_ways, learn_ways

Array = NDArray[np.float64]

STRENGTH: Final = 25.0
"""How many texts the beliefs that one begins with are worth."""
STRENGTHS: Final = (5.0, 15.0, 50.0, 150.0, 500.0, 5_000.0)
"""What the corpus may be worth beside a station's own texts; the last says that stations do not differ."""
AREAS_STRENGTH: Final = 20.0
"""How many pins it is worth what drawn areas show of roads."""
FEWEST: Final = 10
"""Of fewer texts nothing is learned."""
_TURNS: Final = 60


@dataclass(frozen=True, slots=True)
class Learned:
    """Habits with the number of texts and of pins from which they were learned, and the leak of the station's area."""

    habits: Habits
    texts: int
    pins: int = 0
    leak: float | None = None
    is_own: bool = True

    def read_by(self, station: StationArea) -> StationArea:
        """Give a station whose texts are read as its writers write."""
        source = LearnedFrom(self.texts, self.pins, self.is_own) if self.texts or self.pins else None
        return replace(station, habits=self.habits, leak=self.leak, learned_from=source)


@dataclass(frozen=True, slots=True)
class Writers:
    """The habits of a corpus, and of each of its stations with texts enough."""

    whole: Learned
    stations: Mapping[str, Learned]

    def of(self, station: str) -> Learned:
        """Give the habits of a station's writers: those of the whole corpus where its own texts are too few."""
        return self.stations.get(station) or replace(self.whole, is_own=False)


def learn(said: Iterable[Bearing], prior: Habits = BELIEVED, strength: float = STRENGTH) -> Habits:
    """Give the habits of those who wrote some distances and directions, by expectation and maximisation.

    A writer who rounds to steps of ``s`` writes each multiple with a chance in proportion to ``s``, and one who knows
    sectors of ``w`` degrees each of his points in proportion to ``w``; the shares are what makes the corpus likeliest,
    with the prior counted as so many texts.

    Parameters
    ----------
    said : iterable of spatial.addresses.Bearing
        Of one station, one district or one delivery, whoever is thought to share habits.
    prior : Habits
    strength : float
        Texts that the prior is worth, above 0.

    Returns
    -------
    Habits
        The prior itself where there are fewer than ten texts.
    """
    known = list(said)
    if len(known) < FEWEST:
        return prior
    traits = [trait.counted([known]) for trait in _traits(prior)]
    return _with_shares(prior, [trait.likeliest(strength)[0] for trait in traits])


def learn_stations(
    texts: Mapping[str, Sequence[Bearing]],
    pins: Mapping[str, Sequence[Pinned]] | None = None,
    prior: Habits = BELIEVED,
    areas: Mapping[str, StationArea] | None = None,
) -> Writers:
    """Give the habits of a corpus and of each of its stations.

    Parameters
    ----------
    texts : mapping of str to sequence of spatial.addresses.Bearing
        What each station's records say, by its code.
    pins : mapping of str to sequence of Pinned, optional
        What those of them say whose place is known: an officer has pinned it, or the text names it.
    prior : Habits
        What is believed of writers anywhere.
    areas : mapping of str to StationArea, optional
        The stations, where it is to be learned how far their records keep to derived areas.
    """
    pins = pins or {}
    whole = learn((one for said in texts.values() for one in said), prior)
    if areas:
        whole = replace(whole, road=roads.learn_road(areas, texts, whole))
    shown = pinned.STRENGTH if whole.road == prior.road else AREAS_STRENGTH
    whole = learn_ways(whole, (pin for found in pins.values() for pin in found), shown)
    codes = [code for code, said in texts.items() if len(said) >= FEWEST or len(pins.get(code, ())) >= FEWEST]
    # Of fewer texts than a few habits are not learned; but each says something of the area that it leads into.
    leaks = keeping.learn_leaks(areas, texts, whole) if areas else {}
    everyone = Learned(whole, sum(map(len, texts.values())), sum(map(_sure, pins.values())))
    found = {code: replace(everyone, leak=leak, is_own=False) for code, leak in leaks.items()}
    if codes:
        known = [list(texts[code]) for code in codes]
        shares = [_shrunk(trait, known) for trait in _traits(whole)]
        by_road = learn_own_ways(whole, {code: pins.get(code, ()) for code in codes})
        for number, code in enumerate(codes):
            own = _with_shares(whole, [part[number] for part in shares])
            own = replace(own, road=by_road.get(code, whole.road))
            found[code] = Learned(own, len(known[number]), _sure(pins.get(code, ())), leaks.get(code))
    return Writers(everyone, found)


def _sure(pins: Sequence[Pinned]) -> int:
    return sum(pin.is_sure for pin in pins)


@dataclass(frozen=True, eq=False)
class _Trait:
    """One thing in which writers differ: V things that may be written, K ways of writing, S stations.

    Parameters
    ----------
    prior : ndarray, shape (K,)
    of : callable
        Gives what a bearing shows of it, None for nothing.
    likely : callable
        Gives the likelihood of what was shown under each way, shape (K,).
    """

    prior: Array
    of: Callable[[Bearing], float | None]
    likely: Callable[[float], list[float]]
    matrix: Array | None = None
    counts: Array | None = None

    def counted(self, corpora: Sequence[Sequence[Bearing]]) -> _Trait:
        """Give it with the likelihood of each thing that was written, (V, K), and how often each wrote it, (S, V)."""
        seen = [Counter(shown for one in said if (shown := self.of(one)) is not None) for said in corpora]
        values = sorted(value for value in set().union(*seen) if any(self.likely(value)))
        matrix = np.array([self.likely(value) for value in values]).reshape(len(values), len(self.prior))
        counts = np.array([[found[value] for value in values] for found in seen], dtype=np.float64)
        return replace(self, matrix=matrix, counts=counts.reshape(len(corpora), len(values)))

    def likeliest(self, strength: float, counts: Array | None = None) -> Array:
        """Give the shares of the ways of writing that make what was written likeliest, shape (S, K)."""
        if self.matrix is None or self.counts is None:
            raise ValueError("Nothing was counted yet.")
        counts = self.counts if counts is None else counts
        shares = np.tile(self.prior, (len(counts), 1))
        for _ in range(_TURNS):
            held = shares * ((counts / np.maximum(shares @ self.matrix.T, 1e-12)) @ self.matrix)
            found = strength * self.prior + held
            shares = found / found.sum(axis=1, keepdims=True)
        return shares


def _shrunk(trait: _Trait, corpora: Sequence[Sequence[Bearing]]) -> Array:
    """Give each station's shares, with the corpus's behind them as far as stations are alike; shape (S, K)."""
    # Mixed first: who writes in turns would else have the one half in one way and the other in another.
    chance = np.random.default_rng(0)
    mixed = [[said[one] for one in chance.permutation(len(said)).tolist()] for said in corpora]
    first, second = (trait.counted([said[start::2] for said in mixed]) for start in (0, 1))
    both = trait.counted(corpora)
    best, strength = -math.inf, STRENGTHS[-1]
    for tried in reversed(STRENGTHS):
        told = _foretold(first, second, tried) + _foretold(second, first, tried)
        # A thinner prior must earn its place: where nothing differs, stations are as the corpus.
        if told > best + 2.0:
            best, strength = told, tried
    return both.likeliest(strength)


def _foretold(known: _Trait, other: _Trait, strength: float) -> float:
    """Give the log-likelihood of some texts by what was learned from others of the same stations."""
    shares = known.likeliest(strength)
    if other.matrix is None or other.counts is None:
        return 0.0
    return float((other.counts * np.log(np.maximum(shares @ other.matrix.T, 1e-12))).sum())


def _traits(habits: Habits) -> list[_Trait]:
    """Give the steps of each band of distances, the points of the compass, and who writes "next to nothing"."""
    bands = [
        _steps_of(habits.near, 500.0, 0.0, 5.0),
        _steps_of(habits.middle, 500.0, 5.0, 10.0),
        _steps_of(habits.far, 500.0, 10.0, 20.0),
        _steps_of(habits.farthest, 500.0, 20.0, math.inf),
        _steps_of(habits.metres, 0.0, 0.0, math.inf),
    ]
    eight = 1.0 - habits.four - habits.sixteen
    zero = np.array([share for _, share in habits.zero])
    steps = [step for step, _ in habits.zero]
    return [
        *bands,
        _Trait(np.array([habits.four, eight, habits.sixteen]), _point, _points),
        _Trait(zero, _nothing, lambda said: [*(0.0 if said else step for step in steps[:-1]), steps[-1] * said]),
    ]


def _nothing(one: Bearing) -> float | None:
    """Give how next to nothing was written: 0 for "0 km", 1 for "0/1 km"."""
    if one.distance_m > 0.0:
        return None
    return 0.0 if one.low_m is None else 1.0


def _steps_of(steps: Steps, unit_m: float, low: float, high: float) -> _Trait:
    """Give the trait of one band of distances, above ``low`` up to ``high`` of its units."""

    def shown(one: Bearing) -> float | None:
        if one.low_m is not None or (one.unit_m >= 500.0) != (unit_m > 0.0) or 100.0 <= one.unit_m < 500.0:
            return None  # a range has no step, and a furlong's is its own
        value = one.distance_m / one.unit_m / (1.0 if unit_m else 100.0)
        return round(value, 4) if low < value <= high else None

    shares = np.array([share for _, share in steps])
    return _Trait(
        shares / shares.sum(), shown, lambda value: [step if _fits(value, step) else 0.0 for step, _ in steps]
    )


def _point(one: Bearing) -> float | None:
    """Give the widest sector whose middle a direction is."""
    if one.direction_deg is None:
        return None
    return next((wide for wide in (90.0, 45.0, 22.5) if _fits(one.direction_deg, wide)), None)


def _points(widest: float) -> list[float]:
    """Give in proportion to the sector that each kind of writer would have called so: four points, eight, sixteen."""
    return [4.0 if widest >= 90.0 else 0.0, 2.0 if widest >= 45.0 else 0.0, 1.0]


def _with_shares(habits: Habits, shares: Sequence[Array]) -> Habits:
    found = [_hundredths(part).tolist() for part in shares]
    olds = (habits.near, habits.middle, habits.far, habits.farthest, habits.metres)
    near, middle, far, farthest, metres = (_steps(old, new) for old, new in zip(olds, found[:5], strict=True))
    four, _, sixteen = found[5]
    return replace(
        habits, near=near, middle=middle, far=far, farthest=farthest, metres=metres, four=four, sixteen=sixteen,
        zero=_zero(habits, near, found[6]),
    )  # fmt: skip


def _steps(steps: Steps, shares: Sequence[float]) -> Steps:
    return tuple((step, share) for (step, _), share in zip(steps, shares, strict=True))


def _zero(habits: Habits, near: Steps, shares: Sequence[float]) -> Steps:
    """Give who writes "0 km": whoever rounds near distances to a step writes so what lies within half of it."""
    before, after = dict(habits.near), dict(near)
    plain = [
        share * after.get(step, 1.0) / max(before.get(step, 1.0), 1e-3)
        for (step, _), share in zip(habits.zero[:-1], shares[:-1], strict=True)
    ]
    rest = 1.0 - shares[-1]
    scaled = [rest * part / max(sum(plain), 1e-9) for part in plain]
    return _steps(habits.zero, [*(round(part, 3) for part in scaled), shares[-1]])


def _hundredths(shares: Array) -> Array:
    # More would be noise, and equal habits share what is worked out for them.
    rounded = np.maximum(np.round(shares, 2), 0.001)
    return np.asarray(np.round(rounded / rounded.sum(), 4))


def _fits(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6
