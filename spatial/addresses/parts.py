"""The names in a place phrase, most particular first, each with how the place lies to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise

_SEPARATORS: Final = re.compile(r"[,،;؛\n\r|()]+|\s[-–—]\s")
_RELATIONS: Final = lexicon.read("relations")
_BEFORE: Final = {normalise(word): name for name, table in _RELATIONS.items() for word in table["before"]}
_AFTER: Final = {normalise(word): name for name, table in _RELATIONS.items() for word in table["after"]}
# Longest first, so that "close to" is not read as "close".
_SPLIT: Final = re.compile(
    r"(?:^|(?<= ))(?:"
    + "|".join(re.escape(word) for word in sorted(_BEFORE, key=len, reverse=True) if word not in ("in", "at"))
    + r")(?= )"
)
_LEADING: Final = re.compile(
    r"^(" + "|".join(re.escape(word) for word in sorted(_BEFORE, key=len, reverse=True)) + r") (?=.)"
)
_TRAILING: Final = re.compile(
    r"(?<=.) (" + "|".join(re.escape(word) for word in sorted(_AFTER, key=len, reverse=True)) + r")$"
)


@dataclass(frozen=True, slots=True)
class PlacePart:
    """One candidate name in its normal spelling, and its relation: near, opposite, behind, in, limits, None."""

    key: str
    relation: str | None


@lru_cache(maxsize=16_384)
def place_parts(text: str) -> tuple[PlacePart, ...]:
    """Give the candidate names of a place text, in the order written, without repeats.

    Split at commas, Urdu commas, brackets and dashes, and before words of relation inside a part ("shop near
    X" gives "shop" and "X, near"). Relation words are stripped, also those that follow their name in Urdu.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of PlacePart
    """
    found: dict[str, PlacePart] = {}
    for piece in _SEPARATORS.split(text):
        key = normalise(piece)
        if not key:
            continue
        starts = [0, *(match.start() for match in _SPLIT.finditer(key) if match.start() > 0), len(key)]
        for first, last in zip(starts, starts[1:], strict=False):
            part = _stripped(key[first:last].strip())
            if part is not None and part.key not in found:
                found[part.key] = part
    return tuple(found.values())


def _stripped(key: str) -> PlacePart | None:
    relation: str | None = None
    while match := _LEADING.match(key):
        relation = _nearer(relation, _BEFORE[match[1]])
        key = key[match.end() :]
    while match := _TRAILING.search(key):
        relation = _nearer(relation, _AFTER[match[1]])
        key = key[: match.start()]
    return PlacePart(key, relation) if key and key not in _BEFORE else None


def _nearer(known: str | None, found: str) -> str:
    # "in" says least: "واقع نزد X" is near X.
    return found if known in (None, "in") else known
