"""The rung of names: which places texts may mean, how they share the belief, and where that puts them."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.addresses.bearings import without_bearing
from spatial.addresses.parse import parse
from spatial.geocoding import calibration, chaks
from spatial.geocoding.context import Context, context_of, sound
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.match import find
from spatial.geocoding.query import Query
from spatial.geocoding.ragged import are_among
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.region import prepared
from spatial.geocoding.score import Measured, measure
from spatial.geocoding.terms import terms_of, together
from spatial.geocoding.whereabouts import meant, mentioned, metropolis_of, names_alone, whereabouts

TOGETHER: Final = 128
"""So many texts are looked up in one go: more are no quicker, and want more memory."""
OUTSIDE_STATION: Final = 0.15
"""By what a candidate's chance is multiplied outside the recording station's area, more the farther it lies."""
ELSEWHERE: Final = 0.2
"""By what it is multiplied outside the cities that a text mentions and that may be where it is; a belief."""
_FADE_KM: Final = 6.0
_FARTHEST: Final = 0.01
_REACH_KM: Final = _FADE_KM * math.log(OUTSIDE_STATION / _FARTHEST)
"""From an area's edge: beyond that a candidate's chance falls no further."""
_DEGREE_KM: Final = 105.0
"""Of both kinds of degree, here where it is but a measure of far off."""
_TOWN_BESIDE_STATION: Final = 1e-3
_NEAR_KM: Final = 10.0
Asked = tuple[Query, StationArea | None]
Floats = NDArray[np.float64]
Answer = TypeVar("Answer")
Asking = Generator[Asked, LookUp | None, Answer]
"""Work that asks, as it goes, what the names in texts come to."""


def answer_all(asking: Sequence[Asking[Answer]], index: PlaceIndex) -> list[Answer]:
    """Do several pieces of work that ask what names come to: what all of them ask next is looked up in one go."""
    answers: dict[int, Answer] = {}
    heard: dict[int, LookUp | None] = dict.fromkeys(range(len(asking)))
    while heard:
        asked: dict[int, Asked] = {}
        for number, found in heard.items():
            try:
                asked[number] = asking[number].send(found)
            except StopIteration as done:
                answers[number] = done.value
        heard = dict(zip(asked, look_up(list(asked.values()), index), strict=True))
    return [answers[number] for number in range(len(asking))]


def look_up(asked: Sequence[Asked], index: PlaceIndex) -> list[LookUp | None]:
    """Give what the names in the texts of queries come to, None where they and their towns come to nothing.

    Parameters
    ----------
    asked : sequence of (Query, StationArea or None)
        Each query with its recording station, where that is known.
    index : PlaceIndex
    """
    if not len(index):
        return [None] * len(asked)
    return [
        found
        for first in range(0, len(asked), TOGETHER)
        for found in _looked_up(asked[first : first + TOGETHER], index)
    ]


def _looked_up(asked: Sequence[Asked], index: PlaceIndex) -> list[LookUp | None]:
    # Of "3 km north of PS" no word is a name.
    texts = [without_bearing(query.text or "") for query, _ in asked]
    terms = [terms_of(text) for text in texts]
    contexts: list[Context] = []
    mentions: list[frozenset[str]] = []
    for (query, station), text in zip(asked, texts, strict=True):
        city, district = meant(index, query.city, query.district)
        if station is not None:
            # No city is guessed: a station's area says more than its city, whose measures are those of whole towns.
            district = district or meant(index, None, station.district)[1]
        elif district and not city:
            city = metropolis_of(index, district, text)
        if not city and not district:
            city, district = whereabouts(index, text)
        contexts.append(context_of(index, city, district))
        mentions.append(frozenset() if city or district else mentioned(index, text))
    batch = together(terms, contexts)
    found = find(index, batch)
    measured = measure(index, batch, found)
    fits = calibration.current()
    chances = _of_towns(index, texts, measured, fits.chances(measured.measures))
    chances = chaks.of_chaks(index, terms, measured, chances)
    lines = np.array([context.lines for context in contexts])
    prior = _priors(index, asked, mentions, measured)
    choice = calibration.choose(measured, chances, prior, lines)
    is_swayed = np.zeros(len(asked), dtype=np.bool_)
    if prior is not None:
        is_swayed = calibration.choose(measured, chances, None, lines).best != choice.best
    rows = np.arange(len(asked))
    values = (choice.lat, choice.lon, choice.best, fits.right(choice.signs), *fits.radii_m(choice.signs), is_swayed)
    said = zip(*[value.tolist() for value in values], strict=True)
    is_there = measured.is_there.max(axis=1).tolist()
    is_town = (measured.lines[rows, choice.best] < 0).tolist()
    places = measured.places[rows, choice.best].tolist()
    rivals = calibration.rivals(measured, choice)
    looked: list[LookUp | None] = []
    for row, (lat, lon, best, score, fifty, ninety, swayed) in enumerate(said):
        # Where no town is known either, a province alone ("KPK") leaves nothing.
        is_province = contexts[row].core < 0 and names_alone(index, texts[row]) == (None, None)
        if not is_there[row] or is_province:
            looked.append(None)
            continue
        place = places[row]
        town = is_town[row] or (index.is_settled(place) and sound(index.name_of(place)) in contexts[row].known)
        weight = choice.weight[row]
        looked.append(
            LookUp(
                index, terms[row], found, measured, row, weight, lat, lon, best, score, fifty, ninety, swayed, town,
                contexts[row].scope is not None, rivals[row],
            )
        )  # fmt: skip
    return looked


def _of_towns(index: PlaceIndex, texts: Sequence[str], measured: Measured, chances: Floats) -> Floats:
    """Give the candidates' chances, where a text names a town or a district alone those of the town alone, (B, N)."""
    for row in np.flatnonzero(measured.is_there[:, -1]).tolist():
        alone = names_alone(index, texts[row])
        if alone is None:
            continue
        said = {sound(name) for name in alone if name}
        for column in np.flatnonzero(measured.lines[row] >= 0).tolist():
            place = int(measured.places[row, column])
            if not (index.is_settled(place) and sound(index.name_of(place)) in said):
                chances[row, column] = 0.0
    return chances


