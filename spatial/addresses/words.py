"""The lexicons of kinds and spellings, read once into tables that a reader of place texts can ask quickly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise

LONGEST_PHRASE: Final = 6
_MOSTLY_NAMED: Final = ("road", "chak")
"""A road has a name rather than a number, and a chak's number has words of its own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a word of kind is: its one spelling, its role in a phrase and the part that it makes."""

    name: str
    role: str
    part: str


@dataclass(frozen=True, slots=True)
class Words:
    """Every table of the lexicons, keyed by normal spelling.

    Parameters
    ----------
    kinds : dict of str to Kind
    phrases : dict of str to dict
        First word to {whole phrase as a tuple: replacement as a tuple}, longest phrases first.
    longest : dict of str to int
        First word to the number of words of its longest phrase.
    empty : frozenset of str
    letters : dict of str to str
    numbers : dict of str to int
    figures : dict of str to str
        Numbers in words, as figures, that count only behind a word of ``counted`` or a sector's letter.
    counted : frozenset of str
        Every spelling of the words that a number stands behind.
    branches : dict of tuple of str to str
    before, after : dict of tuple of str to str
        Words of relation before and after a name.
    relating : frozenset of str
        The first words of these.
    respelled : frozenset of str
        Words that may be written otherwise than they stand: first words of phrases, letters and figures.
    leading : frozenset of str
        Words that may be more than a part of a name: kinds, relations, numbers and empty ones.
    """

    kinds: dict[str, Kind]
    phrases: dict[str, dict[tuple[str, ...], tuple[str, ...]]]
    longest: dict[str, int]
    empty: frozenset[str]
    letters: dict[str, str]
    numbers: dict[str, int]
    figures: dict[str, str]
    counted: frozenset[str]
    branches: dict[tuple[str, ...], str]
    before: dict[tuple[str, ...], str]
    after: dict[tuple[str, ...], str]
    relating: frozenset[str]
    provinces: frozenset[tuple[str, ...]]
    respelled: frozenset[str]
    leading: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """Give the tables of the lexicons."""
    spellings, relations = lexicon.read("spellings"), lexicon.read("relations")
    kinds: dict[str, Kind] = {}
    replaced: dict[tuple[str, ...], tuple[str, ...]] = {}
    counted = {"number", *map(normalise, spellings["words"]["number"])}
    for name, table in lexicon.read("kinds").items():
        kind = Kind(name, table["role"], table["part"])
        kinds[name] = kind
        if kind.role == "number" and name not in _MOSTLY_NAMED:
            counted.update((name, *map(normalise, table["words"])))
        for written in table["words"]:
            spelled = tuple(normalise(written).split())
            if spelled != (name,):
                replaced[spelled] = (name,)
    for table in (spellings["words"], spellings["abbreviations"]):
        for standard, variants in table.items():
            target = tuple(normalise(standard).split())
            for variant in variants:
                spelled = tuple(normalise(variant).split())
                if spelled != target:
                    replaced[spelled] = target
    before, after = (_relation_words(relations, side, replaced) for side in ("before", "after"))
    phrases: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {}
    for spelled, target in sorted(replaced.items(), key=lambda item: -len(item[0])):
        phrases.setdefault(spelled[0], {})[spelled] = target
    empty = frozenset(normalise(word) for word in spellings["empty"]["words"])
    letters = {normalise(word): letter for letter, table in spellings["letters"].items() for word in table}
    numbers = {normalise(word): int(number) for number, table in spellings["numbers"].items() for word in table}
    figures = {normalise(word): figure for figure, table in spellings["figures"].items() for word in table}
    relating = frozenset(row[0] for table in (before, after) for row in table)
    return Words(
        kinds=kinds,
        phrases=phrases,
        longest={first: max(map(len, table)) for first, table in phrases.items()},
        empty=empty,
        letters=letters,
        numbers=numbers,
        figures=figures,
        counted=frozenset(counted),
        branches={
            tuple(normalise(word).split()): letters
            for letters, table in spellings["branches"].items()
            for word in (letters, *table)
        },
        before=before,
        after=after,
        relating=relating,
        provinces=frozenset(tuple(normalise(name).split()) for name in spellings["provinces"]["words"]),
        respelled=frozenset({*phrases, *letters, *figures}),
        leading=frozenset({*kinds, *relating, *numbers, *empty, "number"}),
    )


def _relation_words(
    relations: dict[str, dict[str, list[str]]], side: str, replaced: dict[tuple[str, ...], tuple[str, ...]]
) -> dict[tuple[str, ...], str]:
    found = {tuple(normalise(word).split()): name for name, table in relations.items() for word in table[side]}
    # A phrase meets its text once that is respelled: "limits of ps" is "limits of thana" there.
    for row, name in [*found.items()]:
        if len(row) > 1:
            found.setdefault(tuple(word for one in row for word in replaced.get((one,), (one,))), name)
    return found
