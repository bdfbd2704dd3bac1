"""Texts that are as good as pins: a name that is surely known stands beside the distance, which can thus be checked.

"Liberty Chowk, 3 km north of PS" says twice where it is.  Where the name's place is known well enough, the straight
distance to it shows whether the three kilometres were measured straight or by road.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from spatial.addresses import Bearing
from spatial.geocoding import bearing, names
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.kernel import deviations_m
from spatial.geocoding.pinned import Pinned
from spatial.geocoding.query import Query
from spatial.projection import distance_m

SURE: Final = 0.7
"""Names that are less likely to be right than this tell nothing."""
SHARP: Final = 0.12
"""Of the distance: a name that is wider than this, to one standard deviation, cannot tell a road from a line, which is
two thirds to five sixths as long."""


def witnesses(asked: Sequence[tuple[Query, StationArea]], index: PlaceIndex) -> list[Pinned | None]:
    """Give what each text's name shows of its distance, None where it has none or shows nothing.

    Parameters
    ----------
    asked : sequence of (Query, StationArea)
        Texts with the station that they were written at.
    index : PlaceIndex
    """
    # A look-up keeps the candidates of all texts that were looked up with it: a country's would fill the memory.
    return [
        pin
        for first in range(0, len(asked), names.TOGETHER)
        for pin in _witnesses(asked[first : first + names.TOGETHER], index)
    ]


def _witnesses(asked: Sequence[tuple[Query, StationArea]], index: PlaceIndex) -> list[Pinned | None]:
    said = [_measured(query) for query, _ in asked]
    rows = [row for row, one in enumerate(said) if one is not None and one.distance_m > 0.0 and one.low_m is None]
    found: list[Pinned | None] = [None] * len(asked)
    for row, one in zip(rows, names.look_up([asked[row] for row in rows], index), strict=True):
        words, station = said[row], asked[row][1]
        if one is None or words is None or one.is_core or one.score < SURE or one.place.ref == station.code:
            continue
        inner, _ = deviations_m(one.fifty_m, one.ninety_m)
        if inner <= SHARP * words.distance_m:
            straight = distance_m(station.lat, station.lon, one.lat, one.lon)
            found[row] = Pinned(words, straight, one.score, inner)
    return found


def _measured(query: Query) -> Bearing | None:
    """Give the distance of a text that is measured from the station."""
    if bearing.is_from_elsewhere(query.text, query.distance_m):
        return None
    return bearing.read(query.text, query.distance_m, query.direction)
