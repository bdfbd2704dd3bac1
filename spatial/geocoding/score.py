"""How good each candidate is, measured by parts: what it shares with the text, with its surroundings and its rivals.

A candidate is a line of the index at its place, and last the *core*: the middle of the named town, for texts that
name nothing else. The measures of one candidate are one row; :mod:`spatial.geocoding.calibration` weighs them into the
chance that the true place is near.

All texts of a batch are measured at once. Every sum over a text's terms or candidates runs in their order whatever
stands beside the text, so that its answer does not depend on the batch that it is in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.match import Found
from spatial.geocoding.ragged import sums
from spatial.geocoding.terms import NUMBER, Batch

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
_EXACT: Final = 0.985
Floats = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class Measured:
    """The candidates of B texts with their measures; N candidates each, the last the core where the context has one.

    Parameters
    ----------
    places, lines : ndarray of int64, shape (B, N)
        The line is -1 for the core, and where there are fewer candidates.
    is_there : ndarray of bool, shape (B, N)
        Whether there is such a candidate.
    lat, lon : ndarray of float64, shape (B, N)
        Degrees.
    apart_km : ndarray of float64, shape (B, N, N)
    measures : ndarray of float64, shape (B, N, len(MEASURES))
    evidence : ndarray of float64, shape (B, T, N)
        How far each term of the text is borne out at or beside each candidate, 0 to 1.
    """

    places: NDArray[np.int64]
    lines: NDArray[np.int64]
    is_there: NDArray[np.bool_]
    lat: Floats
    lon: Floats
    apart_km: Floats
    measures: Floats
    evidence: Floats


def measure(index: PlaceIndex, batch: Batch, found: Found) -> Measured:
    """Give the measures of every candidate of every text."""
    arrays = index.arrays
    contexts = batch.contexts
    core = np.array([one.core for one in contexts], dtype=np.int64)
    has_core = core >= 0
    lines, is_there = found.lines, found.lines >= 0
    is_there[:, -1] = has_core
    places = np.maximum(found.places, 0)
    places[:, -1] = np.maximum(core, 0)
    is_core = np.zeros(places.shape)
    is_core[:, -1] = has_core
    lat, lon = arrays["place_lat"][places], arrays["place_lon"][places]
    radius = arrays["place_radius"][places] / 1000.0
    lat[has_core, -1] = [one.core_lat for one in contexts if one.core >= 0]
    lon[has_core, -1] = [one.core_lon for one in contexts if one.core >= 0]
    radius[has_core, -1] = 1.0
    count = np.maximum(1, is_there.sum(axis=1))
    mean_lat = (lat * is_there).sum(axis=1) / count
    east = lon * (111.32 * np.cos(np.radians(mean_lat)))[:, None]
    north = lat * 110.9
    squared = (east[:, :, None] - east[:, None, :]) ** 2 + (north[:, :, None] - north[:, None, :]) ** 2
    apart = np.sqrt(squared)

    like, covered = found.like, found.covered
    weight = found.weight * (lines >= 0).max(axis=1)[:, None]
    share = weight / np.maximum(1e-9, _whole(weight))
    trust = 0.3 + 0.7 * covered
    own = _held(like, share)
    product = own * trust
    # From each candidate (rows) to each place (columns): full within it, fading beyond.
    bears = apart - 0.7 * np.minimum(radius, 3.0)[:, :, None]
    np.maximum(bears, 0.0, out=bears)
    bears *= 1.0 / _REACH_KM
    bears = np.exp(-bears * bears)
    evidence = _evidence(like * trust[:, None, :], bears, weight)
    joint = _held(evidence, share) * is_there
    first_share = _first(batch, weight)
    first = _held(like, first_share)
    rows = np.arange(len(batch))
    top = weight.argmax(axis=1)
    kinds_said, kinds_missing = _kinds(batch, like)
    is_number = np.zeros(weight.shape)
    is_number[batch.text, batch.column] = (batch.flags == NUMBER) & batch.is_own
    numbers_said = _held(like, is_number)
    numbers_missing = is_number.sum(axis=1)[:, None] - numbers_said
    other_numbers, other_kinds = np.minimum(found.other_numbers, 3.0), np.minimum(found.other_kinds, 3.0)
    best_joint, best_own, best_product = (each.max(axis=1)[:, None] for each in (joint, own, product))
    heat = np.exp(8.0 * (joint - best_joint)) * is_there
    heat /= np.maximum(1e-9, heat.sum(axis=1))[:, None]
    kind = arrays["place_kind"][places]
    is_kind = [(kind == number) * (1.0 - is_core) for number in index.kind_numbers(KINDS)]
    address = index.are_addresses(lines) * 1.0
    is_kind[2] *= 1.0 - address
    settled = is_kind[0]
    strong = (product > 0.95 * best_product) & is_there
    rivals = (strong * ((1.0 - bears) * is_there[:, :, None]).sum(axis=1)).sum(axis=1) / count
    district, city = (np.array([getattr(one, name) for one in contexts]) for name in ("district", "city"))
    columns: list[NDArray[Any]] = [
        own, covered, joint, joint - best_joint, own - best_own, first, _held(evidence, first_share),
        like[rows, top], evidence[rows, top], product, product - best_product,
        _held(np.where(like > _EXACT, like, 0.0), share), kinds_said, kinds_missing, other_kinds, numbers_said,
        numbers_missing, other_numbers, np.minimum(other_numbers, 2.0) * np.minimum(numbers_missing, 2.0),
        _held(like, share * _apart(batch)), np.log(radius + 0.05),
        (arrays["place_district"][places] == district[:, None]) * 1.0,
        (arrays["place_city"][places] == city[:, None]) * 1.0, _votes(squared, _REACH_KM, heat),
        _votes(squared, _WIDE_KM, heat), address, np.log1p(arrays["place_population"][places]) * settled,
        np.where(has_core[:, None], np.log1p(apart[:, -1]), 2.5), is_core, best_own, weight[rows, top, None],
        np.array([[float(one.is_town)] for one in contexts]),
        np.array([[math.log1p(len(one.parts))] for one in batch.terms]), np.log1p(rivals)[:, None], *is_kind,
        settled * first, settled * own, settled * covered, is_kind[2] * other_kinds, is_kind[3] * covered,
        is_core * best_product,
    ]  # fmt: skip
    measures = np.empty((*places.shape, len(MEASURES)))
    for number, column in enumerate(columns):
        measures[:, :, number] = column
    return Measured(places, lines, is_there, lat, lon, apart, measures, evidence)


def _whole(weight: Floats) -> Floats:
    """Give the sum of each text's terms, one after the other: a plain sum of a wider batch would round otherwise."""
    return np.asarray(weight.cumsum(axis=1)[:, -1:])


