"""The ends of ties: which places a name may mean, told apart by what else the text names."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from spatial.addresses import without_bearing
from spatial.geocoding import names
from spatial.geocoding.context import SETTLEMENTS, places_named
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.names import Asking
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.whereabouts import whereabouts
from spatial.model import Point
from spatial.projection import distance_m

FEWEST_CHANCE: Final = 0.3
"""A name less likely to be right is not known."""
EXACT: Final = 0.85
EXACT_CHANCE: Final = 0.6
"""The chance of a name that is a place's whole name, of which the text says nothing more."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A place that a name may mean, with the chance that it does.

    Parameters
    ----------
    place : Place
    at : Point
    radius_m : float
        How far the place itself reaches.
    chance : float
        0 to 1.
    ninety_m : float
        Metres about it that hold what the name means nine times of ten, whichever of its candidates that is.
    """

    place: Place
    at: Point
    radius_m: float
    chance: float
    ninety_m: float


def meant(
    query: Query, name: str, rest: str, station: StationArea | None, gazetteer: Gazetteer, far_m: float, most: int = 5
) -> Asking[list[Meant]]:
    """Give the places that a name may mean, likeliest first, with what else the text names to tell them apart.

    Parameters
    ----------
    far_m : float
        How far from the station, or from what is known of the place, a settlement may lie that bears the very name.
    """
    asked = replace(query, text=name, distance_m=None, direction=None)
    if station is not None and (local := names.local_name(asked, gazetteer, station)) is not None:
        place = local[0]
        return [Meant(place, Point(place.lat, place.lon), place.radius_m or 150.0, 0.95, place.radius_m or 150.0)]
    context = ", ".join(part for part in (name, names_of(rest)) if part)
    found = yield replace(asked, text=context), station
    if (found is None or found.is_core) and context != name:
        found = yield asked, station
    listed = _of_text(found, gazetteer, most) if found is not None and not found.is_core else []
    if sum(one.chance for one in listed) >= FEWEST_CHANCE:
        return listed
    # The town that a text is about tells nothing apart and is looked up no more; here it may be an end.
    return _of_name(name, asked, found, station, gazetteer, far_m)[:most] or listed


def _of_text(found: LookUp, gazetteer: Gazetteer, most: int) -> list[Meant]:
    """Give the places of a look-up, each once, with the chance that each is meant."""
    weight = found.weight
    # The score says whether the point is right at all; a line that is the whole name and nothing else is no accident.
    whole_name = found.product >= EXACT
    known = max(found.score, EXACT_CHANCE if whole_name else 0.0)
    listed: list[Meant] = []
    for one in (-weight).argsort(kind="stable").tolist():
        if len(listed) >= most or weight[one] < 0.02 or found.line(one) < 0:
            continue
        at = Point(float(found.measured.lat[found.row, one]), float(found.measured.lon[found.row, one]))
        if any(distance_m(at.lat, at.lon, other.at.lat, other.at.lon) < 300.0 for other in listed):
            continue
        place = gazetteer.index.place(found.place_of(one))
        listed.append(Meant(place, at, _radius_m(place), float(weight[one]), found.ninety_m))
    return _shared(listed, known)


def _of_name(
    name: str, query: Query, found: LookUp | None, station: StationArea | None, gazetteer: Gazetteer, far_m: float
) -> list[Meant]:
    """Give the settlements that bear exactly a name, anywhere in the country, the near and the large ones likelier."""
    index = gazetteer.index
    about = Point(station.lat, station.lon) if station is not None else None
    if about is None and found is not None:
        about = Point(found.lat, found.lon)
    if about is None and query.near_lat is not None and query.near_lon is not None:
        about = Point(query.near_lat, query.near_lon)
    about_m = found.ninety_m if found is not None else far_m
    listed = []
    for number in places_named(index, name).tolist():
        place = index.place(number)
        if place.kind not in (*SETTLEMENTS, "neighbourhood"):
            continue
        apart = distance_m(place.lat, place.lon, about.lat, about.lon) if about is not None else 0.0
        if apart > far_m:
            continue
        worth = math.log10(1_000.0 + place.population) * math.exp(-3.0 * apart / far_m)
        listed.append(Meant(place, Point(place.lat, place.lon), _radius_m(place), worth, about_m))
    listed.sort(key=lambda one: -one.chance)
    return _shared(listed, EXACT_CHANCE)


def _shared(listed: list[Meant], known: float) -> list[Meant]:
    whole = sum(one.chance for one in listed)
    return [replace(one, chance=one.chance / whole * known) for one in listed] if whole > 0.0 else []


def names_of(rest: str) -> str:
    """Give what is left of a text's rest once no distance is in it."""
    return without_bearing(rest).strip(" ,") if rest else ""


def _radius_m(place: Place) -> float:
    if place.extent is not None and not place.extent.is_empty:
        squeeze = math.cos(math.radians(place.lat))
        return math.sqrt(place.extent.area * squeeze / math.pi) * 111_320.0
    if place.radius_m is not None and place.radius_m > 0:
        return min(place.radius_m, 5_000.0)
    return 50.0 if place.is_landmark or place.kind == "street" else 500.0


def in_town(query: Query, rest: str, gazetteer: Gazetteer) -> Query:
    """Give a query of a town that only its text names ("..., Lahore") as one of that town."""
    if query.city or query.district or query.station:
        return query
    # What is left of the text: its first piece may be the town.
    town, district = whereabouts(gazetteer.index, f"?, {rest}")
    return replace(query, city=town, district=district) if town or district else query
