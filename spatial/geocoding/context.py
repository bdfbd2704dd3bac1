"""What is known of a text's surroundings before it is read: its district, its city, and where people there are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise
from spatial.addresses.parse import parts
from spatial.addresses.phonetic import phonetic
from spatial.geocoding.gazetteer import Place
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.index_layout import DISTRICTS, NAME
from spatial.geocoding.ragged import distinct

_FEWEST_POINTS: Final = 8
_PLACES_OF_A_CITY: Final = 200
"""From how many known places on a town's name means the town rather than its district."""
_TOWN_REACH_KM: Final = 20.0
"""Farther from a town's own point nobody looks for its middle."""
_ALONE: Final = ("name", "city", "district", "village", "area")
"""The kinds of part that the name of a town or a district is read as."""
_PEOPLE_OF_A_TOWN: Final = 20_000
_NONE: Final = np.zeros(0, dtype=np.int64)
SETTLEMENTS: Final = ("locality", "city", "town", "village")
_POINTS: Final = ("landmark", "street", "poi")


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The surroundings of a text.

    Parameters
    ----------
    scope : ndarray of int64 or None
        Numbers of the district and of those that touch it, the own one first; None is the whole country.
    district, city : int
        Numbers in the index, -1 where none is known.
    known : frozenset of str
        Sounds of names that the context already says: city, district, provinces.
    core : int
        Number of the place that stands for the city or district when nothing else is found, -1 if there is none.
    core_lat, core_lon : float
        Where most of the named points of the city lie; degrees.
    is_town : bool
        Whether a city was named.
    lines : int
        How many lines the index has of the city, or else of the district: how well it is known.
    inside : ndarray of bool, shape (DISTRICTS,)
        Whether each district is in scope.
    lines_in_scope : int
    """

    scope: NDArray[np.int64] | None
    district: int
    city: int
    known: frozenset[str]
    core: int
    core_lat: float
    core_lon: float
    is_town: bool
    lines: int
    inside: NDArray[np.bool_]
    lines_in_scope: int


def sound(text: str) -> str:
    """Give the sound of a whole name, words joined: "Islam Abad", اسلام آباد and Islamabad are one."""
    return phonetic(normalise(text).replace(" ", ""))


def context_of(index: PlaceIndex, city: str | None, district: str | None) -> Context:
    """Give the surroundings of texts of a city and district, either of which may be unknown."""
    scope = index.scope(district)
    own = int(scope[0]) if scope is not None else -1
    known = set(_provinces())
    for name in (city, district):
        if name:
            known.add(sound(name))
            # "Karachi South" in a text is Karachi; so is "Karachi City".
            known.update(sound(" ".join(part.key.split())) for part in parts(name))
    if district and len(district.split()) > 1:
        known.add(sound(district.split()[0]))
    known.discard("")
    number = index.string_number(city) if city else -1
    in_city = index.places_of("city", number) if number >= 0 else _NONE
    if scope is None and len(in_city):
        # Without a district, the city's own districts are where to look.
        scope = distinct(index.arrays["place_district"][in_city])[0].astype(np.int64)
    in_district = index.places_of("district", own) if own >= 0 else _NONE
    core, lat, lon = _core(index, in_city, in_district, own, city)
    here = in_city if len(in_city) else in_district
    lines = int((index.arrays["lines_of_place"][here]).sum())
    inside = np.full(DISTRICTS, scope is None)
    if scope is not None:
        inside[scope] = True
    in_scope = index.lines_of(scope)
    return Context(scope, own, number, frozenset(known), core, lat, lon, bool(city), lines, inside, in_scope)


@lru_cache(maxsize=4_096)
def whereabouts(index: PlaceIndex, text: str) -> tuple[str | None, str | None]:
    """Give the town and the district that a text names last ("Kalma Chowk, Lahore"), None where it names none.

    A town is a settlement that other places of the index lie in.  A text that is nothing but its name is that town
    ("Quetta", "Lahore, Punjab") and no namesake of a few houses, and a word of kind behind the name makes it something
    else ("Lahore Road").  Where a district has the name too, a small town gives way to it: "Chamtalai, Swat" is a
    village of the district.
    """
    if (alone := names_alone(index, text)) is not None:
        return alone
    pieces = [_before_provinces(piece.strip()) for piece in re.split("[,،;]", text) if piece.strip()]
    words = pieces[-1].split() if pieces else []
    # Where no piece of its own says it, only the last words can.
    last = [" ".join(words[-count:]) for count in (3, 2, 1) if len(words) > count]
    for name in (*reversed(pieces[1:]), *last):
        town, district = _town(index, name), name if normalise(name) in index.districts else None
        if town and district and _lie_in(index, town) < _PLACES_OF_A_CITY:
            town = None
        if town or district:
            return town, district
    return None, None


@lru_cache(maxsize=4_096)
def names_alone(index: PlaceIndex, text: str) -> tuple[str | None, str | None] | None:
    """Give the same of a text that names a town or a district, perhaps a province, or that alone, and no more."""
    said = parts(text)
    # First what nearly every text is told by: the rest parses names anew.
    for part in said:
        if part.relation is not None or part.kind not in _ALONE or (part.kind == "area" and "~town" not in part.terms):
            return None
    names: dict[str, str] = {}
    for part in said:
        before = _before_provinces(part.key)
        if not _is_province(before):
            # "Dera Ghazi Khan" is a name as a whole, "Gujranwala city" and "Multan town" are their first words.
            name = text[part.start : part.end] if part.kind in ("name", "village") else part.key
            names[sound(before)] = name if before == part.key else before
    if len(names) != 1:
        return (None, None) if not names and said else None
    (name,) = names.values()
    town, district = _town(index, name), name if normalise(name) in index.districts else None
    return (town, district) if town or district else _peopled(index, name)


def _peopled(index: PlaceIndex, name: str) -> tuple[str, str | None] | None:
    """Give the most peopled settlement of a name, with its district, that few known places bear in their address."""
    best = max(_settled(index, name), key=lambda place: place.population or 0, default=None)
    if best is not None and (best.population or 0) < _PEOPLE_OF_A_TOWN:
        return None
    return (best.name, best.district) if best else None


def _before_provinces(name: str) -> str:
    """Give "lahore" of "lahore punjab pakistan", and of a name that is a province's own or ends in none the same."""
    words = name.split()
    while len(words) > 1 and _ends_province(words[-1]):
        count = next((n for n in (3, 2, 1) if n < len(words) and _is_province(" ".join(words[-n:]))), 0)
        if not count:
            break
        words = words[:-count]
    return " ".join(words)


