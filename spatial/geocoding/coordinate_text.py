"""Coordinates as people write them: decimal degrees, degrees with minutes and seconds, UTM, with or without letters.

Nothing is turned, scaled or guessed in silence. What can be read in one way only is read; what only makes sense after a
change ("exchanged", "without its point") is *offered* beside the code of what is wrong, and an officer decides.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses.normal import fold
from spatial.geocoding import utm

# South, north, west, east of Pakistan, with the disputed areas that it administers.
PAKISTAN: Final = (23.5, 37.2, 60.8, 77.9)
_DEGREE_M: Final = 111_320.0
# Nine tenths of what was rounded, or cut off, to so many metres lie within this share of them.
_HELD: Final = 0.75
_FOOT_M: Final = 0.3048

_SIGNS: Final = str.maketrans(
    {
        "º": "°",
        "˚": "°",
        "′": "'",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "″": '"',
        "“": '"',
        "”": '"',
        "−": "-",
        "–": "-",
        "٫": ".",
        "،": ",",
        "؛": ";",
    }
)
_WORDS: Final = (
    re.compile(r"\b(?:lat(?:itude)?|y)\b\s*[:=]?|عرض\s*بلد\s*:?", re.IGNORECASE),
    re.compile(r"\b(?:lon(?:g(?:itude)?)?|lng|x)\b\s*[:=]?|طول\s*بلد\s*:?", re.IGNORECASE),
)
_NUMBER: Final = r"[+-]?\d+(?:\.\d+)?"
# Degrees, then perhaps minutes, then perhaps seconds; a compass letter before or after.
_ANGLE: Final = re.compile(
    rf"(?P<before>[NSEW])?\s*(?P<deg>{_NUMBER})\s*(?:°|d(?:eg(?:rees?)?)?(?![A-Z]))?\s*"
    rf"(?:(?P<min>\d+(?:\.\d+)?)\s*(?:'(?!')|m(?:in)?(?![A-Z]))\s*(?:(?P<sec>\d+(?:\.\d+)?)\s*(?:\"|''|s(?:ec)?(?![A-Z]))?)?)?"
    r"\s*(?P<after>[NSEW](?![A-Z]))?",
    re.IGNORECASE,
)
_SPACED: Final = re.compile(
    r"^\s*(\d{1,3})[\s:-](\d{1,2}(?:\.\d+)?)(?:[\s:-](\d{1,2}(?:\.\d+)?))?\s*([NSEW])[\s,;]+"
    r"(\d{1,3})[\s:-](\d{1,2}(?:\.\d+)?)(?:[\s:-](\d{1,2}(?:\.\d+)?))?\s*([NSEW])\s*$",
    re.IGNORECASE,
)
_UTM: Final = re.compile(
    r"^\s*(?:utm)?\s*(?:zone)?\s*(?:(?P<zone>\d{2})(?:\s*[C-HJ-NP-X]\b|\s*[C-HJ-NP-X](?=\d)|[\s,:;]))?[\s,:;]*"
    r"(?:E(?:asting)?\s*[:=]?\s*)?(?P<east>\d{5,8}(?:\.\d+)?)\s*(?:m\s*E|mE|E)?[\s,;]+"
    r"(?:N(?:orthing)?\s*[:=]?\s*)?(?P<north>\d{6,8}(?:\.\d+)?)\s*(?:m\s*N|mN|N)?"
    r"[\s,;]*(?:zone\s*(?P<late>\d{2})\s*[C-HJ-NP-X]?)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says of a point.

    Parameters
    ----------
    lat, lon : float or None
        Degrees (EPSG:4326) as written; None where ``problem`` forbids to use them.
    accuracy_m : float
        What the digits leave open: the radius that holds 90 %.
    notation : str
        ``decimal``, ``minutes``, ``seconds`` or ``utm``.
    problem : str or None
        Code of what is wrong, the code of a :class:`~spatial.model.Reason`.
    offered : tuple of (float, float) or None
        (Latitude, longitude) that would make sense, for an officer to confirm.
    """

    lat: float | None
    lon: float | None
    accuracy_m: float
    notation: str
    problem: str | None = None
    offered: tuple[float, float] | None = None
    given: tuple[float, float] | None = None
    """The two numbers as they stood, in degrees or metres, where there is a problem."""


