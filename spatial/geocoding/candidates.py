"""The places that a text may mean, for somebody who chooses: read as the fix is, with its beat and its ties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.addresses import Tie
from spatial.geocoding import explain, names, origin, ties
from spatial.geocoding.ends import Meant
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.resolve import SCORE_LOCAL_NAME, in_beat, tie_of
from spatial.model import Reason

MOST_CANDIDATES: Final = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean, for somebody who chooses.

    Parameters
    ----------
    place : Place
    lat, lon : float
        Where it would put the record; degrees.
    score : float
        Its share of belief among all candidates, 0 to 1.
    reasons : tuple of Reason
    """

    place: Place
    lat: float
    lon: float
    score: float
    reasons: tuple[Reason, ...]


def candidates(query: Query, gazetteer: Gazetteer, most: int = MOST_CANDIDATES) -> list[Candidate]:
    """Give the places that a text may mean, likeliest first, each place once; local names of the station before all.

    A beat that the text names bounds them as it bounds the fix. Of a place told by others ("between A and B") they are
    those others, where they are known.

    Parameters
    ----------
    query : Query
    gazetteer : Gazetteer
    most : int
    """
    station = gazetteer.station(query.station) if query.station else None
    if station is not None and station.beats and query.text:
        query, station = in_beat(query, station, [])
    tie = None
    if station is None:
        query, station, tie = origin.read(query, gazetteer, [])
    if not query.text and tie is None:
        return []
    return _ends(query, tie or tie_of(query), station, gazetteer)[:most] or _of_words(query, station, gazetteer, most)


def _ends(query: Query, tie: Tie | None, station: StationArea | None, gazetteer: Gazetteer) -> list[Candidate]:
    """Give the places that the names of a tie may mean, with the share that each has in its own name."""
    if tie is None:
        return []
    found = names.answer_all([ties.ends(query, tie, station, gazetteer)], gazetteer.index)[0]
    once: dict[str, Meant] = {}
    for one in sorted(found, key=lambda one: -one.chance):
        once.setdefault(one.place.ref, one)
    chosen = list(once.values())
    whole = sum(one.chance for one in chosen)
    return [
        Candidate(
            one.place,
            one.at.lat,
            one.at.lon,
            one.chance / whole,
            (Reason("tie_end", {"name": one.place.name, "ref": one.place.ref}),),
        )
        for one in chosen
    ]


def _of_words(query: Query, station: StationArea | None, gazetteer: Gazetteer, most: int) -> list[Candidate]:
    found: list[Candidate] = []
    if station is not None:
        local = names.local_name(query, gazetteer, station)
        if local is not None:
            place = local[0]
            found.append(
                Candidate(place, place.lat, place.lon, SCORE_LOCAL_NAME, (Reason("local_name", {"name": place.name}),))
            )
    looked = names.look_up([(query, station)], gazetteer.index)[0]
    if looked is None:
        return found
    seen: set[int] = set()
    for number in np.argsort(-looked.weight, kind="stable").tolist():
        place_number = looked.place_of(number)
        if place_number in seen or looked.line(number) < 0:
            continue
        seen.add(place_number)
        place = looked.index.place(place_number)
        lat, lon = (float(each[looked.row, number]) for each in (looked.measured.lat, looked.measured.lon))
        why = (explain.how(looked, number, query.text or ""),)
        found.append(Candidate(place, lat, lon, float(looked.weight[number]), why))
        if len(found) >= most:
            break
    return found
