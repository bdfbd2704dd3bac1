"""Candidates: the lines of the index that share terms with texts, and how much of each term they hold.

One text touches the postings of its own terms in its own district and those beside it, a few hundred lines; the best
few dozen of them are kept and measured term by term. Texts are handled a few hundred together, in flat arrays where
every text has a run of its own: a text by itself costs as many operations as all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.ragged import places_in, slices, spread, starts_of, sums
from spatial.geocoding.terms import KIND, NUMBER, Batch

MOST_LINES: Final = 24
"""So many lines are measured in full."""
CANDIDATES: Final = MOST_LINES + 1
"""N: those lines, and last the core of the town."""
_MOST_POSTINGS: Final = 4_000
_KIND_WEIGHT: Final = 0.25
"""A word of kind ("road", "town") tells candidates apart but finds none."""
_KNOWN_WEIGHT: Final = 0.02
_RANK_BITS: Final = 30
_HIGHEST_RANK: Final = 4.0
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = TypeVar("Numbers", NDArray[np.int64], NDArray[np.float64])


@dataclass(slots=True, eq=False)
class Found:
    """The measured lines of B texts; N candidates each, T terms at most. The last candidate is left to the core.

    Parameters
    ----------
    lines, places : ndarray of int64, shape (B, N)
        -1 where there are fewer.
    like : ndarray of float64, shape (B, T, N)
        How like a term of the line is to each term of the text, 0 where it has none.
    weight : ndarray of float64, shape (B, T)
        How telling each term is here; 0 for terms that only stand for others.
    covered : ndarray of float64, shape (B, N)
        Share of the line's own weight that the text names.
    other_numbers, other_kinds : ndarray of float64, shape (B, N)
        How many numbers and words of kind the line has that the text has not.
    """

    lines: Ints
    places: Ints
    like: Floats
    weight: Floats
    covered: Floats
    other_numbers: Floats
    other_kinds: Floats


@dataclass(slots=True, eq=False)
class _Variants:
    """The terms of the index that the texts' terms may be, V of them."""

    number: Ints
    like: Floats
    of_term: Ints


@dataclass(slots=True, eq=False)
class _Lines:
    """The lines that are kept, C of them in the order of their texts: each one's text, and its place in it."""

    line: Ints
    text: Ints
    place: Ints

    def table(self, count: int, values: Numbers, missing: float) -> Numbers:
        """Give values of the lines in an array of shape (B, N)."""
        found = cast(Numbers, np.full((count, CANDIDATES), missing, dtype=values.dtype))
        found[self.text, self.place] = values
        return found


def find(index: PlaceIndex, batch: Batch) -> Found:
    """Give the lines that match each text best; none where no line shares a telling term with it."""
    pairs = index.variants_of(chain.from_iterable(one.texts for one in batch.terms))
    sizes = np.array([len(numbers) for numbers, _ in pairs], dtype=np.int64)
    variants = _Variants(
        np.concatenate([numbers for numbers, _ in pairs]) if pairs else np.empty(0, dtype=np.int64),
        np.concatenate([like for _, like in pairs]) if pairs else np.empty(0),
        np.repeat(np.arange(len(pairs)), sizes),
    )
    run, first, size = _runs(index, batch, variants)
    term_of_run = variants.of_term[run]
    held = sums(term_of_run, size, len(pairs))
    weight = _weights(index, batch, held)
    used = _taken(batch, held)[term_of_run]
    # A joined term counts for the words that it stands for.
    worth = np.where(batch.is_own, weight, 0.0)
    worth += sums(batch.standing, batch.worth * weight[batch.target], len(worth))
    gain = variants.like[run] * worth[term_of_run]
    lines = _best(index, batch, batch.text[term_of_run[used]], first[used], size[used], gain[used], worth)
    return _measured(index, batch, lines, variants, np.where(batch.is_own, weight, 0.0))


def _runs(index: PlaceIndex, batch: Batch, variants: _Variants) -> tuple[Ints, Ints, Ints]:
    """Give for each run of postings in a text's surroundings its variant, its first posting and its length."""
    runs = index.runs_of_term
    at, owner = spread(runs[variants.number], runs[variants.number + 1] - runs[variants.number])
    # Texts of one surroundings share the object.
    distinct = {id(context): context for context in batch.contexts}
    number = {key: place for place, key in enumerate(distinct)}
    inside = np.array([context.inside for context in distinct.values()], dtype=np.bool_)
    context = np.array([number[id(context)] for context in batch.contexts], dtype=np.int64)
    text = batch.text[variants.of_term]
    kept = np.flatnonzero(inside[context[text[owner]], index.district_of_run[at]])
    at, owner = at[kept], owner[kept]
    start = index.arrays["post_start"]
    return owner, start[at], start[at + 1] - start[at]


def _weights(index: PlaceIndex, batch: Batch, held: Floats) -> Floats:
    """Give how telling each term is among the lines in its text's scope: 1 for one that a single line has."""
    lines = np.array([context.lines_in_scope for context in batch.contexts], dtype=np.float64)[batch.text]
    weight = np.log1p(lines / np.maximum(1.0, held)) / np.maximum(np.log1p(lines), 1e-9)
    weight[batch.flags == KIND] *= _KIND_WEIGHT
    weight[batch.is_known] *= _KNOWN_WEIGHT
    return np.asarray(weight)


