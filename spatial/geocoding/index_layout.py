"""How an index of places is laid out: its arrays and texts, and the terms and codes that both sides compute."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from string import ascii_lowercase
from typing import Final

from spatial.addresses.place import Part

VERSION: Final = 2
"""Of the file's layout and of the reading of names: an index of another version is refused, and built anew."""
NAME, ADDRESS = 0, 1
"""Kinds of line: a name of the place, and words about where it stands."""
DISTRICTS: Final = 1024
"""More districts than there are: a posting's key is term * DISTRICTS + district."""

_BITS: Final = {letter: 1 << number for number, letter in enumerate(ascii_lowercase)}

TEXTS: Final = ("refs", "names", "strings", "terms", "romans", "sounds")
ARRAYS: Final = (
    "place_kind", "place_lat", "place_lon", "place_radius", "place_district", "place_city", "place_population",
    "place_category", "extent_of", "extent_start", "extents", "line_place", "line_kind", "line_start", "line_own",
    "line_terms", "line_weight", "post_key", "post_start", "post_line", "term_weight", "term_flags", "term_length",
    "term_latin", "roman_length", "roman_letters", "sound_start", "sound_terms", "slip_code", "slip_sound",
    "lines_of_place", "by_city", "by_district", "neighbours", "district_of",
)  # fmt: skip


def code_of(form: str) -> int:
    """Give the number under which a sound with one letter dropped is kept."""
    return zlib.crc32(form.encode())


def letters_of(word: str) -> int:
    """Give the set of letters of a word in Latin spelling, as 32 bits; what is no letter shares six of them."""
    found = 0
    for letter in set(word):
        found |= _BITS.get(letter) or 1 << (26 + ord(letter) % 6)
    return found


def joined_terms(read: Sequence[Part]) -> list[tuple[str, tuple[str, str]]]:
    """Give the words of each part joined two and two, with the two: "Sher Shah" is also found by "Shershah"."""
    found: dict[str, tuple[str, str]] = {}
    for part in read:
        for joined, pair in joined_of(part.terms):
            found.setdefault(joined, pair)
    return list(found.items())


def joined_of(terms: Sequence[str]) -> list[tuple[str, tuple[str, str]]]:
    """Give the words among the terms of one part joined two and two, with the two."""
    found: list[tuple[str, tuple[str, str]]] = []
    one = ""
    for other in terms:
        if other[0] in "~=" or len(other) == 1:
            continue
        if one and one.isascii() == other.isascii():
            found.append((one + other, (one, other)))
        one = other
    return found
