"""Amounts before a unit: figures, fractions, ranges and words ("2-3", "1 1/2", ساڑھے تین)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spatial.addresses import lexicon

_WORDS: Final = lexicon.read("bearings")
_NUMBERS: Final = lexicon.numbers_by_word(_WORDS["numbers"])
_MODIFIERS: Final = lexicon.numbers_by_word(_WORDS["modifiers"])
# A stroke between other numbers is not a fraction: "2/3 km" is "two or three", "0/1 km" is "near".
_FRACTIONS: Final = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75, "1/3": 1 / 3, "1/8": 0.125}


@dataclass(slots=True)
class Amount:
    """An amount, with the ends of its range where it is one, and the token after it."""

    value: float
    after: int
    low: float | None = None
    high: float | None = None


def amount_at(tokens: list[str], index: int) -> Amount | None:
    """Give the number that begins at a token, with the index after it."""
    if index >= len(tokens):
        return None
    token = tokens[index]
    if token in _MODIFIERS and index + 1 < len(tokens):
        following = _plain(tokens[index + 1])
        if following is not None:
            return Amount(following.value + _MODIFIERS[token], index + 2)
    found = _plain(token)
    if found is None:
        return None
    if token.isdigit() and index + 1 < len(tokens):
        if tokens[index + 1] == "-":
            return _between(found.value, float(tokens[index + 2]), index + 3)
        if tokens[index + 1] in _FRACTIONS:
            return Amount(found.value + _FRACTIONS[tokens[index + 1]], index + 2)
    return Amount(found.value, index + 1, found.low, found.high)


def _between(one: float, other: float, after: int) -> Amount:
    low, high = min(one, other), max(one, other)
    # "0/1 km" is how a writer says "near", not half a kilometre.
    return Amount(0.0 if low == 0.0 else (low + high) / 2, after, low, high)


def _plain(token: str) -> Amount | None:
    if token in _NUMBERS:
        return Amount(_NUMBERS[token], 0)
    if not token[0].isdecimal():
        return None
    if "/" in token:
        if token in _FRACTIONS:
            return Amount(_FRACTIONS[token], 0)
        one, other = (float(part) for part in token.split("/"))
        return _between(one, other, 0)
    return Amount(float(token.replace(",", ".").replace("٫", ".")), 0)
