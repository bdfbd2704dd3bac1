"""A place text read into typed parts: house, street, block, area, village, chak, landmark, town, each with its span.

The reading is one pass over the tokens, led by the lexicon of kinds: a kind's role says whether it stands before its
name ("Mohalla Islampura"), after it ("Mall Road") or wants a number ("Block 13-D"). Every part also gives the
*terms* that it is compared by: a word as it is, a kind as ``~road``, a number as ``=block:13d`` with the wider
``=block:13`` behind it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from spatial.addresses.bearings import parse_bearing
from spatial.addresses.place import ParsedPlace, Part
from spatial.addresses.reader import Reader

_MOST_CHARACTERS: Final = 600


@lru_cache(maxsize=16_384)
def parse(text: str) -> ParsedPlace:
    """Read a place text of any script into typed parts.

    Parameters
    ----------
    text : str
        Only its first 600 characters are read.

    Returns
    -------
    ParsedPlace
        Without parts if the text holds no word and no number; never raises.
    """
    return ParsedPlace(text, parts(text), parse_bearing(text[:_MOST_CHARACTERS]) if _may_measure(text) else None)


@lru_cache(maxsize=16_384)
def parts(text: str) -> tuple[Part, ...]:
    """Give the parts of a place text, without looking for a bearing."""
    return tuple(Reader(text[:_MOST_CHARACTERS]).read())


def _may_measure(text: str) -> bool:
    return any(character.isdigit() or character in "½¼¾" for character in text) or not text.isascii() or "km" in text
