"""The terms that a text is looked up by, and texts put together so that they are looked up in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses.parse import parts
from spatial.addresses.place import Part
from spatial.geocoding.context import Context, before_provinces, sound
from spatial.geocoding.index_layout import joined_of

WORD, KIND, NUMBER = 0, 1, 2
"""What a term is, as the index flags it."""
_FLAGS: Final = {"~": KIND, "=": NUMBER}
_UNNAMED: Final = frozenset({"unit", "postcode"})
_ADMINISTRATIVE: Final = frozenset({"name", "city", "district", "province", "tehsil"})
_WIDER: Final = 0.5
"""What a wider number is worth: Block 13 where the text says Block 13-D."""
_JOINED: Final = 0.95


@dataclass(slots=True, eq=False)
class Terms:
    """The terms of a text that places are looked up by; T of them, of which the first ``own`` are its own.

    Parameters
    ----------
    texts : tuple of str, length T
    part : tuple of int, length T
        Number of the part that each stands in.
    flags : tuple of int, length T
        ``WORD``, ``KIND`` or ``NUMBER``.
    own : int
        The others only stand for these: a wider number, two words joined.
    stands_for : tuple of (int, int, float)
        Such a term, an own term that it stands for, and what it is worth.
    parts : tuple of Part
        Those parts of the text that are looked up.
    sounds : tuple of (int, str)
        The parts that may be a city or district, by number, with their sound.
    kind_parts : tuple of (tuple of int, tuple of int)
        For each part with words of kind: the terms that are, and its own terms that are not.
    """

    texts: tuple[str, ...]
    part: tuple[int, ...]
    flags: tuple[int, ...]
    own: int
    stands_for: tuple[tuple[int, int, float], ...]
    parts: tuple[Part, ...]
    sounds: tuple[tuple[int, str], ...]
    kind_parts: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


@lru_cache(maxsize=16_384)
def _sound(name: str) -> str:
    return sound(before_provinces(name))


@lru_cache(maxsize=4_096)
def terms_of(text: str) -> Terms:
    """Give the terms of a text, each once."""
    read = tuple([part for part in parts(text) if part.kind not in _UNNAMED and part.relation != "limits"])
    # The place of each of the text's own terms, and for each its part and what it is.
    found: dict[str, int] = {}
    part_of: list[int] = []
    flags: list[int] = []
    stands: dict[str, tuple[tuple[str, ...], float]] = {}
    kind_parts: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for number, part in enumerate(read):
        first, of_kind = len(found), []
        narrow = ""
        for term in part.terms:
            flag = _FLAGS.get(term[0], WORD)
            if flag == NUMBER:
                if narrow and narrow.startswith(term):
                    stands.setdefault(term, ((narrow,), _WIDER))
                else:
                    narrow = term
            if term in found or term in stands:
                continue
            if flag == KIND:
                of_kind.append(len(found))
            found[term] = len(found)
            part_of.append(number)
            flags.append(flag)
        if of_kind:
            rest = [place for place in range(first, len(found)) if place not in of_kind]
            kind_parts.append((tuple(of_kind), tuple(rest)))
        if len(part.terms) > 1:
            for joined, pair in joined_of(part.terms):
                stands.setdefault(joined, (pair, _JOINED))
    own = len(found)
    stands_for: list[tuple[int, int, float]] = []
    if stands:
        stands = {term: target for term, target in stands.items() if term not in found}
        at = found | {term: place for place, term in enumerate(stands, own)}
        for term, (targets, worth) in stands.items():
            flags.append(_FLAGS.get(term[0], WORD))
            part_of.append(part_of[found[targets[0]]] if targets[0] in found else 0)
            stands_for += [(at[term], at[target], worth) for target in targets if target in at]
    return Terms(
        texts=(*found, *stands),
        part=tuple(part_of),
        flags=tuple(flags),
        own=own,
        stands_for=tuple(stands_for),
        parts=read,
        sounds=tuple(
            [
                (number, _sound(part.key))
                for number, part in enumerate(read)
                if part.kind in _ADMINISTRATIVE and part.key
            ]
        ),
        kind_parts=tuple(kind_parts),
    )


@dataclass(slots=True, eq=False)
class Batch:
    """Texts that are looked up together: B texts with P terms in all, of which none has more than T.

    Parameters
    ----------
    terms : sequence of Terms, length B
    contexts : sequence of Context, length B
    width : int
        T, at least 1.
    text, column : ndarray of int64, shape (P,)
        Of each term: its text, and its number among that text's terms.
    flags : ndarray of int64, shape (P,)
    is_own : ndarray of bool, shape (P,)
    is_known : ndarray of bool, shape (P,)
        Whether it is only the name of the city or district that the context says already.
    standing, target : ndarray of int64, shape (S,)
        Terms that stand for others, and those, as positions among the P.
    worth : ndarray of float64, shape (S,)
    """

    terms: Sequence[Terms]
    contexts: Sequence[Context]
    width: int
    text: NDArray[np.int64]
    column: NDArray[np.int64]
    flags: NDArray[np.int64]
    is_own: NDArray[np.bool_]
    is_known: NDArray[np.bool_]
    standing: NDArray[np.int64]
    target: NDArray[np.int64]
    worth: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def cell(self) -> NDArray[np.int64]:
        """The place of each term in an array of shape (B, T) laid flat."""
        return self.text * self.width + self.column


def together(terms: Sequence[Terms], contexts: Sequence[Context]) -> Batch:
    """Put texts together, each with its surroundings."""
    counts = np.array([len(one.texts) for one in terms], dtype=np.int64)
    begins = np.cumsum(counts) - counts
    text = np.repeat(np.arange(len(terms)), counts)
    column = np.arange(len(text)) - begins[text]
    own = np.array([one.own for one in terms], dtype=np.int64)
    known: list[bool] = []
    stands: list[tuple[int, int, float]] = []
    for begin, one, context in zip(begins.tolist(), terms, contexts, strict=True):
        said = [number for number, heard in one.sounds if heard in context.known]
        known += [part in said for part in one.part] if said else [False] * len(one.part)
        if one.stands_for:
            stands += [(begin + standing, begin + target, worth) for standing, target, worth in one.stands_for]
    return Batch(
        terms,
        contexts,
        max(1, int(counts.max(initial=0))),
        text,
        column,
        np.array(list(chain.from_iterable(one.flags for one in terms)), dtype=np.int64),
        column < own[text],
        np.array(known, dtype=np.bool_),
        np.array([standing for standing, _, _ in stands], dtype=np.int64),
        np.array([target for _, target, _ in stands], dtype=np.int64),
        np.array([worth for _, _, worth in stands], dtype=np.float64),
    )
