"""What a typed text may mean: coordinates, a cell, a FIR's number, or the name of a place or a jurisdiction.

Urdu, Arabic and Latin digits and the letters of three scripts are read alike.  What does not belong here: asking the
database (routes.py).
"""

import re
from typing import Any, NamedTuple

from spatial import cells as h3cells
from spatial.addresses import normalise
from spatial.errors import SpatialError

#: Degrees of Pakistan and its surroundings; a pair the other way round is turned.
_LATS, _LONS = (22.0, 39.0), (59.0, 80.0)
_NUMBER = r"(\d{1,3}(?:\.\d+)?)"
_PAIR = re.compile(rf"\s*{_NUMBER}\s*°?\s*([NSEW]?)\s*[,;\s]\s*{_NUMBER}\s*°?\s*([NSEW]?)\s*", re.IGNORECASE)
_SEXAGESIMAL = re.compile(
    r"\s*(\d{1,3})\s*°\s*(\d{1,2})\s*['′’]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|'')\s*)?([NSEW])\s*,?\s*", re.IGNORECASE
)
#: Words around a FIR's number: they say what it is and nothing else.
_FIR_WORDS = re.compile(
    r"\b(?:f\.?\s*i\.?\s*r\.?|no\.?|number|case|muqadma|mukadma|nambar|ایف\s*آئی\s*آر|مقدمہ|نمبر)(?=\W|\d|$)",
    re.IGNORECASE,
)
_FIR = re.compile(r"(\d{1,6})(?:\s*[/\\-]\s*((?:19|20)?\d{2}))?")
#: Words before a station's name.
_STATION_WORDS = re.compile(r"^(?:ps|p s|police station|thana|thanah|تہانہ|پولیس اسٹیشن)\s+(?=\S)")


class FirNumber(NamedTuple):
    """A FIR's number, with its year where it was given."""

    number: int
    year: int | None


def plain(words: str) -> str:
    """Give a text with digits in 0-9, the decimal mark a point and the comma a comma, whatever script they were in."""
    latin = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in words)
    return latin.replace("٫", ".").replace("،", ",").replace("؛", ";").strip()


def coordinates(words: str) -> tuple[float, float] | None:
    """Give (latitude, longitude) in degrees of a pair in decimals or in degrees, minutes and seconds; None for others.

    A pair without letters whose first number can only be a longitude of these parts is turned round.
    """
    text = plain(words)
    parts = list(_SEXAGESIMAL.finditer(text))
    if len(parts) == 2 and parts[0].end() == parts[1].start() and parts[0].start() == 0 and parts[1].end() == len(text):
        (one, first), (two, second) = ((_degrees(match), match[4].upper()) for match in parts)
    else:
        pair = _PAIR.fullmatch(text)
        if pair is None:
            return None
        one, first, two, second = float(pair[1]), pair[2].upper(), float(pair[3]), pair[4].upper()
    if first in "EW" and first and second in ("N", "S", ""):
        one, two, first, second = two, one, second, first
    elif not first and not second and _within(one, _LONS) and _within(two, _LATS):
        one, two = two, one
    if first in ("E", "W") or second in ("N", "S"):
        return None
    lat, lon = (-one if first == "S" else one), (-two if second == "W" else two)
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def _degrees(match: re.Match[str]) -> float:
    return int(match[1]) + int(match[2]) / 60 + float(match[3] or 0) / 3600


def cell(words: str) -> tuple[str, float, float] | None:
    """Give a cell's 15 hexadecimal digits and its centre in degrees, if the text is a cell's."""
    text = plain(words).lower()
    if len(text) != 15:
        return None
    try:
        lat, lon = h3cells.centre(h3cells.from_hex(text))
    except SpatialError:
        return None
    return text, lat, lon


def fir_number(words: str) -> FirNumber | None:
    """Give the number of `604/23`, `FIR No. 604-2023`, `مقدمہ نمبر ۶۰۴/۲۳` or a bare `604`; None for others."""
    found = _FIR.fullmatch(_FIR_WORDS.sub(" ", plain(words)).strip(" .:#"))
    if found is None:
        return None
    year = int(found[2]) if found[2] else None
    return FirNumber(int(found[1]), year + 2000 if year is not None and year < 100 else year)


def name_key(words: str) -> str:
    """Give the normal spelling of a name without the words for a thana before it."""
    key = normalise(words)
    return _STATION_WORDS.sub("", key) or key


def results(words: str) -> list[dict[str, Any]]:
    """Give what a text means without asking anybody: coordinates or a cell."""
    found: list[dict[str, Any]] = []
    if (pair := coordinates(words)) is not None:
        lat, lon = pair
        found.append({"type": "coordinates", "name": f"{lat:.5f}, {lon:.5f}", "lat": lat, "lon": lon})
    if (known := cell(words)) is not None:
        name, lat, lon = known
        found.append({"type": "cell", "cell": name, "name": name, "lat": lat, "lon": lon})
    return found