def _taken(batch: Batch, held: Floats) -> NDArray[np.bool_]:
    """Give the terms whose postings are read: the most telling of each text first, until there are lines enough."""
    is_kind = batch.flags == KIND
    order = np.lexsort((held, is_kind, batch.text))
    group = (2 * batch.text + is_kind)[order]
    counted = held[order]
    total = np.cumsum(counted)
    starts = starts_of(group)
    total -= np.repeat((total - counted)[starts], np.diff(starts, append=len(group)))
    # The first that has any is taken however many they are.
    enough = (counted > 0.0) & ((total <= _MOST_POSTINGS) | (total == counted))
    taken = np.zeros(len(held), dtype=np.bool_)
    taken[order] = enough
    # Words of kind find nothing by themselves, unless a text has nothing else.
    has_more = sums(batch.text, taken & ~is_kind, len(batch)) > 0.0
    return taken & ~(is_kind & has_more[batch.text])


def _best(index: PlaceIndex, batch: Batch, text: Ints, first: Ints, size: Ints, gain: Floats, worth: Floats) -> _Lines:
    """Give the lines of each text that gain most by runs of postings, the shorter of two lines first."""
    every = len(index.line_thinness)
    # Sorted by text, line and run, in which a line stands once; one integer holds all three, which sorts ten times as
    # fast as three keys. Few passes, and those in place: there are some hundred thousand postings.
    bits = max(1, len(size)).bit_length()
    key = index.arrays["post_line"][slices(first, size)].astype(np.int64)
    key <<= bits
    key += np.repeat(((text * every) << bits) | np.arange(len(size)), size)
    key.sort()
    run = key & ((1 << bits) - 1)
    key >>= bits
    starts = starts_of(key)
    if not len(starts):
        return _Lines(starts, starts, starts)
    gained = np.add.reduceat(gain[run], starts)
    text, line = np.divmod(key[starts], every)
    rank = gained * index.line_thinness[line]
    # Of equal rank is what differs by less than a millionth: the first line then comes first.
    highest = np.maximum(1e-9, _HIGHEST_RANK * sums(batch.text, worth, len(batch)))
    place = ((1.0 - np.minimum(1.0, rank / highest[text])) * (1 << _RANK_BITS)).astype(np.int64)
    bits = every.bit_length()
    key = (((text << (_RANK_BITS + 1)) | place) << bits) | line
    key.sort()
    text, line = key >> (bits + _RANK_BITS + 1), key & ((1 << bits) - 1)
    place = places_in(text, starts_of(text))
    kept = place < MOST_LINES
    return _Lines(line[kept], text[kept], place[kept])


def _measured(index: PlaceIndex, batch: Batch, lines: _Lines, variants: _Variants, weight: Floats) -> Found:
    """Give how like each line is to each term of its text, and how much of the line the text names."""
    arrays = index.arrays
    count, kept, width = len(batch), len(lines.line), batch.width
    begins = arrays["line_start"][lines.line]
    position, row = spread(begins, arrays["line_start"][lines.line + 1] - begins)
    own = arrays["line_terms"][position]
    like = np.zeros(count * width * CANDIDATES)
    said = np.zeros(len(own))
    for at, variant in _same(index, batch, lines.text[row], own, variants):
        cell = batch.cell[variants.of_term[variant]] * CANDIDATES + lines.place[row[at]]
        np.maximum.at(like, cell, variants.like[variant])
        said[at] = np.maximum(said[at], variants.like[variant])
    flags = index.term_flags[own]
    is_joined = position - begins[row] >= arrays["line_own"][lines.line[row]]
    own_weight = arrays["term_weight"][own]
    counted = np.where(is_joined, 0.0, own_weight) * np.where(flags == KIND, _KIND_WEIGHT, 1.0)
    total = np.maximum(1e-9, sums(row, counted, kept))
    # Two words of the line stand as one in the text: both are covered.
    both = sums(row, np.where(is_joined, 1.3 * own_weight * said, 0.0), kept)
    covered = np.minimum(1.0, (sums(row, counted * said, kept) + both) / total)
    if len(batch.standing):
        every = np.arange(CANDIDATES)
        from_cell = batch.cell[batch.standing][:, None] * CANDIDATES + every
        to_cell = batch.cell[batch.target][:, None] * CANDIDATES + every
        np.maximum.at(like, to_cell.ravel(), (batch.worth[:, None] * like[from_cell]).ravel())
    unsaid = said < 0.5
    weights = np.zeros(count * width)
    weights[batch.cell] = weight
    return Found(
        lines=lines.table(count, lines.line, -1),
        places=lines.table(count, arrays["line_place"][lines.line].astype(np.int64), -1),
        like=like.reshape(count, width, CANDIDATES),
        weight=weights.reshape(count, width),
        covered=lines.table(count, covered, 0.0),
        other_numbers=lines.table(count, sums(row, unsaid & (flags == NUMBER), kept), 0.0),
        other_kinds=lines.table(count, sums(row, unsaid & (flags == KIND), kept), 0.0),
    )


def _same(
    index: PlaceIndex, batch: Batch, text: Ints, own: NDArray[np.int32], variants: _Variants
) -> list[tuple[Ints, Ints]]:
    """Give which terms of lines are variants of a term of their text: positions of both, each pair once.

    A term of a line may be a variant of several terms of its text: it is in several of the pairs of arrays that come
    back, but in each of them once.
    """
    wanted = np.zeros(len(index.terms), dtype=np.bool_)
    wanted[variants.number] = True
    at = np.flatnonzero(wanted[own])
    every = len(index.terms)
    key = batch.text[variants.of_term] * every + variants.number
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    sought = text[at] * every + own[at]
    low, high = np.searchsorted(ranked, sought, side="left"), np.searchsorted(ranked, sought, side="right")
    found = []
    for step in range(int((high - low).max(initial=0))):
        more = np.flatnonzero(low + step < high)
        found.append((at[more], order[low[more] + step]))
    return found
