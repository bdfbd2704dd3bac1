"""Which town and district a text or a question names: by any spelling, as its own words or beside other ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from spatial.addresses import lexicon
from spatial.addresses.normal import normalise
from spatial.addresses.parse import parts
from spatial.geocoding.context import (
    FEWEST_POINTS,
    SETTLEMENTS,
    before_provinces,
    home_of,
    is_province,
    places_named,
    sound,
)
from spatial.geocoding.gazetteer import Place
from spatial.geocoding.index import PlaceIndex

_PLACES_OF_A_CITY: Final = 200
"""From how many known places on a town's name means the town rather than its district."""
_PLACES_OF_A_KNOWN_CITY: Final = 100
"""From how many on a name that stands anywhere in a text is a city's."""
_PLACES_OF_A_METROPOLIS: Final = 1_000
"""From how many on what is told of a district lies nearly always in its city."""
_ALONE: Final = ("name", "city", "district", "village", "area")
"""The kinds of part that the name of a town or a district is read as."""
_PEOPLE_OF_A_TOWN: Final = 20_000
_SPELLED_ALIKE: Final = 75.0
"""Of a hundred: so alike are two spellings of one name that sound alike, as Abbotabad and Abbottabad."""
_QUARTERS: Final = frozenset({"north", "south", "east", "west", "central"})
Named = tuple[str | None, str | None]
"""A town and a district, as the index spells them; None for one that is not named."""


@lru_cache(maxsize=4_096)
def meant(index: PlaceIndex, city: str | None, district: str | None) -> Named:
    """Give the town and the district of a question as the index spells them, None for one that it does not know.

    Capitals, script, a word for "city" or a province behind the name and one slip make no other town: "LAHORE", لاہور,
    "Lahore City", "Lahore, Punjab" and "LHR" are Lahore.
    """
    return town_named(index, city) if city else None, district_named(index, district) if district else None


def metropolis_of(index: PlaceIndex, district: str, text: str) -> str | None:
    """Give the metropolis of a district, in which nearly all lies that is told of it, unless a text names a town."""
    town = town_named(index, district)
    if town is None or _lie_in(index, town) < _PLACES_OF_A_METROPOLIS:
        return None
    return town if whereabouts(index, text)[0] in (None, town) else None


@lru_cache(maxsize=4_096)
def town_named(index: PlaceIndex, said: str) -> str | None:
    """Give the town of a name as what lies there has it, None where nothing is known to lie in it."""
    if _lie_in(index, said):
        return said
    for name in (said, *_wider(spelled_out(said))):
        found = _cities(index).get(normalise(name)) or _town(index, name)
        if found is None and (peopled := _peopled(index, name)) is not None:
            found = peopled[0]
        if found is not None:
            return found
    return _spelled_like(spelled_out(said), _cities(index))


def district_named(index: PlaceIndex, said: str) -> str | None:
    """Give the district of a name as the index has it, None where there is no such district."""
    for name in (normalise(said), normalise(spelled_out(said))):
        if name in index.districts:
            return name
    town = town_named(index, said)
    if town is not None:  # a tehsil's town, or the district's in the other script; never a slip of another name
        return district_of(index, town)
    return _spelled_like(spelled_out(said), {name: name for name in index.districts})


def district_of(index: PlaceIndex, town: str) -> str | None:
    """Give the district that most of what lies in a town is in, or else its largest namesake."""
    number = index.string_number(town)
    inside = index.places_of("city", number) if number >= 0 else None
    if inside is None or not len(inside):
        peopled = _most_peopled(index, town)
        return normalise(peopled.district) if peopled is not None and peopled.district else None
    return home_of(index, inside)[0]


def _wider(name: str) -> tuple[str, ...]:
    """Give a name, and of "Karachi South" Karachi, too."""
    words = name.split()
    return (name, " ".join(words[:-1])) if len(words) > 1 and words[-1] in _QUARTERS else (name,)


def spelled_out(name: str) -> str:
    """Give a name without its province and its words for "city" or "district", abbreviations spelled out."""
    said = [part.key for part in parts(name) if part.key and (part.kind in _ALONE or part.kind == "tehsil")]
    return before_provinces(said[0]) if said else name


def _spelled_like(name: str, known: Mapping[str, str]) -> str | None:
    """Give the one known name that sounds like another and is spelled much like it."""
    heard, spelled = sound(name), normalise(name)
    near = [
        (alike, found)
        for key, found in known.items()
        if (alike := fuzz.ratio(key, spelled, score_cutoff=_SPELLED_ALIKE)) and sound(found) == heard
    ]
    return max(near)[1] if near else None


@lru_cache(maxsize=4)
def _cities(index: PlaceIndex) -> dict[str, str]:
    """Give the towns that places lie in by their name in one spelling; of several spellings the commonest."""
    found: dict[str, str] = {}
    for name in sorted(index.cities(), key=lambda name: _lie_in(index, name)):
        found[normalise(name)] = name
    return found


