"""The rung of distance and direction from the station: what the words allow, within the station's area."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from spatial.addresses import Bearing, parse_bearing, tied
from spatial.errors import InvalidGeometry
from spatial.geocoding import layers, stencil
from spatial.geocoding import region as regions
from spatial.geocoding.combine import combine
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.memory import Memory
from spatial.geocoding.region import Region
from spatial.model import Fix, Method, Reason

CUT_OFF_SHARE: Final = 0.1
# With less of a bearing than this in the station's area, the one or the other is wrong.
OUTSIDE_SHARE: Final = 0.005
# No station's area reaches so far; more is a slip of the pen or of the unit.
FARTHEST_M: Final = 300_000.0
SCORE_BEARING: Final = 0.7
SCORE_RING: Final = 0.6
SCORE_BEARING_CUT_OFF: Final = 0.4
# By what the chance of a place outside the station's area is multiplied: a station writes down what happened in its
# own area, but a derived area is the software's guess and wrong by kilometres in the country. At 0.05, regions hold
# 92 % if places do lie in the derived areas and 89 % if these are pure invention; at 0 the latter is 55 %.
LEAK: Final = 0.0
LEAK_DERIVED: Final = 0.05
SCORE_ORIGIN_UNKNOWN: Final = 0.35
"""Where the text measures from a name that is not known, so that the station may not be where the distance begins."""
_QUARTER_MILE_M: Final = 402.336
Placed = tuple[Region, float] | None
_known: Final[Memory[tuple[StationArea, Bearing], tuple[Placed]]] = Memory(16_384)


def rung(
    text: str | None,
    distance: float | None,
    direction: float | None,
    station: StationArea | None,
    reasons: list[Reason],
) -> Fix | None:
    """Give the fix of a distance and direction from the station, None if there is none; says why in ``reasons``.

    Parameters
    ----------
    text : str or None
        Read for a distance and direction where none are given apart.
    distance : float or None
        Metres.
    direction : float or None
        Degrees clockwise from north.
    station : StationArea or None
        The recording station.
    reasons : list of Reason
        Appended to.
    """
    said = read(text, distance, direction, reasons)
    if said is None:
        return None
    if station is None:
        reasons.append(Reason("bearing_without_station"))
        return None
    found = bearing_region(station, said)
    params = said_params(said, station)
    if found is None:
        reasons.append(Reason("bearing_outside_station_area", params))
        return None
    region, share = found
    score = SCORE_BEARING if said.direction_deg is not None else SCORE_RING
    reasons.append(Reason("bearing" if said.direction_deg is not None else "distance_only", params))
    reasons.extend(learned(station))
    if any(reason.code == "origin_unknown" for reason in reasons):
        score = SCORE_ORIGIN_UNKNOWN
    if share < CUT_OFF_SHARE:
        reasons.append(Reason("bearing_mostly_outside_station_area", {"share": round(share, 3)}))
        score = SCORE_BEARING_CUT_OFF
    return regions.fix_of(region, Method.BEARING, score, station.code, reasons)


def read(
    text: str | None, distance: float | None, direction: float | None, reasons: list[Reason] | None = None
) -> Bearing | None:
    """Give what a record says of distance and direction, in its own columns or in its text; None if it says nothing.

    A distance from a column has lost its unit: it is taken for miles only where it is whole quarters of a mile and
    not whole hundreds of metres.
    """
    if direction is not None:
        direction = direction % 360.0 if math.isfinite(direction) else None
    if distance is not None:
        if 0.0 <= distance <= FARTHEST_M:
            return Bearing(float(distance), direction, _unit_of(float(distance)))
        if reasons is not None:
            reasons.append(Reason("distance_impossible"))
        return None
    said = parse_bearing(text) if text else None
    if said is None:
        return None
    if direction is None or direction == said.direction_deg:
        return said
    return Bearing(said.distance_m, direction, said.unit_m, said.low_m, said.high_m)


def is_from_elsewhere(text: str | None, distance: float | None = None) -> bool:
    """Say whether the distance in a text is measured from a named place or along a road, and not from the station."""
    tie = tied(text) if text and distance is None else None
    return tie is not None and tie.kind != "between"


def said_params(said: Bearing, station: StationArea) -> dict[str, str | float]:
    """Give what the sentences about a bearing need."""
    params: dict[str, str | float] = {"distance_m": said.distance_m, "station": station.code}
    if said.direction_deg is not None:
        params["direction_deg"] = said.direction_deg
    if said.low_m is not None and said.high_m is not None:
        params |= {"low_m": said.low_m, "high_m": said.high_m}
    return params


def learned(station: StationArea) -> list[Reason]:
    """Give what the reading of a station's distances and directions was learned from, if from anything."""
    source = station.learned_from
    if source is None:
        return []
    code = "writers_learned" if source.is_own else "writers_learned_elsewhere"
    return [Reason(code, {"texts": source.texts, "pins": source.pins, "station": station.code})]


