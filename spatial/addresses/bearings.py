"""Distance and direction from the police station, as column 4 of an FIR words them.

"3 km north east of PS", "بمسافت 10 کلومیٹر مشرق", "thana se dedh kilometer shumal mashriq ki taraf".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses import glued, lexicon
from spatial.addresses.amounts import Amount, amount_at
from spatial.addresses.directions import (
    ABBREVIATIONS,
    APART,
    BY_ROAD,
    DIRECTIONS,
    FILLERS,
    JOINED,
    Token,
    direction_after,
    direction_before,
    letter_before,
    points_at,
)
from spatial.addresses.normal import fold, normalise

_WORDS: Final = lexicon.read("bearings")
_UNITS: Final = lexicon.numbers_by_word(_WORDS["units"])
_UNIT_WORDS: Final = frozenset(word for unit in _UNITS for word in unit.split())
_LOOSE: Final = frozenset(normalise(word) for word in _WORDS["loose"]["words"])
_MEASURED: Final = frozenset(normalise(word) for word in _WORDS["measured"]["words"])
_DIRECTING: Final = frozenset({*DIRECTIONS, *JOINED, *(word for word in ABBREVIATIONS if len(word) > 1)})
_SERVING: Final = frozenset({*FILLERS, *_MEASURED, *ABBREVIATIONS})

_WIDE: Final = {float(unit): (low, high) for unit, (low, high) in _WORDS["wide"].items()}

_FARTHEST_M: Final = 300_000.0
_VULGAR: Final = {"½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 ", "⅓": " 1/3 ", "⅔": " 2/3 ", "⅛": " 1/8 "}
_TOKEN: Final = re.compile(r"\d+/\d+|\d+(?:[.,٫]\d+)?|[^\W\d_]+|-")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# "K.M." is "km". The stop leads the pattern, so that it is looked for first.
_STOP_OF_INITIALS: Final = re.compile(r"\.(?<=[^\W\d_]\.)(?=[^\W\d_]\b)")
_NUMERIC: Final = re.compile(r"\d")
_LEAST_UNREAD_M: Final = 100.0
_LONG_UNIT_M: Final = 100.0
_NEGATIVE: Final = re.compile(r"(?:^|[:=,(،])\s*-$")


@dataclass(frozen=True, slots=True)
class Bearing:
    """A distance in metres and a direction in degrees clockwise from north, None where it is not said.

    A distance of 0 means "near". ``unit_m`` is the unit that it was written in, in which its writer rounded it; a range
    ("2-3 km", "0/1 km") keeps its two ends in metres beside its middle.
    """

    distance_m: float
    direction_deg: float | None
    unit_m: float = 1_000.0
    low_m: float | None = None
    high_m: float | None = None


@dataclass(slots=True)
class _Distance:
    metres: float
    first: int
    last: int
    unit_m: float
    low_m: float | None
    high_m: float | None

    def towards(self, direction: float | None) -> Bearing:
        return Bearing(self.metres, direction, self.unit_m, self.low_m, self.high_m)


@lru_cache(maxsize=16_384)
def parse_bearing(text: str) -> Bearing | None:
    """Give the distance and direction that a text holds, None if it holds none.

    A direction must stand beside the distance, with only words such as "of", "ki taraf" or "تھانہ" between. A
    distance without any direction counts if it is zero ("0/1 km") or is said to be one ("2 km from PS").

    Parameters
    ----------
    text : str

    Returns
    -------
    Bearing or None
    """
    told = _told(text)
    return told.said if told is not None else None


@lru_cache(maxsize=4_096)
def parse_distance(text: str) -> float | None:
    """Give the metres of a column that holds only a distance; a number without a unit is kilometres."""
    found = read_distance(text)
    return found.distance_m if found is not None else None


@lru_cache(maxsize=4_096)
def read_distance(text: str) -> Bearing | None:
    """Give what a column that holds only a distance says, with its unit and range; without a unit it is kilometres."""
    tokens = _tokens(text)
    for distance in _distances(tokens):
        return distance.towards(None)
    found = amount_at(tokens, 0)
    if found is None or found.after != len(tokens) or found.value * 1000.0 > _FARTHEST_M:
        return None
    return _measured_in(1_000.0, found, 0, 0).towards(None)


@lru_cache(maxsize=4_096)
def parse_direction(text: str) -> float | None:
    """Give the degrees of a column that holds only a direction: words, an abbreviation or a number."""
    tokens = [token for token in _tokens(text) if token not in FILLERS or token in ABBREVIATIONS]
    joined = "".join(tokens)
    if joined in ABBREVIATIONS:
        return ABBREVIATIONS[joined]
    if len(tokens) == 1 and _NUMERIC.match(tokens[0]):
        degrees = float(tokens[0].replace(",", ".").replace("٫", ".").split("/")[0])
        return degrees % 360.0 if degrees <= 360.0 else None
    for index in range(len(tokens)):
        found = points_at(tokens, index)
        if found is not None:
            return None if math.isnan(found) else found
    return None


@lru_cache(maxsize=16_384)
def without_bearing(text: str) -> str:
    """Give a text without its distance and direction from the station, and without the words that only serve these.

    "Near Data Darbar, about 3 km north of PS" leaves "near data darbar,"; a text that is nothing else leaves nothing. A
    text without a bearing comes back as it is.
    """
    found = measured(text)
    if found is None:
        return text
    simple, _, _, first, last, spans = found
    left = f"{simple[: spans[first][0]]} {simple[spans[last][1] :]}"
    return left.strip() if any(character.isalpha() for character in left) else ""


Measured = tuple[str, Bearing, tuple[str, ...], int, int, tuple[tuple[int, int], ...]]


@lru_cache(maxsize=1_024)
def measured(text: str) -> Measured | None:
    """Give where a text says its distance and direction, None if it says none.

    Returns
    -------
    (str, Bearing, tuple of str, int, int, tuple of (int, int)) or None
        The text in one spelling, what it says, its words, the first and last of them that say it or only serve it, and
        where each word stands in that spelling.
    """
    told = _told(text)
    if told is None:
        return None
    simple, tokens, words = told.simple, told.tokens, told.words
    first, last = told.by.first, told.by.last
    while first > 0 and _serves(words[first - 1], simple[tokens[first - 1][2] : tokens[first][1]]):
        first -= 1
    after = last
    while after + 1 < len(words) and (
        _serves(words[after + 1], simple[tokens[after][2] : tokens[after + 1][1]])
        or (words[after], words[after + 1]) in BY_ROAD
    ):
        after += 1
        # "Main" is a word for "in", but before a bazaar it is the bazaar's.
        if words[after] not in _LOOSE:
            last = after
    return simple, told.said, tuple(words), first, last, tuple([(start, end) for _, start, end in tokens])


@dataclass(slots=True)
class _Told:
    """A text in one spelling, its words and where each stands, what it says of distance and direction, and by what."""

    simple: str
    tokens: list[Token]
    words: list[str]
    said: Bearing
    by: _Distance


# A text is asked for its bearing, for what is left without it and for where it is told from, all at once.
@lru_cache(maxsize=1_024)
def _told(text: str) -> _Told | None:
    """Give what a text says of distance and direction, None if it says nothing."""
    lengths = _lengths(text)
    if lengths is None:
        return None
    simple, tokens, words, distances = lengths
    for distance in distances:
        said = _says(simple, tokens, words, distance)
        if said is not None:
            return _Told(simple, tokens, words, said, distance)
    return None


@lru_cache(maxsize=1_024)
def _lengths(text: str) -> tuple[str, list[Token], list[str], list[_Distance]] | None:
    """Give a text in one spelling, its words with where each stands, and its distances; None if it has none."""
    simple = _simplified(text)
    if not _may_tell(simple):
        return None
    tokens = _cut(simple)
    words = [word for word, _, _ in tokens]
    return simple, tokens, words, _distances(words)


@lru_cache(maxsize=1_024)
def unread_distance(text: str) -> str | None:
    """Give the words of a distance that tells nothing of where a place is, None if the text holds none.

    "2 km" says no direction, "3 km north south" two. Short lengths are those of plots and streets ("30 feet bazaar").
    """
    lengths = _lengths(text)
    if lengths is None or _told(text) is not None:
        return None
    simple, tokens, words, distances = lengths
    for one in distances:
        last = one.last
        following = words[last + 1] if last + 1 < len(words) else ""
        is_length = one.unit_m >= _LONG_UNIT_M or (one.unit_m == 1.0 and len(words[last]) > 1)
        if one.metres < _LEAST_UNREAD_M or not is_length or following[:1].isdecimal():  # "M-2 km 45" is of a road
            continue
        while last + 1 < len(words) and words[last + 1] in _DIRECTING:
            last += 1
        begin, end = tokens[one.first][1], tokens[last][2]
        begin -= bool(_NEGATIVE.search(simple, 0, begin))
        # As it was written, where the one spelling is as long.
        return (text if len(text) == len(simple) else simple)[begin:end]
    return None


def _serves(word: str, between: str) -> bool:
    """Say whether a word belongs to the bearing beside it; beyond a comma only a direction does."""
    return word in _DIRECTING or (
        word in _SERVING and "," not in between and "،" not in between and "\n" not in between
    )


def _says(simple: str, tokens: list[Token], words: list[str], distance: _Distance) -> Bearing | None:
    """Give the bearing that a distance makes with what stands beside it, None if it is none."""
    starts = tokens[distance.first][1]
    if _NEGATIVE.search(simple, 0, starts):
        return None
    direction = direction_after(words, distance.last + 1)
    if direction is not None and math.isnan(direction):
        # "North, south of the canal" points one way.
        stop = APART.search(simple, tokens[distance.last + 1][2])
        left = sum(start < stop.start() for _, start, _ in tokens) if stop is not None else 0
        direction = direction_after(words[:left], distance.last + 1) if left else direction
    if direction is None:
        direction = direction_before(words, distance.first - 1)
        if direction is not None and math.isnan(direction):  # "Garden East, west, 1 km"
            at = tokens[distance.first - 1][1]
            begin = max((stop.end() for stop in APART.finditer(simple, 0, at)), default=0)
            left = sum(start < begin for _, start, _ in tokens)
            direction = direction_before(words[left:], distance.first - 1 - left)
    if direction is None and distance.first > 0:
        direction = letter_before(simple, tokens, distance.first, distance.last)
    if direction is not None and math.isnan(direction):
        return None
    if direction is not None or distance.metres == 0.0 or _is_measured(words, distance):
        return distance.towards(direction)
    return None


def _tokens(text: str) -> list[str]:
    return [word for word, _, _ in _cut(_simplified(text))]


def _may_tell(simple: str) -> bool:
    """Say whether a text in one spelling may tell a distance: nearly every address has no unit."""
    # Those of its words that have letters are its runs of letters.
    return not _UNIT_WORDS.isdisjoint(_LETTERS.findall(simple)) or glued.may_be(simple)


def _simplified(text: str) -> str:
    """Give a text in one spelling."""
    if not text.isascii():
        for sign, spelled in _VULGAR.items():
            text = text.replace(sign, spelled)
    simple = fold(text)
    return _STOP_OF_INITIALS.sub("", simple) if "." in simple else simple


def _cut(simple: str) -> list[Token]:
    """Give the words of a text in one spelling, each with where it begins and ends."""
    tokens = [(found[0], *found.span()) for found in _TOKEN.finditer(simple)]
    kept: list[Token] = []
    for index, token in enumerate(tokens):
        word, start, _ = token
        # A dash is a range between two numbers ("2-3 km"); anywhere else ("north-east") it is nothing.
        if word == "-" and not (
            0 < index < len(tokens) - 1 and tokens[index - 1][0].isdigit() and tokens[index + 1][0].isdigit()
        ):
            continue
        pieces = glued.apart(word)
        if len(pieces) == 1:
            kept.append(token)
            continue
        for piece in pieces:  # typed without spaces
            kept.append((piece, start, start + len(piece)))
            start += len(piece)
    return kept


def _distances(tokens: list[str]) -> list[_Distance]:
    found = []
    index = 0
    while index < len(tokens):
        number = amount_at(tokens, index)
        if number is None:
            index += 1
            continue
        unit = _unit(tokens, number.after)
        if unit is not None and number.value * unit[0] <= _FARTHEST_M:
            found.append(_measured_in(unit[0], number, index, unit[1] - 1))
            index = unit[1]
        else:
            index += 1
    return found


def _measured_in(unit_m: float, number: Amount, first: int, last: int) -> _Distance:
    low = number.low * unit_m if number.low is not None else None
    high = number.high * unit_m if number.high is not None else None
    if unit_m in _WIDE and number.value > 0.0:
        least, most = _WIDE[unit_m]
        low = (number.value if number.low is None else number.low) * least
        high = (number.value if number.high is None else number.high) * most
    return _Distance(number.value * unit_m, first, last, unit_m, low, high)


def _unit(tokens: list[str], index: int) -> tuple[float, int] | None:
    for length in (2, 1):
        word = " ".join(tokens[index : index + length])
        if index + length <= len(tokens) and word in _UNITS:
            return _UNITS[word], index + length
    return None


def _is_measured(tokens: list[str], distance: _Distance) -> bool:
    after = distance.last + (3 if tuple(tokens[distance.last + 1 : distance.last + 3]) in BY_ROAD else 1)
    near = tokens[max(0, distance.first - 2) : distance.first] + tokens[after : after + 2]
    return any(token in _MEASURED for token in near)