def _held(like: Floats, share: Floats) -> Floats:
    """Give what each candidate holds of a share in every term: of (B, T, N) and (B, T) the sum over T."""
    return np.asarray((like * share[:, :, None]).sum(axis=1))


def _evidence(held: Floats, bears: Floats, weight: Floats) -> Floats:
    """Give how far each term is borne out at each candidate: the most that any candidate brings to bear there."""
    found = np.zeros(held.shape)
    for term in range(held.shape[1]):
        texts = np.flatnonzero(weight[:, term] > 0.0)
        found[texts, term] = (bears[texts] * held[texts, term, :, None]).max(axis=1)
    return found


def _votes(squared: Floats, reach_km: float, heat: Floats) -> Floats:
    """Give how much of the candidates' heat lies within reach of each."""
    return np.asarray((np.exp(squared * (-1.0 / reach_km**2)) @ heat[:, :, None])[:, :, 0])


def _first(batch: Batch, weight: Floats) -> Floats:
    """Give each term's share of the first named part that tells anything: the most particular one."""
    part = np.full(weight.shape, -1)
    part[batch.text, batch.column] = [number for one in batch.terms for number in one.part]
    most = int(part.max(initial=0)) + 1
    told = sums(batch.text * most + part[batch.text, batch.column], weight[batch.text, batch.column], len(batch) * most)
    telling = (told.reshape(len(batch), most) > 0.1).argmax(axis=1)
    share = weight * (part == telling[:, None])
    share /= np.maximum(1e-9, _whole(share))
    return share


def _kinds(batch: Batch, like: Floats) -> tuple[Floats, Floats]:
    """Give how many words of kind a candidate shares and lacks, in the parts of which it holds a name."""
    said, missing = np.zeros((2, len(batch), like.shape[2]))
    most = max((len(one.kind_parts) for one in batch.terms), default=0)
    for number in range(most):
        texts = [text for text, one in enumerate(batch.terms) if len(one.kind_parts) > number]
        parts = [batch.terms[text].kind_parts[number] for text in texts]
        spoken = _over(np.maximum, like, texts, [names for _, names in parts], 1.0)
        shared = _over(np.add, like, texts, [kinds for kinds, _ in parts], 0.0)
        said[texts] += spoken * shared
        missing[texts] += spoken * (np.array([[len(kinds)] for kinds, _ in parts]) - shared)
    return said, missing


def _over(fold: np.ufunc, like: Floats, texts: list[int], terms: list[tuple[int, ...]], empty: float) -> Floats:
    """Give the sum or largest of what candidates hold of some terms of each text, ``empty`` where there are none."""
    found = np.full((len(texts), like.shape[2]), empty)
    some = [place for place, row in enumerate(terms) if row]
    if some:
        starts = np.cumsum([0, *(len(terms[place]) for place in some[:-1])])
        rows = [texts[place] for place in some for _ in terms[place]]
        found[some] = fold.reduceat(like[rows, [term for place in some for term in terms[place]]], starts, axis=0)
    return found


def _apart(batch: Batch) -> Floats:
    """Give 1 for the terms of parts that the place is only near, opposite or behind; shape (B, T)."""
    found = np.zeros((len(batch), batch.width))
    for text, one in enumerate(batch.terms):
        beside = {number for number, part in enumerate(one.parts) if part.relation in _APART}
        if beside:
            found[text, : len(one.part)] = [part in beside for part in one.part]
    return found