def layer(station: StationArea, said: Bearing) -> layers.Bearing:
    """Give the density that a distance and direction from a station make."""
    return layers.Bearing(
        station.lat,
        station.lon,
        said.distance_m,
        said.direction_deg,
        said.unit_m,
        said.low_m,
        said.high_m,
        station.habits or BELIEVED,
    )


@lru_cache(maxsize=4_096)
def bounds(station: StationArea, least_leak: float = 0.0) -> tuple[layers.Jurisdiction, ...]:
    """Give the station's area as a bound, with at least some chance outside it; none if it is unknown."""
    if station.area is None or station.area.is_empty:
        return ()
    return (layers.Jurisdiction(station.area, max(least_leak, leak(station))),)


def leak(station: StationArea) -> float:
    """Give by what the chance of a place outside a station's area is multiplied."""
    if not station.derived:
        return LEAK
    return LEAK_DERIVED if station.leak is None else station.leak


def bearing_region(station: StationArea, said: Bearing) -> Placed:
    """Give where something lies at a distance and direction from a station: :func:`bearing_regions` of one text.

    Parameters
    ----------
    station : StationArea
    said : Bearing
        As :func:`spatial.addresses.parse_bearing` gives it. No direction gives the whole ring.

    Returns
    -------
    (Region, float) or None
        The region and the share of it, 0 to 1, that lies inside the station's area; None if next to none does, of an
        area that somebody drew. A derived area gives way to the words.
    """
    return bearing_regions([(station, said)])[0]


def bearing_regions(asked: Sequence[tuple[StationArea, Bearing]]) -> list[Placed]:
    """Give where things lie at distances and directions from stations; many together are several times as quick."""
    known = {key: found for key in asked if (found := _known.get(key)) is not None}
    new = [key for key in dict.fromkeys(asked) if key not in known]
    layers_of = [layer(*key) for key in new]
    near = [row for row, words in enumerate(layers_of) if words.reach_m <= stencil.FARTHEST_M]
    laid = stencil.lay_all([stencil.Laid(layers_of[row], next(iter(bounds(new[row][0])), None)) for row in near])
    placed = dict(zip(near, laid, strict=True))
    for row, (key, words) in enumerate(zip(new, layers_of, strict=True)):
        known[key] = (_told(placed[row] if row in placed else _far(key[0], words), key[0]),)
    _known.update((key, known[key]) for key in new)
    return [known[key][0] for key in asked]


def _far(station: StationArea, words: layers.Bearing) -> tuple[Region, float] | None:
    """Give the region of a distance so great that the earth is not flat, and what the station's area leaves of it."""
    try:
        combined = combine((), bearing=words, bounds=bounds(station))
    except InvalidGeometry:
        return None
    return (combined.region, combined.within) if combined is not None else None


def _told(placed: tuple[Region, float] | None, station: StationArea) -> Placed:
    """Give a region with the share of it that the station's area holds, of what the area leaves of its mass."""
    if placed is None:
        return None
    region, within = placed
    found = bounds(station)
    leaked = found[0].leak if found else 0.0
    share = min(1.0, max(0.0, (within - leaked) / (1.0 - leaked)))
    if share < OUTSIDE_SHARE and not station.derived:
        return None
    return region, share


def _unit_of(distance: float) -> float:
    quarters = distance / _QUARTER_MILE_M
    is_miles = distance > 0 and abs(quarters - round(quarters)) < 1e-3 and distance % 100.0 > 1e-6
    return 4.0 * _QUARTER_MILE_M if is_miles else 1_000.0