@lru_cache(maxsize=4_096)
def _ends_province(word: str) -> bool:
    """Say whether a province's name ends in a word: nearly all that is asked does not, and need not be parsed."""
    return _is_province(word) or sound(word) in _province_ends()


@lru_cache(maxsize=1)
def _province_ends() -> frozenset[str]:
    """Give the sounds of the last words of the provinces' names."""
    return frozenset(sound(name.split()[-1]) for name in lexicon.read("spellings")["provinces"]["words"])


@lru_cache(maxsize=4_096)
def _is_province(name: str) -> bool:
    # Its parts have abbreviations spelled out ("KPK").
    return sound("".join(part.key for part in parts(name))) in _provinces()


def _town(index: PlaceIndex, name: str) -> str | None:
    towns = [place for place in _settled(index, name) if _lie_in(index, place.name) >= _FEWEST_POINTS]
    # Some towns have a neighbour's name among their own.
    best = max(towns, key=lambda place: (sound(place.name) == sound(name), place.population or 0), default=None)
    return best.name if best else None


def _settled(index: PlaceIndex, name: str) -> list[Place]:
    """Give the settlements of a name."""
    found = [index.place(number) for number in places_named(index, name).tolist()]
    return [place for place in found if place.kind in SETTLEMENTS]


def _lie_in(index: PlaceIndex, town: str) -> int:
    string = index.string_number(town)
    return len(index.places_of("city", string)) if string >= 0 else 0


@lru_cache(maxsize=1)
def _provinces() -> frozenset[str]:
    """Give the sounds of the provinces' names."""
    return frozenset(sound(name) for name in lexicon.read("spellings")["provinces"]["words"])


def _core(
    index: PlaceIndex, in_city: NDArray[np.int64], in_district: NDArray[np.int64], district: int, city: str | None
) -> tuple[int, float, float]:
    """Give the place that stands for a city or else a district, and the middle of its densest square kilometre."""
    arrays = index.arrays
    is_settled, is_pointed = (index.are_of_kinds(kinds) for kinds in (SETTLEMENTS, _POINTS))
    best = -1
    if city:
        named = places_named(index, city)
        named = named[is_settled[arrays["place_kind"][named]]]
        own = named[arrays["place_district"][named] == district]
        named = own if len(own) else named
        if len(named):
            best = int(named[np.argmax(arrays["place_population"][named])])
    points = in_city[is_pointed[arrays["place_kind"][in_city]]]
    own = points[arrays["place_district"][points] == district]
    points = own if len(own) else points
    if best >= 0 and arrays["place_population"][best] > 0:
        # A town's name is often that of its district, whose other towns may be better mapped.
        east = (arrays["place_lon"][points] - arrays["place_lon"][best]) * 96.0
        north = (arrays["place_lat"][points] - arrays["place_lat"][best]) * 111.0
        points = points[np.hypot(east, north) < _TOWN_REACH_KM]
    if len(points) < _FEWEST_POINTS:
        if best < 0 and len(in_district):
            towns = in_district[is_settled[arrays["place_kind"][in_district]]]
            if len(towns) and arrays["place_population"][towns].max() > 0:
                best = int(towns[np.argmax(arrays["place_population"][towns])])
        if best >= 0:
            return best, float(arrays["place_lat"][best]), float(arrays["place_lon"][best])
        points = in_district[is_pointed[arrays["place_kind"][in_district]]]
        points = points if len(points) else in_district
    if not len(points):
        return -1, float("nan"), float("nan")
    lat, lon = arrays["place_lat"][points], arrays["place_lon"][points]
    # Squares of about a kilometre.
    key = np.round(lat * 111.0).astype(np.int64) * 100_000 + np.round(lon * 96.0).astype(np.int64)
    squares, counts = distinct(key)
    densest = key == squares[np.argmax(counts)]
    middle_lat, middle_lon = float(lat[densest].mean()), float(lon[densest].mean())
    if best < 0:
        best = int(points[np.argmin((lat - middle_lat) ** 2 + (lon - middle_lon) ** 2)])
    return best, middle_lat, middle_lon


def places_named(index: PlaceIndex, name: str) -> NDArray[np.int64]:
    """Give the places one of whose lines is a name and nothing else, in order."""
    arrays = index.arrays
    terms = [index.number_of_term.get(term, -1) for part in parts(name) for term in part.terms]
    if not terms or -1 in terms:
        return _NONE
    lines = index.lines_with(terms[0])
    first = arrays["line_start"][lines]
    alone = (arrays["line_own"][lines] == len(terms)) & (arrays["line_kind"][lines] == NAME)
    for position, term in enumerate(terms):
        alone &= arrays["line_terms"][np.minimum(first + position, len(arrays["line_terms"]) - 1)] == term
    return distinct(arrays["line_place"][lines[alone]])[0].astype(np.int64)
