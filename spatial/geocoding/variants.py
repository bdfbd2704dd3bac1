"""Which words of an index a word of a text may be: by its spelling, by its sound in either script, by one slip.

Words are looked up many together: their candidates stand in flat arrays, and how alike two spellings are is asked of
all pairs in one call. What was found is remembered, since the words of places come again and again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from spatial.addresses.phonetic import phonetic, romanised
from spatial.geocoding.index_layout import code_of, letters_of
from spatial.geocoding.ragged import are_among, places_in, spread, starts_of

MOST_VARIANTS: Final = 24
_LENGTHS_APART: Final = 4
_LENGTHS_APART_OF_A_SLIP: Final = 2
_SURELY_ALIKE: Final = 0.93
"""Where a spelling of the same sound is less alike than this, a slip is as likely."""
_ALIKE: Final = 0.6
_ALIKE_IF_SHORT: Final = 0.75
"""How alike letters have to be, and if the sound is of one or two consonants, or not the same."""
_SLIP: Final = 0.9
_FEWEST_FOR_A_SLIP: Final = 5
_ROUNDING: Final = 1e-6
_MOST_REMEMBERED: Final = 65_536
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Pair = tuple[Ints, Floats]
_NONE: Final[Pair] = np.empty(0, dtype=np.int64), np.empty(0)
_SURE: Final = np.ones(1)


@dataclass(slots=True, eq=False)
class _Words:
    """The words of texts with what their letters are compared by; W of them."""

    roman: list[str]
    length: Ints
    roman_length: Ints
    letters: NDArray[np.uint32]
    is_latin: NDArray[np.bool_]


def _asked(words: list[str]) -> _Words:
    roman = [romanised(word) for word in words]
    return _Words(
        roman,
        np.array([len(word) for word in words], dtype=np.int64),
        np.array([len(word) for word in roman], dtype=np.int64),
        np.array([letters_of(word) for word in roman], dtype=np.uint32),
        np.array([word.isascii() for word in words], dtype=np.bool_),
    )


class Variants:
    """The words of an index, by spelling and sound.

    Parameters
    ----------
    terms, romans, sounds : list of str
        ``romans`` are the terms in Latin letters, empty where they are in these anyway.
    arrays : mapping of str to ndarray
        Those of the index.
    """

    def __init__(self, terms: list[str], romans: list[str], sounds: list[str], arrays: dict[str, NDArray[Any]]) -> None:
        self.number_of_term = {term: number for number, term in enumerate(terms)}
        self._terms = terms
        self._spelled = [roman or term for term, roman in zip(terms, romans, strict=True)]
        self._number_of_sound = {sound: number for number, sound in enumerate(sounds)}
        self._arrays = arrays
        self._remembered: dict[str, Pair] = {}

    def of(self, terms: Iterable[str]) -> list[Pair]:
        """Give for each term the terms of the index that it may be, by number, with how like they are, 0 to 1."""
        asked = list(terms)
        remembered = self._remembered
        if len(remembered) > _MOST_REMEMBERED:
            # A new one and not an emptied one: another thread may be reading it.
            remembered = self._remembered = {}
        new = {term for term in asked if term not in remembered}
        if new:
            remembered.update(self._look_up(sorted(new)))
        return [remembered[term] for term in asked]

    def _look_up(self, terms: list[str]) -> dict[str, Pair]:
        found: dict[str, Pair] = {}
        words: list[str] = []
        for term in terms:
            if len(term) > 1 and term[0].isalpha():
                words.append(term)
            else:
                exact = self.number_of_term.get(term, -1)
                found[term] = _NONE if exact < 0 else (np.array([exact]), _SURE)
        if words:
            found.update(zip(words, self._of_words(words), strict=True))
        return found

    def _of_words(self, words: list[str]) -> list[Pair]:
        keys = [phonetic(word) for word in words]
        asked = _asked(words)
        exact = np.array([self.number_of_term.get(word, -1) for word in words], dtype=np.int64)
        of_sound = [[self._number_of_sound[key]] if key in self._number_of_sound else [] for key in keys]
        is_long = np.array([len(key) for key in keys]) >= 3
        number, like, word = self._alike(asked, of_sound, _LENGTHS_APART, np.where(is_long, _ALIKE, _ALIKE_IF_SHORT))
        best = np.zeros(len(words))
        np.maximum.at(best, word, like)
        may_slip = (exact < 0) & is_long & (best < _SURELY_ALIKE) & (asked.length >= _FEWEST_FOR_A_SLIP)
        of_slip: list[list[int]] = [[] for _ in words]
        slipping_words = np.flatnonzero(may_slip).tolist()
        for at, sounds in zip(slipping_words, self._slipped([keys[at] for at in slipping_words]), strict=True):
            of_slip[at] = sounds
        least = np.full(len(words), _ALIKE_IF_SHORT)
        slipped, how, slipping = self._alike(asked, of_slip, _LENGTHS_APART_OF_A_SLIP, least)
        every = len(self._terms)
        near = ~are_among(slipping * every + slipped, word * every + number)
        other = number != exact[word]
        known = np.flatnonzero(exact >= 0)
        number = np.concatenate([number[other], slipped[near], exact[known]])
        like = np.concatenate([like[other], _SLIP * how[near], np.ones(len(known))])
        word = np.concatenate([word[other], slipping[near], known])
        order = np.argsort(word, kind="stable")
        number, like = number[order], like[order]
        ends = np.searchsorted(word[order], np.arange(len(words) + 1)).tolist()
        # Copies: a view would keep the whole array for as long as one of its words is remembered.
        return [
            (number[first:last].copy(), like[first:last].copy()) for first, last in zip(ends, ends[1:], strict=False)
        ]

    def _slipped(self, keys: Sequence[str]) -> list[list[int]]:
        """Give for each sound those that differ from it by a single letter dropped, added or changed, in order."""
        dropped = [[key[:at] + key[at + 1 :] for at in range(len(key))] for key in keys]
        near = [{self._number_of_sound[form] for form in row if form in self._number_of_sound} for row in dropped]
        forms = [{key, *row} for key, row in zip(keys, dropped, strict=True)]
        code = np.array([code_of(form) for row in forms for form in row], dtype=np.int64)
        codes, sounds = self._arrays["slip_code"], self._arrays["slip_sound"]
        first = np.searchsorted(codes, code)
        at, form = spread(first, np.searchsorted(codes, code, "right") - first)
        key_of_form = np.repeat(np.arange(len(keys)), [len(row) for row in forms])
        for key, sound in zip(key_of_form[form].tolist(), sounds[at].tolist(), strict=True):
            near[key].add(sound)
        return [sorted(row) for row in near]

    def _alike(
        self, asked: _Words, sounds: Sequence[Sequence[int]], lengths_apart: int, least: Floats
    ) -> tuple[Ints, Floats, Ints]:
        """Give the terms of some sounds that are spelled much like a word: vowels decide, sounds being equal.

        Parameters
        ----------
        asked : _Words
            W words.
        sounds : sequence of sequence of int, length W
            For each word the numbers of the sounds to look among.
        lengths_apart : int
        least : ndarray of float64, shape (W,)
            How alike letters have to be.

        Returns
        -------
        number, like, word : ndarray, shape (found,)
            The term, how like it is and the word's place, by word; at most ``MOST_VARIANTS`` of one word.
        """
        arrays = self._arrays
        flat = np.array([sound for row in sounds for sound in row], dtype=np.int64)
        word_of_sound = np.repeat(np.arange(len(sounds)), [len(row) for row in sounds])
        begins = arrays["sound_start"]
        at, owner = spread(begins[flat], begins[flat + 1] - begins[flat])
        number, word = arrays["sound_terms"][at].astype(np.int64), word_of_sound[owner]
        close = np.abs(arrays["term_length"][number] - asked.length[word]) <= lengths_apart
        number, word = number[close], word[close]
        # Between scripts the short vowels are missing from one: four fifths alike is as good as it gets.
        more = 0.2 * (arrays["term_latin"][number] != asked.is_latin[word])
        # Each letter that only one of two spellings has sets them at least that far apart.
        different = np.bitwise_count(asked.letters[word] ^ arrays["roman_letters"][number])
        both = np.maximum(1, asked.roman_length[word] + arrays["roman_length"][number])
        close = 1.0 - different / both + more >= least[word] - _ROUNDING
        number, word, more = number[close], word[close], more[close]
        if not len(number):
            return number, np.empty(0), word
        roman, spelled = asked.roman, self._spelled
        ratios = process.cpdist(
            [roman[each] for each in word.tolist()],
            [spelled[each] for each in number.tolist()],
            scorer=fuzz.ratio,
            dtype=np.float64,
        )
        like = np.minimum(1.0, ratios / 100.0 + more)
        kept = np.flatnonzero(like >= least[word])
        kept = kept[np.lexsort((-like[kept], word[kept]))]
        kept = kept[places_in(word[kept], starts_of(word[kept])) < MOST_VARIANTS]
        return number[kept], 0.5 + 0.48 * like[kept], word[kept]
