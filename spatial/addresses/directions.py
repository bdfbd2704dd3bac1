"""Directions beside a distance: whole words after or before it, letters directly at it, past words that only serve."""

from __future__ import annotations

import math
import re
from typing import Final

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise

_WORDS: Final = lexicon.read("bearings")
DIRECTIONS: Final = lexicon.numbers_by_word(_WORDS["directions"])
JOINED: Final = lexicon.numbers_by_word(_WORDS["joined"])
ABBREVIATIONS: Final = lexicon.numbers_by_word(_WORDS["abbreviations"])
FILLERS: Final = frozenset(normalise(word) for word in _WORDS["fillers"]["words"])
POINTING: Final = frozenset(normalise(word) for word in _WORDS["pointing"]["words"])
BY_ROAD: Final = frozenset(
    (normalise(by), normalise(road)) for by in _WORDS["road"]["before"] for road in _WORDS["road"]["words"]
)
_DOUBTFUL: Final = frozenset(normalise(word) for word in _WORDS["doubtful"]["words"])
_DOING: Final = frozenset(normalise(word) for word in _WORDS["doubtful"]["doing"])
_UNLETTERED: Final = frozenset({"se", "ne"})
"""Words of Urdu too, which no comma makes directions of."""
CONTRARY: Final = math.nan
"""The direction of words that point both ways: no other number is told from itself."""
APART: Final = re.compile(r"[,،;؛\n]")
Token = tuple[str, int, int]
"""A word, with where it begins and ends in its text."""


def direction_after(tokens: list[str], index: int) -> float | None:
    """Give the direction that follows a distance, past fillers."""
    start = index
    while index < len(tokens):
        found = points_at(tokens, index)
        if found is not None:
            return found
        if (tokens[index] not in FILLERS and (tokens[index - 1], tokens[index]) not in BY_ROAD) or (
            tokens[index] == "se" and index > start and tokens[index - 1] in POINTING
        ):
            break
        index += 1
    if index > start and index < len(tokens) and (len(tokens[index]) == 3 or tokens[index - 1] in POINTING):
        pointed = ABBREVIATIONS.get(tokens[index])
        if pointed is not None:
            return pointed
    # Only where no whole word was found: "3 km se mashriq" holds the Urdu word "se", not south-east.
    two, one = " ".join(tokens[start : start + 2]), tokens[start] if start < len(tokens) else ""
    return ABBREVIATIONS.get(two, ABBREVIATIONS.get(one))


def direction_before(tokens: list[str], index: int) -> float | None:
    """Give the direction that precedes a distance, past fillers."""
    while index >= 0:
        if tokens[index] in DIRECTIONS or tokens[index] in JOINED:
            first = index
            while first > 0 and tokens[first - 1] in DIRECTIONS and index - first < 2:
                first -= 1
            return points_at(tokens, first)
        if tokens[index] not in FILLERS:
            return None
        index -= 1
    return None


def letter_before(simple: str, tokens: list[Token], first: int, last: int) -> float | None:
    """Give the direction of the letters before a distance ("N 2 km", "janib NE 2 km"), which nothing else may mean."""
    word, start, end = tokens[first - 1]
    direction = ABBREVIATIONS.get(word)
    after = tokens[last + 1][0] if last + 1 < len(tokens) else ""
    # "N-5 km 12" and "N 5 km 12" are kilometres of a highway.
    if direction is None or not simple[end : tokens[first][1]].isspace() or after[:1].isdecimal():
        return None
    before = simple[:start].rstrip()
    is_first = not before or (APART.match(before[-1]) is not None and word not in _UNLETTERED)
    is_pointed = first > 1 and tokens[first - 2][0] in POINTING and word != "se"
    return direction if is_first or is_pointed or len(word) == 3 else None


def points_at(tokens: list[str], index: int) -> float | None:
    """Give the direction of one, two or three point words in a row."""
    if tokens[index] in JOINED:
        return JOINED[tokens[index]]
    if tokens[index] in _DOUBTFUL and index + 1 < len(tokens) and tokens[index + 1] in _DOING:
        return None  # "utar kar": having got down
    points: list[float] = []
    while index < len(tokens) and len(points) < 3 and tokens[index] in DIRECTIONS:
        points.append(DIRECTIONS[tokens[index]])
        index += 1
    if not points:
        return None
    direction = points[-1]
    # "North north east" halves from the back: north-east first, then half-way to north.
    for point in reversed(points[:-1]):
        turn = (point - direction + 180.0) % 360.0 - 180.0
        if abs(turn) > 90.0:
            return CONTRARY
        direction = (direction + turn / 2.0) % 360.0
    return direction