@lru_cache(maxsize=4_096)
def whereabouts(index: PlaceIndex, text: str) -> Named:
    """Give the town and the district that a text names last ("Kalma Chowk, Lahore"), None where it names none.

    A town is a settlement that other places of the index lie in.  A text that is nothing but its name is that town
    ("Quetta", "Lahore, Punjab") and no namesake of a few houses, and a word of kind behind the name makes it something
    else ("Lahore Road").  Where a district has the name too, a small town gives way to it: "Chamtalai, Swat" is a
    village of the district.
    """
    if (alone := names_alone(index, text)) is not None:
        return alone
    if (named := _by_kind(index, text)) is not None:
        return named
    pieces = [before_provinces(piece.strip()) for piece in re.split("[,،;:]", text) if piece.strip()]
    words = pieces[-1].split() if pieces else []
    # Where no piece of its own says it, only the last words can.
    last = [" ".join(words[-count:]) for count in (3, 2, 1) if len(words) > count]
    last = [name for name in last if normalise(spelled_out(name)) not in _nouns()]
    for name in (*reversed(pieces[1:]), *(pieces[:1] if len(pieces) > 1 else ()), *last):
        district = _as_district(index, name)
        town = _town(index, name) if district is None else _city_of(index, name)
        if town or district:
            return town, district
    return _amid(index, text)


def _as_district(index: PlaceIndex, name: str) -> str | None:
    return name if normalise(name) in index.districts else None


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    """Give the words that are a thing before they are a town of that name."""
    return frozenset(normalise(word) for word in lexicon.read("spellings")["nouns"]["words"])


def _by_kind(index: PlaceIndex, text: str) -> Named | None:
    """Give the district that a text calls one ("Kot Addu Distt Muzaffargarh"), with its town where that is a city."""
    for part in reversed(parts(text)):
        if part.kind != "district" or not part.key:
            continue
        name = before_provinces(part.key)
        if (district := district_named(index, name)) is not None:
            return _city_of(index, name), district
    return None


@lru_cache(maxsize=16_384)
def _city_of(index: PlaceIndex, name: str, places: int = _PLACES_OF_A_CITY) -> str | None:
    """Give the town of a name where it is so large that the name means it rather than its district."""
    town = _town(index, name)
    return town if town is not None and _lie_in(index, town) >= places else None


def _amid(index: PlaceIndex, text: str) -> Named:
    """Give the city that a text names neither first nor last: "Qasimabad Hyderabad near Nasim Nagar", "Lahore Cantt".

    Of what is called after another city ("Peshawar Road", "Quetta Hotel") it says nothing.
    """
    for part in reversed(parts(text)):
        words = part.key.split()
        if part.kind == "name" or part.terms[-1:] == ("~cantonment",):
            said = [" ".join(words[-count:]) for count in (3, 2, 1) if len(words) >= count]
        elif part.kind in ("landmark", "area", "block") and len(words) > 1:
            said = words[:1]  # "lahore baghrian chowk"
        else:
            continue
        for name in said:
            if (town := _city_of(index, name, _PLACES_OF_A_KNOWN_CITY)) is not None:
                return town, None
    return None, None


def mentioned(index: PlaceIndex, text: str) -> frozenset[str]:
    """Give the cities whose names stand anywhere in a text, also as those of other things ("Peshawar Road")."""
    words = [word for part in parts(text) for word in part.key.split()]
    return frozenset(town for word in words if (town := _city_of(index, word, _PLACES_OF_A_KNOWN_CITY)) is not None)


@lru_cache(maxsize=4_096)
def names_alone(index: PlaceIndex, text: str) -> Named | None:
    """Give the same of a text that names a town or a district, perhaps a province, or that alone, and no more."""
    said = parts(text)
    # First what nearly every text is told by: the rest parses names anew.
    for part in said:
        if part.relation is not None or part.kind not in _ALONE or (part.kind == "area" and "~town" not in part.terms):
            return None
    names: dict[str, str] = {}
    for part in said:
        before = before_provinces(part.key)
        if not is_province(before):
            # "Dera Ghazi Khan" is a name as a whole, "Gujranwala city" and "Multan town" are their first words.
            name = text[part.start : part.end] if part.kind in ("name", "village") else part.key
            names[sound(before)] = name if before == part.key else before
    if len(names) != 1:
        return (None, None) if not names and said else None
    (name,) = names.values()
    town, district = _town(index, name), _as_district(index, name)
    return (town, district) if town or district else _peopled(index, name)


def _peopled(index: PlaceIndex, name: str) -> tuple[str, str | None] | None:
    """Give the most peopled settlement of a name, with its district, that few known places bear in their address."""
    best = _most_peopled(index, name)
    if best is not None and (best.population or 0) < _PEOPLE_OF_A_TOWN:
        return None
    return (best.name, best.district) if best else None


def _most_peopled(index: PlaceIndex, name: str) -> Place | None:
    return max(_settled(index, name), key=lambda place: place.population or 0, default=None)


def _town(index: PlaceIndex, name: str) -> str | None:
    towns = [place for place in _settled(index, name) if _lie_in(index, place.name) >= FEWEST_POINTS]
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