def local_name(query: Query, gazetteer: Gazetteer, station: StationArea) -> tuple[Place, str | None] | None:
    """Give the place of a local name of the station that the text holds, with the relation to it; the longest wins."""
    places = gazetteer.local_names(station.code)
    if not places:
        return None
    best: tuple[int, Place, str | None] | None = None
    text = without_bearing(query.text or "")
    parts = parse(text).parts
    for place in places:
        said = sound(place.name)
        for part in parts:
            # The name as a part of its own, with or without its word of kind.
            here = len(said) >= 2 and said in (sound(part.key), sound(text[part.start : part.end]))
            if here and (best is None or len(said) > best[0]):
                best = (len(said), place, part.relation)
        if best is None and len(said) >= 4 and said == sound(text):
            best = (len(said), place, None)
    return (best[1], best[2]) if best is not None else None


def _priors(
    index: PlaceIndex, asked: Sequence[Asked], mentions: Sequence[frozenset[str]], measured: Measured
) -> Floats | None:
    """Give what stations' areas, callers' whereabouts and cities that texts mention do to chances, shape (B, N).

    None where that is nothing.
    """
    prior: Floats | None = None
    for row, (query, station) in enumerate(asked):
        own = _prior(query, station, measured.lat[row], measured.lon[row], measured.lines[row])
        if mentions[row]:
            cities = [index.string_number(city) for city in mentions[row]]
            elsewhere = ~are_among(index.arrays["place_city"][measured.places[row]], np.array(cities))
            own = np.where(elsewhere, ELSEWHERE, 1.0) * (1.0 if own is None else own)
        if own is not None:
            prior = np.ones(measured.lat.shape) if prior is None else prior
            prior[row] = own
    return prior


def _prior(
    query: Query, station: StationArea | None, lat: Floats, lon: Floats, lines: NDArray[np.int64]
) -> Floats | None:
    """Give the same of the candidates of one text, shape (N,)."""
    prior: Floats | None = None
    if station is not None:
        if station.area is not None and not station.area.is_empty:
            prior = np.where(shapely.contains_xy(prepared(station.area), lon, lat), 1.0, _FARTHEST)
            west, south, east, north = station.area.bounds
            gap = np.hypot(np.maximum(west - lon, lon - east).clip(0.0), np.maximum(south - lat, lat - north).clip(0.0))
            # How far it is to the edge takes as long as everything else: asked only where it may matter.
            close = np.flatnonzero((prior < 1.0) & (gap * _DEGREE_KM < _REACH_KM))
            edge = shapely.distance(station.area, shapely.points(lon[close], lat[close])) * _DEGREE_KM
            prior[close] = np.maximum(_FARTHEST, OUTSIDE_STATION * np.exp(-edge / _FADE_KM))
        else:
            squeeze = math.cos(math.radians(station.lat))
            apart = np.hypot((lat - station.lat) * 111.0, (lon - station.lon) * 111.3 * squeeze)
            prior = np.maximum(_FARTHEST, np.exp(-((apart / 15.0) ** 2)))
        # Where no name holds, the station's own area says more than the middle of its town.
        prior[lines < 0] *= _TOWN_BESIDE_STATION
    if query.near_lat is not None and query.near_lon is not None:
        east = (lon - query.near_lon) * 111.3 * math.cos(math.radians(query.near_lat))
        near = 0.1 + np.exp(-np.hypot((lat - query.near_lat) * 111.0, east) / _NEAR_KM)
        prior = near if prior is None else prior * near
    return prior
