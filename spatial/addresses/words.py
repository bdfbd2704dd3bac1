"""The lexicons of kinds and spellings, read once into tables that a reader of place texts can ask quickly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise

LONGEST_PHRASE: Final = 6


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
    branches : dict of tuple of str to str
    before, after : dict of tuple of str to str
        Words of relation before and after a name.
    relating : frozenset of str
        The first words of these.
    """

    kinds: dict[str, Kind]
    phrases: dict[str, dict[tuple[str, ...], tuple[str, ...]]]
    longest: dict[str, int]
    empty: frozenset[str]
    letters: dict[str, str]
    numbers: dict[str, int]
    branches: dict[tuple[str, ...], str]
    before: dict[tuple[str, ...], str]
    after: dict[tuple[str, ...], str]
    relating: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """Give the tables of the lexicons."""
    spellings, relations = lexicon.read("spellings"), lexicon.read("relations")
    kinds: dict[str, Kind] = {}
    replaced: dict[tuple[str, ...], tuple[str, ...]] = {}
    for name, table in lexicon.read("kinds").items():
        kind = Kind(name, table["role"], table["part"])
        kinds[name] = kind
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
    before, after = _relation_words(relations, "before"), _relation_words(relations, "after")
    phrases: dict[str, dict[tuple[str, ...], tuple[str, ...]]] = {}
    for spelled, target in sorted(replaced.items(), key=lambda item: -len(item[0])):
        phrases.setdefault(spelled[0], {})[spelled] = target
    return Words(
        kinds=kinds,
        phrases=phrases,
        longest={first: max(map(len, table)) for first, table in phrases.items()},
        empty=frozenset(normalise(word) for word in spellings["empty"]["words"]),
        letters={normalise(word): letter for letter, table in spellings["letters"].items() for word in table},
        numbers={normalise(word): int(number) for number, table in spellings["numbers"].items() for word in table},
        branches={
            tuple(normalise(word).split()): letters
            for letters, table in spellings["branches"].items()
            for word in (letters, *table)
        },
        before=before,
        after=after,
        relating=frozenset(row[0] for table in (before, after) for row in table),
    )


def _relation_words(relations: dict[str, dict[str, list[str]]], side: str) -> dict[tuple[str, ...], str]:
    return {tuple(normalise(word).split()): name for name, table in relations.items() for word in table[side]}