_ZEROS: Final = re.compile(r"^\s*[0۰]+\s*[,،;\s]\s*[0۰]+\s*$")
_FOUR_DIGITS: Final = re.compile(r"(?:\D*\d){4}")
_EMPTY: Final = Reading(None, None, 0.0, "decimal", "coordinates_zero", None, (0.0, 0.0))


@dataclass(frozen=True, slots=True)
class _Angle:
    degrees: float
    letter: str
    step_deg: float
    notation: str


@lru_cache(maxsize=16_384)
def read(text: str) -> Reading | None:
    """Give the point that a text consists of, None if it is no pair of coordinates.

    Parameters
    ----------
    text : str
        Any script's digits. At most the coordinates and their labels: an address that holds a number is none.

    Returns
    -------
    Reading or None
    """
    if len(text) > 120 or not _FOUR_DIGITS.match(text):
        return _EMPTY if _ZEROS.match(text) else None
    simple = folded(text)
    found = _UTM.match(simple)
    if found is not None:
        return _of_grid(found)
    pair = _spaced(simple) or _pair(simple)
    return _of_pair(*pair) if pair is not None else None


def problem_of(lat: float, lon: float) -> tuple[str | None, tuple[float, float] | None]:
    """Give what is wrong with numbers given as degrees, and what would make sense instead; (None, None) if nothing.

    Parameters
    ----------
    lat, lon : float
        Any numbers, NaN and infinity among them.
    """
    south, north, west, east = PAKISTAN
    if south <= lat <= north and west <= lon <= east:
        return None, None
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return "coordinates_not_numbers", None
    if abs(lat) < 1e-3 and abs(lon) < 1e-3:
        return "coordinates_zero", None
    if _is_here(lon, lat):
        # Told, not turned round in silence: the record's owner must mend his export.
        return "coordinates_swapped", (lon, lat)
    if _is_here(abs(lat), abs(lon)):
        return "coordinates_negative", (abs(lat), abs(lon))
    if abs(lat) <= 90.0 and abs(lon) <= 180.0:
        return "coordinates_outside_country", None
    return _of_large(lat, lon)


def step_of(lat: float, lon: float) -> float:
    """Give to how many degrees a pair of decimal numbers was written: that of the one with more digits."""
    return min(_step(repr(float(lat))), _step(repr(float(lon))))


def precision_m(step_deg: float) -> float:
    """Give the radius that holds 90 % of what may have been rounded, or cut off, to a step in degrees."""
    return _HELD * step_deg * _DEGREE_M


def folded(text: str) -> str:
    """Give a text in capitals, one script's digits and the plain signs of degrees, minutes and seconds."""
    # Folding drops apostrophes, which are minutes here, so they go by as another sign.
    text = text.translate(_SIGNS).replace("''", '"').replace("'", "\x01")
    return fold(text).replace("\x01", "'").upper().translate(_SIGNS).strip(" \t\n()[]")


