"""Candidates: the lines of the index that share terms with a text, and how much of each term they hold.

One text touches the postings of its own terms in its own district and those beside it, a few hundred lines; the best
few dozen of them are kept and measured term by term. Everything is flat arrays, so that a text costs some tenths of a
millisecond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses.parse import parts
from spatial.addresses.place import Part
from spatial.geocoding.context import Context, sound
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.index_layout import DISTRICTS, joined_terms

MOST_LINES: Final = 24
"""So many lines are measured in full."""
_MOST_POSTINGS: Final = 4_000
_UNNAMED: Final = frozenset({"unit", "postcode"})
_ADMINISTRATIVE: Final = frozenset({"name", "city", "district", "province", "tehsil"})
_KIND_WEIGHT: Final = 0.25
"""A word of kind ("road", "town") tells candidates apart but finds none."""
_KNOWN_WEIGHT: Final = 0.02
_WIDER: Final = 0.5
"""What a wider number is worth: Block 13 where the text says Block 13-D."""
_JOINED: Final = 0.95


@dataclass(slots=True, eq=False)
class Terms:
    """The terms of a text that places are looked up by, T of them.

    Parameters
    ----------
    texts : list of str
    part : ndarray of int64, shape (T,)
        Number of the part that each stands in.
    own : ndarray of bool, shape (T,)
        False for terms that only stand for others: a wider number, two words joined.
    stands_for : list of (int, tuple of int, float)
        Such a term, the own terms it stands for, and what it is worth.
    parts : tuple of Part
        Those parts of the text that are looked up.
    sounds : tuple of str
        The sound of each part that may be a city or district, else empty.
    kind_parts : tuple of (list of int, list of int)
        For each part with words of kind: the terms that are, and its own terms that are not.
    """

    texts: list[str]
    part: NDArray[np.int64]
    own: NDArray[np.bool_]
    kind: NDArray[np.bool_]
    number: NDArray[np.bool_]
    stands_for: list[tuple[int, tuple[int, ...], float]]
    parts: tuple[Part, ...]
    sounds: tuple[str, ...]
    kind_parts: tuple[tuple[list[int], list[int]], ...]


@dataclass(slots=True, eq=False)
class Found:
    """The measured lines of one text; K lines, T terms.

    Parameters
    ----------
    lines, places : ndarray of int64, shape (K,)
    like : ndarray of float64, shape (K, T)
        How like a term of the line is to each term of the text, 0 where it has none.
    weight : ndarray of float64, shape (T,)
        How telling each term is here; 0 for terms that only stand for others.
    covered : ndarray of float64, shape (K,)
        Share of the line's own weight that the text names.
    other_numbers, other_kinds : ndarray of float64, shape (K,)
        How many numbers and words of kind the line has that the text has not.
    """

    lines: NDArray[np.int64]
    places: NDArray[np.int64]
    like: NDArray[np.float64]
    weight: NDArray[np.float64]
    covered: NDArray[np.float64]
    other_numbers: NDArray[np.float64]
    other_kinds: NDArray[np.float64]


@lru_cache(maxsize=4_096)
def terms_of(text: str) -> Terms:
    """Give the terms of a text, each once."""
    read = tuple(part for part in parts(text) if part.kind not in _UNNAMED and part.relation != "limits")
    found: dict[str, int] = {}
    stands: dict[str, tuple[tuple[str, ...], float]] = {}
    for number, part in enumerate(read):
        narrow = ""
        for term in part.terms:
            if term[0] == "=":
                if narrow and narrow.startswith(term):
                    stands.setdefault(term, ((narrow,), _WIDER))
                else:
                    narrow = term
            if term not in stands:
                found.setdefault(term, number)
        for joined, pair in joined_terms([part]):
            stands.setdefault(joined, (pair, _JOINED))
    stands = {term: target for term, target in stands.items() if term not in found}
    texts = [*found, *stands]
    at = {term: place for place, term in enumerate(texts)}
    part_of = [*found.values(), *(found.get(targets[0], 0) for targets, _ in stands.values())]
    kinds: dict[int, tuple[list[int], list[int]]] = {}
    for place, (term, number) in enumerate(found.items()):
        kinds.setdefault(number, ([], []))[term[0] != "~"].append(place)
    return Terms(
        kind_parts=tuple(pair for pair in kinds.values() if pair[0]),
        texts=texts,
        part=np.array(part_of, dtype=np.int64),
        own=np.arange(len(texts)) < len(found),
        kind=np.array([term[0] == "~" for term in texts], dtype=np.bool_),
        number=np.array([term[0] == "=" for term in texts], dtype=np.bool_),
        stands_for=[
            (at[term], tuple(at[target] for target in targets if target in at), worth)
            for term, (targets, worth) in stands.items()
        ],
        parts=read,
        sounds=tuple(sound(part.key) if part.kind in _ADMINISTRATIVE and part.key else "" for part in read),
    )


def find(index: PlaceIndex, terms: Terms, context: Context) -> Found | None:
    """Give the lines that match best, None if none shares a telling term."""
    count = len(terms.texts)
    if not count:
        return None
    variants = [index.variants(term) for term in terms.texts]
    numbers = np.concatenate([found for found, _ in variants])
    if not len(numbers):
        return None
    of_term = np.repeat(np.arange(count), [len(found) for found, _ in variants])
    like = np.concatenate([likeness for _, likeness in variants])
    owner, first, last = _slices(index, numbers, context.scope)
    sizes = last - first
    held = _sums(of_term[owner], sizes, count)
    weight = _weights(terms, held, index.lines_of(context.scope), context)
    taken = _taken(terms, held, weight)
    if taken is None:
        return None
    used = taken[of_term[owner]]
    first, sizes, owner = first[used], sizes[used], owner[used]
    ends = np.cumsum(sizes)
    posting = np.arange(ends[-1]) + np.repeat(first - (ends - sizes), sizes)
    lines = index.arrays["post_line"][posting]
    term = of_term[owner]
    # A joined term counts for the words that it stands for.
    worth = np.where(terms.own, weight, 0.0)
    for number, targets, value in terms.stands_for:
        worth[number] = value * sum(weight[target] for target in targets)
    gain = np.repeat(like[owner] * worth[term], sizes)
    order = np.argsort(lines, kind="stable")
    lines, gain = lines[order], gain[order]
    starts = np.flatnonzero(np.concatenate([[True], lines[1:] != lines[:-1]]))
    lines = lines[starts].astype(np.int64)
    gain = np.add.reduceat(gain, starts)
    if len(lines) > MOST_LINES:
        rank = gain / np.sqrt(1.0 + 0.04 * index.arrays["line_weight"][lines])
        best = np.argpartition(-rank, MOST_LINES)[:MOST_LINES]
        lines = lines[best]
    return _measured(index, terms, lines, numbers, of_term, like, np.where(terms.own, weight, 0.0))


def _slices(
    index: PlaceIndex, numbers: NDArray[np.int64], scope: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give for each run of postings its term (as a position in ``numbers``), its start and its end."""
    post_key, post_start = index.arrays["post_key"], index.arrays["post_start"]
    if scope is None:
        first = post_start[np.searchsorted(post_key, numbers * DISTRICTS)]
        last = post_start[np.searchsorted(post_key, (numbers + 1) * DISTRICTS)]
        return np.arange(len(numbers)), first, last
    keys = (numbers[:, None] * DISTRICTS + scope[None, :]).ravel()
    at = np.searchsorted(post_key, keys)
    at[at == len(post_key)] = 0
    hit = np.flatnonzero(post_key[at] == keys)
    at = at[hit]
    return hit // len(scope), post_start[at], post_start[at + 1]


