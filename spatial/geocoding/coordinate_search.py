"""Coordinates inside a text: a pair beside other words, under a label, in a link of a map.

A pair that stands alone among words must have three decimals and lie in Pakistan; a label or a link says what it is. No
number of a house, a date, a distance or a sum of money is half of such a pair.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from spatial.addresses.bearings import parse_bearing
from spatial.addresses.normal import fold
from spatial.geocoding.coordinate_text import Reading, folded, read
from spatial.projection import distance_m

SAME_M: Final = 1_000.0
"""Pairs of one text that lie nearer than this are one place, given twice."""
_HINT: Final = re.compile(r"\d[.٫]\d|\d\s*[°º˚]")
_NUMBER: Final = r"[+-]?\d{1,3}\.\d+(?!\d)"
_PAIR: Final = rf"({_NUMBER})(?:\s*[,+~]\s*|%2C(?:\+|%20)?)({_NUMBER})"
# Folding has made " and " of "&".
_LINKS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3D({_NUMBER})!4D({_NUMBER})",  # the pin; "@" before it is what the window showed
        rf"(?:[?]|\sAND\s(?:AMP;)?)(?:Q|QUERY|LL|DADDR|DESTINATION|CENTER|CP)=(?:LOC:|POINT:)?\s*{_PAIR}",
        rf"MLAT=({_NUMBER})\sAND\s(?:AMP;)?MLON=({_NUMBER})",
        rf"(?<![^\W_])GEO:\s*{_PAIR}",
        rf"/(?:PLACE|SEARCH|DIR)/{_PAIR}",
        rf"@{_PAIR}",
        rf"#MAP=\d+(?:\.\d+)?/({_NUMBER})/({_NUMBER})",
    )
)


def _any(*words: str) -> str:
    return "|".join(re.escape(fold(word).upper()).replace(r"\ ", r"\s*") for word in words)


_LATITUDE: Final = rf"(?:LATITUDE|LAT|{_any('عرض بلد')})"
_LONGITUDE: Final = rf"(?:LONGITUDE|LONG|LON|LNG|{_any('طول بلد')})"
_SAYS: Final = r"[\s:=.(\[]{0,5}"
_APART: Final = r"\s*°?\s*[NSEW]?\s*(?:[,;/|]|AND|\s)\s*"
_LABELS: Final = tuple(
    re.compile(rf"(?<![^\W_]){pattern}")
    for pattern in (
        rf"{_LATITUDE}{_SAYS}(?P<lat>{_NUMBER}){_APART}{_LONGITUDE}{_SAYS}(?P<lon>{_NUMBER})",
        rf"{_LONGITUDE}{_SAYS}(?P<lon>{_NUMBER}){_APART}{_LATITUDE}{_SAYS}(?P<lat>{_NUMBER})",
        rf"(?:{_LATITUDE}\s*(?:[/,]|AND)?\s*{_LONGITUDE}|GPS(?:\s+(?:CO-?ORDINATES?|LOCATION|POINT))?|CO-?ORDINATES?|COORDS?"
        rf"|GEO(?:TAG|\s*LOCATION)|{_any('نقاط', 'کوآرڈینیٹس', 'کوآرڈینیٹ', 'جی پی ایس')})"
        rf"{_SAYS}(?:IS\s|ARE\s|-\s)?{_SAYS}(?P<lat>{_NUMBER}){_APART}(?P<lon>{_NUMBER})",
        rf"(?:LOCATION|LOC|POSITION|PIN|{_any('لوکیشن', 'محل وقوع', 'مقام')}){_SAYS}(?:IS\s|-\s)?{_SAYS}"
        rf"(?P<lat>\d{{2}}\.\d{{2,}}){_APART}(?P<lon>\d{{2}}\.\d{{2,}})(?!\d)",
    )
)
_UNIT: Final = (
    r"(?:K\.?M|KILO|M(?![^\W\d_])|MTR|MET[RE]|MILE|FEET|FT|FOOT|MARLA|KANAL|ACRE|SQ|KG|RS|PKR|RUPEE|%|AM(?![^\W\d_])|PM(?![^\W\d_])"
    rf"|{_any('کلو', 'میٹر', 'میل', 'فٹ', 'مرلہ', 'کنال', 'ایکڑ', 'روپے')})"
)
_DEGREES: Final = r"[+-]?\d{2}\.\d{3,}"
_BARE: Final = re.compile(
    rf"(?<![\w.+-])(?:[NSEW]\s?)?{_DEGREES}\s?°?(?:\s?[NSEW](?![^\W\d_]))?\s*(?:[,;/|]|\s|AND\s)\s*"
    rf"(?:[NSEW]\s?)?{_DEGREES}(?![\d.]*\d)\s?°?(?:\s?[NSEW](?![^\W_]))?(?![^\W_])(?!\s*{_UNIT})"
)
_SIGNED: Final = re.compile(
    r"(?<![\w.])(?:[NS]\s?)?\d{1,2}(?:\.\d{1,9})?\s?°[\d\s.'\"]{0,20}[NS]?\s?[,;/|]?\s?"
    r"(?:[EW]\s?)?\d{2,3}(?:\.\d{1,9})?\s?°[\d\s.'\"]{0,20}(?:[EW](?![^\W_]))?"
)
_MONEY: Final = re.compile(rf"(?:RS|PKR|{_any('روپے')})[.\s]*$")
_ORIGIN: Final = re.compile(rf"(?<![^\W_])(?:OF|FROM|AZ|{_any('از')})[\s:(\[]*$")
_AWAY: Final = re.compile(rf"^[)\]\s]*(?:SE|FROM|{_any('سے')})(?![^\W_])")
_MENDABLE: Final = (None, "coordinates_swapped", "coordinates_negative")


@lru_cache(maxsize=4_096)
def found_in(text: str) -> Reading | None:
    """Give the point whose coordinates a text holds beside other words, None if it holds none.

    Parameters
    ----------
    text : str
        Any script's digits.

    Returns
    -------
    Reading or None
        With the problem ``coordinates_several`` where it holds several that lie apart.
    """
    if _HINT.search(text) is None:
        return None
    simple = " ".join(folded(text).split())  # with long gaps the patterns would take long
    for pattern in _LINKS:
        linked = [(link[1], link[2]) for link in pattern.finditer(simple)]
        if linked and (found := read(", ".join(linked[-1]))) is not None:
            return found
    for pattern in _LABELS:
        for label in pattern.finditer(simple):
            found = read(f"{label['lat']}, {label['lon']}")
            if found is not None:
                return found
    return _only([one for pair in _pairs(simple) if (one := read(pair)) is not None and one.problem in _MENDABLE])


def _pairs(simple: str) -> list[str]:
    """Give the pairs of degrees that stand among words and are no distance's beginning."""
    found = []
    for pattern in (_SIGNED, _BARE):
        for pair in pattern.finditer(simple):
            before, after = simple[: pair.start()], simple[pair.end() :]
            is_origin = _ORIGIN.search(before) or _AWAY.search(after)
            if _MONEY.search(before) or (is_origin and parse_bearing(f"{before} {after}") is not None):
                continue
            found.append(pair.group())
    return found


def _only(found: list[Reading]) -> Reading | None:
    """Give the one place of several readings, or that they lie apart."""
    if not found:
        return None
    usable = [one for one in found if one.lat is not None and one.lon is not None] or found[:1]
    first = usable[0]
    for other in usable[1:]:
        if first.lat is None or first.lon is None or other.lat is None or other.lon is None:
            continue
        if distance_m(first.lat, first.lon, other.lat, other.lon) > SAME_M:
            return Reading(None, None, first.accuracy_m, first.notation, "coordinates_several")
    return first