def _of_large(lat: float, lon: float) -> tuple[str, tuple[float, float] | None]:
    """Tell what numbers beyond 90 and 180 degrees may be."""
    for first, second in ((lat, lon), (lon, lat)):
        if _is_grid(first, second):
            return "coordinates_utm", None
        if _is_grid(first * _FOOT_M, second * _FOOT_M):
            return "coordinates_in_feet", None
    if 2_300.0 <= lat < 3_800.0 and 6_000.0 <= lon < 7_800.0 and lat % 100.0 < 60.0 and lon % 100.0 < 60.0:
        # As receivers write degrees and minutes in one number: 3131.2 is 31 degrees 31.2 minutes.
        return "coordinates_minutes", (lat // 100 + lat % 100 / 60.0, lon // 100 + lon % 100 / 60.0)
    for digits in range(1, 9):
        scaled = (lat / 10.0**digits, lon / 10.0**digits)
        if _is_here(*scaled):
            return "coordinates_without_point", scaled
    return "coordinates_outside_country", None


def _is_here(lat: float, lon: float) -> bool:
    south, north, west, east = PAKISTAN
    return south <= lat <= north and west <= lon <= east


def _is_grid(easting: float, northing: float) -> bool:
    low, high = utm.EASTINGS
    south, north = utm.NORTHINGS
    return low <= easting <= high and south <= northing <= north


def _of_grid(found: re.Match[str]) -> Reading:
    easting, northing = float(found["east"]), float(found["north"])
    step = min(_step(found["east"]), _step(found["north"]))
    if not _is_grid(easting, northing):
        problem, offered = problem_of(easting, northing)
        return Reading(None, None, step, "utm", problem or "coordinates_outside_country", offered, (easting, northing))
    zone = int(found["zone"] or found["late"] or 0)
    if zone not in utm.ZONES:
        return Reading(None, None, step, "utm", "coordinates_utm_without_zone" if not zone else "coordinates_utm_zone")
    lat, lon = utm.to_degrees(easting, northing, zone)
    if not _is_here(lat, lon):
        return Reading(None, None, step, "utm", "coordinates_outside_country", None, (lat, lon))
    return Reading(lat, lon, max(1.0, _HELD * step), "utm")


def _spaced(simple: str) -> tuple[_Angle, _Angle] | None:
    found = _SPACED.match(simple)
    if found is None:
        return None
    one = _angle(found[1], found[2], found[3], found[4])
    other = _angle(found[5], found[6], found[7], found[8])
    return (one, other) if one is not None and other is not None else None


def _pair(simple: str) -> tuple[_Angle, _Angle] | None:
    labelled = _WORDS[0].search(simple), _WORDS[1].search(simple)
    if labelled[0] is not None and labelled[1] is not None:
        is_lat_first = labelled[0].start() < labelled[1].start()
        for pattern in _WORDS:
            simple = pattern.sub(" ", simple)
    else:
        is_lat_first = True
    # A decimal comma is only one where the numbers are parted by something else.
    if re.fullmatch(r"\s*[+-]?\d+,\d{3,}\s*[;\s]\s*[+-]?\d+,\d{3,}\s*", simple):
        simple = simple.replace(",", ".")
    first = _ANGLE.match(simple.lstrip(" ,;"))
    if first is None:
        return None
    # In "E 74.35 N 31.52" the second letter is the second number's.
    end = first.start("after") if first["before"] and first["after"] else first.end()
    rest = simple.lstrip(" ,;")[end:].lstrip(" ,;/|\t")
    second = _ANGLE.match(rest)
    if second is None or rest[second.end() :].strip(" .,;"):
        return None
    angles = [
        _angle(one["deg"], one["min"], one["sec"], one["before"] or one["after"] or "") for one in (first, second)
    ]
    one, other = angles
    if one is None or other is None:
        return None
    return (one, other) if is_lat_first else (other, one)


def _angle(degrees: str, minutes: str | None, seconds: str | None, letter: str) -> _Angle | None:
    value, least = abs(float(degrees)), _step(degrees)
    notation = "decimal"
    if minutes is not None:
        if float(minutes) >= 60.0 or "." in degrees:
            return None
        value, least, notation = value + float(minutes) / 60.0, _step(minutes) / 60.0, "minutes"
    if seconds is not None:
        if float(seconds) >= 60.0 or (minutes is not None and "." in minutes):
            return None
        value, least, notation = value + float(seconds) / 3600.0, _step(seconds) / 3600.0, "seconds"
    is_negative = degrees.startswith("-") or letter.upper() in ("S", "W")
    return _Angle(-value if is_negative else value, letter.upper(), least, notation)


def _of_pair(first: _Angle, second: _Angle) -> Reading | None:
    if first.letter and second.letter:
        if (first.letter in "NS") == (second.letter in "NS"):
            return None
        # The letters say which is which, whatever the order.
        lat, lon = (first, second) if first.letter in "NS" else (second, first)
    else:
        lat, lon = first, second
    accuracy = precision_m(min(lat.step_deg, lon.step_deg))
    problem, offered = problem_of(lat.degrees, lon.degrees)
    if problem is not None:
        if problem == "coordinates_outside_country" and not first.letter and first.step_deg == second.step_deg == 1.0:
            # "5-7" is a number of houses.
            return None
        return Reading(None, None, accuracy, lat.notation, problem, offered, (lat.degrees, lon.degrees))
    return Reading(lat.degrees, lon.degrees, accuracy, lat.notation)


def _step(written: str) -> float:
    if "e" in written or "E" in written or "." not in written:
        return 1.0 if "e-" not in written else 1e-9
    decimals = written.rpartition(".")[2]
    return 1.0 if decimals == "0" else float(10.0 ** -len(decimals))
