"""A corpus tells its writers' habits: which steps they round to, and how many points their compass has.

No truth is needed for it. Whoever rounds to half kilometres writes as many halves as wholes; who knows four points
never writes "north-east". Whether distances were measured by road cannot be seen in texts and stays a belief.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from spatial.addresses import Bearing
from spatial.geocoding.habits import BELIEVED, Habits, Steps

STRENGTH: Final = 25.0
"""How many texts the beliefs that one begins with are worth."""
_TURNS: Final = 60
_FEWEST: Final = 10


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
    if len(known) < _FEWEST:
        return prior
    bands = [_shares(_values(known, low, high), steps, strength) for low, high, steps in _bands(prior)]
    found = replace(prior, near=bands[0], middle=bands[1], far=bands[2], farthest=bands[3])
    return _with_points(found, known, prior, strength)


def _bands(habits: Habits) -> list[tuple[float, float, Steps]]:
    """Give (above, up to, steps) of each band of distances, in written units."""
    return [
        (0.0, 5.0, habits.near),
        (5.0, 10.0, habits.middle),
        (10.0, 20.0, habits.far),
        (20.0, float("inf"), habits.farthest),
    ]


def _values(known: list[Bearing], low: float, high: float) -> Counter[float]:
    """Give how often each number of kilometres or miles of a band was written; a range has no step."""
    return Counter(
        round(one.distance_m / one.unit_m, 4)
        for one in known
        if one.unit_m >= 500.0 and one.low_m is None and low < one.distance_m / one.unit_m <= high
    )


def _shares(values: Counter[float], steps: Steps, strength: float) -> Steps:
    """Give the share of each step that makes the written values likeliest."""
    fitting = {value: [_fits(value, step) for step, _ in steps] for value in values}
    counted = {value: count for value, count in values.items() if any(fitting[value])}
    return _likeliest(
        [
            ([step * fits for (step, _), fits in zip(steps, fitting[value], strict=True)], count)
            for value, count in counted.items()
        ],
        steps,
        strength,
    )


def _likeliest(seen: Sequence[tuple[Sequence[float], int]], prior: Steps, strength: float) -> Steps:
    """Give the shares of a mixture from (likelihood under each part, how often) pairs."""
    shares = [share for _, share in prior]
    whole = sum(shares)
    for _ in range(_TURNS):
        found = [strength * share / whole for _, share in prior]
        for likely, count in seen:
            weights = [share * chance for share, chance in zip(shares, likely, strict=True)]
            total = sum(weights)
            if total > 0.0:
                found = [have + count * weight / total for have, weight in zip(found, weights, strict=True)]
        shares = [have / sum(found) for have in found]
    return tuple((step, share) for (step, _), share in zip(prior, shares, strict=True))


def _with_points(habits: Habits, known: list[Bearing], prior: Habits, strength: float) -> Habits:
    seen: Counter[tuple[float, float, float]] = Counter()
    for one in known:
        if one.direction_deg is not None:
            # Width of the sector that each kind of writer calls so: four points, eight, sixteen.
            seen[
                90.0 if _fits(one.direction_deg, 90.0) else 0.0,
                45.0 if _fits(one.direction_deg, 45.0) else 0.0,
                22.5 if _fits(one.direction_deg, 22.5) else 0.0,
            ] += 1
    eight = 1.0 - prior.four - prior.sixteen
    shares = _likeliest(list(seen.items()), ((4.0, prior.four), (8.0, eight), (16.0, prior.sixteen)), strength)
    return replace(habits, four=shares[0][1], sixteen=shares[2][1])


def _fits(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6
