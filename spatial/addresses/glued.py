"""Words of distance and direction typed without spaces between them: ``2کلومیٹرشمال``, ``ازتھانہ``, ``2kmnorth``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise

_WORDS: Final = lexicon.read("bearings")
_SHORTEST: Final = 2
_LONGEST: Final = 40
_LONG: Final = 3


def _listed(*tables: str) -> frozenset[str]:
    found = {normalise(word) for table in tables for words in _WORDS[table].values() for word in words}
    return frozenset(word for word in found if len(word) >= _SHORTEST and " " not in word)


_UNITS: Final = _listed("units")
_TELLING: Final = _UNITS | _listed("directions", "joined")
_KNOWN: Final = _TELLING | _listed("numbers", "modifiers", "fillers", "pointing", "measured")
_LAST: Final = _listed("abbreviations") | {"n", "e", "s", "w"}
_URDU_UNITS: Final = frozenset(word for word in _UNITS if not word.isascii())
_URDU: Final = "|".join(sorted(_URDU_UNITS, key=len, reverse=True))
_HINT: Final = re.compile(rf"(?:{_URDU})[^\W\d_]|[^\W\d_](?:{_URDU})")
_LATIN: Final = frozenset(
    word for word in _UNITS if re.fullmatch("km|kilomet(?:er|re)s?|met(?:er|re)s?|miles?|furlongs?", word)
)
# Latin letters are hardly ever typed so, but for what stands behind a figure's unit.
_LATIN_HINT: Final = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(_LATIN))})[a-z]")

# What stands in whatever the two find.
_STEMS: Final = lexicon.stems(_URDU_UNITS)
_LATIN_STEMS: Final = lexicon.stems(_LATIN)


def may_be(simple: str) -> bool:
    """Say whether a text in one spelling may hold a unit without the space beside it."""
    if simple.isascii():
        return lexicon.holds(simple, _LATIN_STEMS) and _LATIN_HINT.search(simple) is not None
    return lexicon.holds(simple, _STEMS) and _HINT.search(simple) is not None


@lru_cache(maxsize=4_096)
def apart(word: str) -> tuple[str, ...]:
    """Give the words that one is made of; itself alone where it is known, or no row of known words tells a distance.

    Parameters
    ----------
    word : str
        Letters in one spelling.
    """
    if word in _KNOWN or not 2 * _SHORTEST - 1 <= len(word) <= _LONGEST:
        return (word,)
    return _apart(word) or (word,)


def _apart(word: str) -> tuple[str, ...] | None:
    # The fewest words for each beginning; of as many, those whose first are longest.
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 12), end):
            before, piece = best[start], word[start:end]
            if before is None or not (
                piece in _KNOWN or (end == len(word) and piece in _LAST and before[-1:] and before[-1] in _UNITS)
            ):
                continue
            found, known = (*before, piece), best[end]
            if known is None or len(found) < len(known):
                best[end] = found
    whole = best[-1]
    if whole is None:
        return None
    if word.isascii():
        return whole if whole[0] in _LATIN else None
    return whole if not _TELLING.isdisjoint(whole) or max(map(len, whole)) >= _LONG else None
