"""How good each candidate is, measured by parts: what it shares with the text, with its surroundings and its rivals.

A candidate is a line of the index at its place, and last the *core*: the middle of the named town, for texts that
name nothing else. The measures of one candidate are one row; :mod:`spatial.geocoding.calibration` weighs them into the
chance that the true place is near.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.geocoding.context import Context
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.index_layout import ADDRESS
from spatial.geocoding.match import Found, Terms

KINDS: Final = ("locality", "neighbourhood", "landmark", "street", "area", "junction", "station")
MEASURES: Final = (
    "own", "covered", "joint", "behind_joint", "behind_own", "first", "first_joint", "top", "top_joint", "product",
    "behind_product", "exact", "kinds_said", "kinds_missing", "kinds_other", "numbers_said", "numbers_missing",
    "numbers_other", "numbers_differ", "apart", "radius", "in_district", "in_city", "votes", "votes_wide", "address",
    "population", "to_core", "is_core", "best_own", "most_telling", "town_named", "parts", "rivals",
    *(f"is_{kind}" for kind in KINDS),
    "settled_first", "settled_own", "settled_covered", "landmark_kinds", "street_covered", "core_best",
)  # fmt: skip
_REACH_KM: Final = 0.8
_WIDE_KM: Final = 3.0
_APART: Final = frozenset({"near", "opposite", "behind", "between"})


@dataclass(slots=True, eq=False)
class Measured:
    """The candidates of a text with their measures; the last of N is the core, if the context has one.

    Parameters
    ----------
    places : ndarray of int64, shape (N,)
    lines : ndarray of int64, shape (N,)
        -1 for the core.
    lat, lon : ndarray of float64, shape (N,)
    apart_km : ndarray of float64, shape (N, N)
    measures : ndarray of float64, shape (N, len(MEASURES))
    evidence : ndarray of float64, shape (N, T)
        How far each term of the text is borne out at or beside each candidate, 0 to 1.
    """

    places: NDArray[np.int64]
    lines: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    apart_km: NDArray[np.float64]
    measures: NDArray[np.float64]
    evidence: NDArray[np.float64]


def measure(index: PlaceIndex, terms: Terms, found: Found | None, context: Context) -> Measured | None:
    """Give the measures of every candidate; None if there is none at all."""
    arrays = index.arrays
    has_core = context.core >= 0
    if found is None and not has_core:
        return None
    count = 0 if found is None else len(found.lines)
    total = count + has_core
    places = np.empty(total, dtype=np.int64)
    lines = np.full(total, -1, dtype=np.int64)
    covered, other_numbers, other_kinds = np.zeros(total), np.zeros(total), np.zeros(total)
    like = np.zeros((total, len(terms.texts)))
    weight = np.zeros(len(terms.texts))
    if found is not None:
        places[:count], lines[:count], covered[:count] = found.places, found.lines, found.covered
        other_numbers[:count], other_kinds[:count] = found.other_numbers, found.other_kinds
        like[:count], weight = found.like, found.weight
    is_core = np.zeros(total)
    if has_core:
        places[-1], is_core[-1] = context.core, 1.0
    lat, lon = arrays["place_lat"][places], arrays["place_lon"][places]
    radius = arrays["place_radius"][places] / 1000.0
    if has_core:
        lat[-1], lon[-1], radius[-1] = context.core_lat, context.core_lon, 1.0
    east = lon * (111.32 * np.cos(np.radians(lat.mean())))
    north = lat * 110.9
    apart = np.hypot(east[:, None] - east, north[:, None] - north)

    whole = max(1e-9, float(weight.sum()))
    share = weight / whole
    trust = 0.3 + 0.7 * covered
    own = like @ share
    product = own * trust
    # From each candidate (rows) to each place (columns): full within it, fading beyond.
    bears = apart - 0.7 * np.minimum(radius, 3.0)[:, None]
    np.maximum(bears, 0.0, out=bears)
    bears *= 1.0 / _REACH_KM
    bears = np.exp(-bears * bears)
    held = like * trust[:, None]
    evidence = np.maximum.reduce(bears[:, :, None] * held[:, None, :], axis=0)
    joint = evidence @ share
    # The first named part that tells anything is the most particular.
    telling = np.bincount(terms.part, weights=weight, minlength=1) > 0.1
    first_share = weight * (terms.part == int(telling.argmax()))
    first_share /= max(1e-9, float(first_share.sum()))
    first = like @ first_share
    top = int(weight.argmax()) if len(weight) else -1
    kinds_said, kinds_missing = _kinds(terms, like)
    numbers = np.flatnonzero(terms.number & terms.own)
    numbers_said = like[:, numbers].sum(axis=1)
    numbers_missing = len(numbers) - numbers_said
    other_numbers, other_kinds = np.minimum(other_numbers, 3.0), np.minimum(other_kinds, 3.0)
    best_joint, best_own, best_product = float(joint.max()), float(own.max()), float(product.max())
    heat = np.exp(8.0 * (joint - best_joint))
    heat /= heat.sum()
    squared = apart * apart
    kind = arrays["place_kind"][places]
    is_kind = [(kind == number) * (1.0 - is_core) for number in index.kind_numbers(KINDS)]
    address = ((lines >= 0) & (arrays["line_kind"][lines] == ADDRESS)) * 1.0
    is_kind[2] *= 1.0 - address
    settled = is_kind[0]
    rivals = ((product > 0.95 * best_product) * (1.0 - bears)).sum() / total
    columns: list[NDArray[np.float64] | float] = [
        own, covered, joint, joint - best_joint, own - best_own, first, evidence @ first_share,
        like[:, top] if top >= 0 else 0.0, evidence[:, top] if top >= 0 else 0.0, product, product - best_product,
        np.where(like > 0.985, like, 0.0) @ share, kinds_said, kinds_missing, other_kinds, numbers_said,
        numbers_missing, other_numbers, np.minimum(other_numbers, 2.0) * np.minimum(numbers_missing, 2.0),
        _apart(terms, like, share), np.log(radius + 0.05), (arrays["place_district"][places] == context.district) * 1.0,
        (arrays["place_city"][places] == context.city) * 1.0, np.exp(squared * (-1.0 / _REACH_KM**2)) @ heat,
        np.exp(squared * (-1.0 / _WIDE_KM**2)) @ heat, address,
        np.log1p(arrays["place_population"][places]) * settled, np.log1p(apart[-1]) if has_core else 2.5, is_core,
        best_own, float(weight[top]) if top >= 0 else 0.0, float(context.is_town), math.log1p(len(terms.parts)),
        math.log1p(rivals), *is_kind, settled * first, settled * own, settled * covered, is_kind[2] * other_kinds,
        is_kind[3] * covered, is_core * best_product,
    ]  # fmt: skip
    measures = np.empty((total, len(MEASURES)))
    for number, column in enumerate(columns):
        measures[:, number] = column
    return Measured(places, lines, lat, lon, apart, measures, evidence)


def _kinds(terms: Terms, like: NDArray[np.float64]) -> tuple[NDArray[np.float64] | float, NDArray[np.float64] | float]:
    """Give how many words of kind a candidate shares and lacks, in the parts of which it holds a name."""
    said: NDArray[np.float64] | float = 0.0
    missing: NDArray[np.float64] | float = 0.0
    for kinds, names in terms.kind_parts:
        spoken: NDArray[np.float64] | float = like[:, names].max(axis=1) if names else 1.0
        shared = like[:, kinds].sum(axis=1)
        said = said + spoken * shared
        missing = missing + spoken * (len(kinds) - shared)
    return said, missing


def _apart(terms: Terms, like: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64] | float:
    """Give the share of the text that a candidate holds of parts that are only near, opposite or behind."""
    beside = [number for number, part in enumerate(terms.parts) if part.relation in _APART]
    if not beside:
        return 0.0
    return np.asarray(like @ (share * np.isin(terms.part, beside)))