def _weights(terms: Terms, held: NDArray[np.float64], lines: int, context: Context) -> NDArray[np.float64]:
    """Give how telling each term is among the lines in scope: 1 for one that a single line has."""
    scale = math.log1p(lines)
    weight: NDArray[np.float64] = np.log1p(lines / np.maximum(1.0, held)) / max(scale, 1e-9)
    weight = np.where(terms.kind, weight * _KIND_WEIGHT, weight)
    for number, said in enumerate(terms.sounds):
        if said and said in context.known:
            weight[terms.part == number] *= _KNOWN_WEIGHT
    return weight


def _taken(terms: Terms, held: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """Give the terms whose postings are read: the most telling first, until there are lines enough."""
    taken = np.zeros(len(held), dtype=np.bool_)
    total = 0.0
    # Words of kind find nothing by themselves, unless a text has nothing else.
    for only_kinds in (False, True):
        order = np.argsort(held, kind="stable")
        for term in order.tolist():
            if not held[term] or bool(terms.kind[term]) is not only_kinds:
                continue
            if total and total + held[term] > _MOST_POSTINGS:
                break
            taken[term] = True
            total += held[term]
        if total:
            return taken
    return None


def _measured(
    index: PlaceIndex,
    terms: Terms,
    lines: NDArray[np.int64],
    numbers: NDArray[np.int64],
    of_term: NDArray[np.int64],
    like: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> Found:
    arrays = index.arrays
    count = len(lines)
    starts = arrays["line_start"][lines]
    sizes = arrays["line_start"][lines + 1] - starts
    ends = np.cumsum(sizes)
    row = np.repeat(np.arange(count), sizes)
    position = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
    own = arrays["line_terms"][position + np.repeat(starts, sizes)].astype(np.int64)
    matrix = np.zeros((count, len(terms.texts)))
    # Each term of a line against each variant of the text's terms; joined words of the line come after its own.
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    said = np.zeros(len(own))
    low, high = np.searchsorted(ranked, own, side="left"), np.searchsorted(ranked, own, side="right")
    for step in range(int((high - low).max(initial=0))):
        at = np.flatnonzero(low + step < high)
        variant = order[low[at] + step]
        np.maximum.at(matrix, (row[at], of_term[variant]), like[variant])
        said[at] = np.maximum(said[at], like[variant])
    flags = index.term_flags[own]
    is_joined = position >= np.repeat(arrays["line_own"][lines], sizes)
    weights = np.where(is_joined, 0.0, arrays["term_weight"][own]) * np.where(flags == 1, _KIND_WEIGHT, 1.0)
    total = np.maximum(1e-9, np.bincount(row, weights=weights, minlength=count))
    covered = np.bincount(row, weights=weights * said, minlength=count)
    joined = np.flatnonzero(is_joined & (said > 0))
    if len(joined):
        # Two words of the line stand as one in the text: both are covered.
        both = np.bincount(row[joined], weights=arrays["term_weight"][own[joined]] * said[joined], minlength=count)
        covered = np.minimum(total, covered + 1.3 * both)
    for number, targets, worth in terms.stands_for:
        for target in targets:
            np.maximum(matrix[:, target], worth * matrix[:, number], out=matrix[:, target])
    unsaid = said < 0.5
    return Found(
        lines=lines,
        places=arrays["line_place"][lines].astype(np.int64),
        like=matrix,
        weight=weight,
        covered=covered / total,
        other_numbers=_sums(row, unsaid & (flags == 2), count),
        other_kinds=_sums(row, unsaid & (flags == 1), count),
    )


def _sums(groups: NDArray[np.int64], values: NDArray[Any], count: int) -> NDArray[np.float64]:
    return np.bincount(groups, weights=values.astype(np.float64), minlength=count).astype(np.float64, copy=False)
