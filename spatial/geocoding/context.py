"""What is known of a text's surroundings before it is read: its district, its city, and where people there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise
from spatial.addresses.parse import parts
from spatial.addresses.phonetic import phonetic
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.index_layout import DISTRICTS, NAME
from spatial.geocoding.ragged import distinct

FEWEST_POINTS: Final = 8
_OF_ONE_DISTRICT: Final = 0.6
"""Of a city of which a smaller share lies in any one district, as Karachi, no district is its own."""
_TOWN_REACH_KM: Final = 20.0
"""Farther from a town's own point nobody looks for its middle."""
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


@lru_cache(maxsize=1_024)
def context_of(index: PlaceIndex, city: str | None, district: str | None) -> Context:
    """Give the surroundings of texts of a city and district, either of which may be unknown; the same object each time.

    Texts of one surroundings are told by that object (:func:`spatial.geocoding.match.find`).
    """
    scope = index.scope(district)
    known = set(provinces())
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
    own = int(scope[0]) if scope is not None else -1
    if scope is None and len(in_city):
        # Without a district, the city's own districts are where to look, and what touches the one that has most of it.
        home, share = home_of(index, in_city)
        around = index.scope(home)
        districts = index.arrays["place_district"][in_city]
        if around is not None and share >= _OF_ONE_DISTRICT:
            others = np.concatenate([around[1:], districts])
            own, scope = int(around[0]), np.concatenate([around[:1], distinct(others[others != around[0]])[0]])
        elif around is not None:
            scope = distinct(np.concatenate([around, districts]))[0].astype(np.int64)
    in_district = index.places_of("district", own) if own >= 0 else _NONE
    core, lat, lon = _core(index, in_city, in_district, own, city)
    here = in_city if len(in_city) else in_district
    lines = int((index.arrays["lines_of_place"][here]).sum())
    inside = np.full(DISTRICTS, scope is None)
    if scope is not None:
        inside[scope] = True
    in_scope = index.lines_of(scope)
    return Context(scope, own, number, frozenset(known), core, lat, lon, bool(city), lines, inside, in_scope)


@lru_cache(maxsize=1)
def provinces() -> frozenset[str]:
    """Give the sounds of the provinces' names."""
    return frozenset(sound(name) for name in lexicon.read("spellings")["provinces"]["words"])


def before_provinces(name: str) -> str:
    """Give "lahore" of "lahore punjab pakistan", and of a name that is a province's own or ends in none the same."""
    words = name.split()
    while len(words) > 1 and _ends_province(words[-1]):
        count = next((n for n in (3, 2, 1) if n < len(words) and is_province(" ".join(words[-n:]))), 0)
        if not count:
            break
        words = words[:-count]
    return " ".join(words)


@lru_cache(maxsize=4_096)
def _ends_province(word: str) -> bool:
    """Say whether a province's name ends in a word: nearly all that is asked does not, and need not be parsed."""
    return is_province(word) or sound(word) in _province_ends()


@lru_cache(maxsize=1)
def _province_ends() -> frozenset[str]:
    """Give the sounds of the last words of the provinces' names."""
    return frozenset(sound(name.split()[-1]) for name in lexicon.read("spellings")["provinces"]["words"])


@lru_cache(maxsize=4_096)
def is_province(name: str) -> bool:
    """Say whether a name is that of a province, or of the country."""
    # Its parts have abbreviations spelled out ("KPK").
    return sound("".join(part.key for part in parts(name))) in provinces()


def home_of(index: PlaceIndex, places: NDArray[np.int64]) -> tuple[str | None, float]:
    """Give the district that most of some places lie in, and their share."""
    districts, counts = distinct(index.arrays["place_district"][places])
    return index.district_name(int(districts[counts.argmax()])), float(counts.max() / len(places))


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
    if len(points) < FEWEST_POINTS:
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
