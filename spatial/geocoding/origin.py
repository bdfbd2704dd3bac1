"""The police station from which a text itself measures ("3 km north of PS Johar Town"), where a record names none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from spatial.addresses import Tie, from_station, lexicon, normalise
from spatial.addresses.bearings import measured
from spatial.geocoding.context import SETTLEMENTS, context_of, places_named, sound
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.whereabouts import meant, whereabouts
from spatial.model import Reason

_MOST_WORDS: Final = 5
_SHORTEST_SOUND: Final = 2
_COMMON: Final = frozenset(normalise(word) for word in lexicon.read("ties")["origin"]["common"])
_STATION_WORDS: Final = frozenset(normalise(word) for word in lexicon.read("ties")["origin"]["station"])
Origin = tuple[Query, StationArea | None, Tie | None]
"""A query with its station, or else with what it is measured from."""


def read(query: Query, gazetteer: Gazetteer, reasons: list[Reason]) -> Origin:
    """Give a query with the station that its text measures from, as if it were recorded there.

    Where no station of that name is known, the place that it is named after is what the text measures from, unless
    every district has a station so named ("PS Saddar"); the station's words are no names of the place then.

    Parameters
    ----------
    query : Query
        Without a known station.
    gazetteer : Gazetteer
    reasons : list of Reason
        Appended to.
    """
    tie = from_station(query.text) if query.text and query.distance_m is None else None
    if tie is None:
        return query, None, None
    index = gazetteer.index
    words = tie.first.split()
    ways = [(" ".join(words[:count]), words[count:]) for count in range(min(len(words), _MOST_WORDS), 0, -1)]
    for name, after in ways:
        inside = _within(index, query, name, " ".join(after), tie.rest)
        if len(inside) == 1:
            place = inside[0]
            named: dict[str, str | float] = {"station": place.ref, "name": place.name, "ref": place.ref}
            reasons.append(Reason("station_in_text", named))
            others = "" if sound(" ".join(after)) in _towns_of(place) else " ".join(after)
            text = ", ".join(part for part in (tie.rest, others, _distance_of(query.text or "")) if part)
            return replace(query, text=text), gazetteer.station(place.ref) or _house(place), None
    reasons.append(Reason("station_in_text_unknown", {"name": tie.first}))
    for name, after in ways:
        if _is_place(index, name):
            rest = ", ".join(part for part in (" ".join(after), tie.rest) if part)
            return replace(query, text=rest or None), None, replace(tie, first=name, rest=rest)
    # Its last words may be its town.
    town = next((one for one in whereabouts(index, tie.first) if one), "")
    rest = ", ".join(part for part in (tie.rest, town) if part)
    return replace(query, text=rest or None), None, None


def _is_place(index: PlaceIndex, name: str) -> bool:
    if normalise(name) in _COMMON:
        return False
    kinds = (index.place(number).kind for number in places_named(index, name).tolist())
    return any(kind in (*SETTLEMENTS, "neighbourhood") for kind in kinds)


def _within(index: PlaceIndex, query: Query, name: str, after: str, rest: str) -> list[Place]:
    """Give the stations of a name that lie where the record or its text says; none where neither says it."""
    named = _stations(index).get(sound(name), ())
    if not named:
        return []
    city, district = meant(index, query.city, query.district)
    if city or district:
        context = context_of(index, city, district)
        # A district's scope holds its neighbours behind it, which have stations of the same names.
        scope = context.scope[: 1 if district else None].tolist() if context.scope is not None else []
        inside = [one for one in named if index.districts.get(normalise(one.district or "")) in scope]
    else:
        words = normalise(f"{after} , {rest}").split()
        said = {sound(" ".join(words[at : at + count])) for at in range(len(words)) for count in (1, 2, 3)}
        inside = [one for one in named if not said.isdisjoint(_towns_of(one))]
    exact = [one for one in inside if normalise(one.name).endswith(f" {normalise(name)}")]
    return inside if len(inside) == 1 else exact


def _towns_of(station: Place) -> set[str]:
    """Give the sounds of what a text may call the town or the district of a station."""
    names = [name for name in (station.city, station.district) if name]
    # Of a city's several districts only the city is said.
    names += [station.district.split()[0]] if station.district else []
    return {sound(name) for name in names}


def _distance_of(text: str) -> str:
    """Give the words of a text's distance and direction."""
    found = measured(text)
    if found is None:
        return ""
    simple, _, _, first, last, spans = found
    return simple[spans[first][0] : spans[last][1]]


@lru_cache(maxsize=4)
def _stations(index: PlaceIndex) -> dict[str, tuple[Place, ...]]:
    """Give the police stations of an index by the sound of their names without "PS"."""
    found: dict[str, list[Place]] = defaultdict(list)
    is_station = index.are_of_kinds(("station",))[index.arrays["place_kind"]]
    for number in np.flatnonzero(is_station).tolist():
        place = index.place(number)
        said = sound(" ".join(word for word in normalise(place.name).split() if word not in _STATION_WORDS))
        if len(said) >= _SHORTEST_SOUND:
            found[said].append(place)
    return {said: tuple(places) for said, places in found.items()}


@lru_cache(maxsize=1_024)
def _house(place: Place) -> StationArea:
    """Give a station of which nothing but its house is known, always the same object."""
    return StationArea(place.ref, place.lat, place.lon, district=place.district)
