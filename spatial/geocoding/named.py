"""Regions of named places: their extent, what *near* makes of it, and what a bearing beside them says.

A caller gives the candidates that compete, each with the chance that it is the one meant; what comes back is one
region, how the candidates share it, and whether the distance and direction agree with the name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from spatial.addresses import Bearing
from spatial.geocoding import bearing as bearings
from spatial.geocoding import layers, nearness
from spatial.geocoding.combine import Combination, Lump, combine
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.layers import Around, Extent, Kernel, Layer
from spatial.geocoding.region import LANDMARK_RADIUS_M, PLACE_RADIUS_M
from spatial.model import Reason

TRUST_BEARING: Final = 0.93
"""The chance that a written distance and direction are right: neither turned round nor of another station."""
WEAK_BESIDE_STATION: Final = 0.2
"""A name less likely to be right than this gives way to the station's own area."""
WEAK_ALONE: Final = 0.1
"""A text without city, district and station is placed only by a name at least so likely to be right."""
LEAK: Final = 0.1
"""By what a named place's chance is multiplied outside the recording station's area: names are told apart by it, but
a crime on the boundary is named after what lies across."""
AGREES: Final = 0.5
_SMALLEST_PLAUSIBLE_M2: Final = 5e6


@dataclass(frozen=True, slots=True)
class Named:
    """A candidate for a name in a text.

    Parameters
    ----------
    weight : float
        The chance that it is the one meant; all candidates together at most 1.
    place : Place
    relation : str or None
        ``near``, ``opposite``, ``behind``, else in or at it.
    ninety_m : float or None
        The radius that holds 90 % about its point, where that was calibrated; None goes by extent, radius and kind.
    """

    weight: float
    place: Place
    relation: str | None = None
    ninety_m: float | None = None


def place_layer(place: Place, relation: str | None = None, ninety_m: float | None = None) -> Layer:
    """Give where something lies that is in, near, opposite or behind a named place."""
    fade = nearness.scale(relation)
    if ninety_m is not None:
        # Two independent errors: the place's own and how near it is.
        return Kernel(place.lat, place.lon, math.hypot(ninety_m, nearness.ninety_m(relation)))
    if place.extent is not None and not place.extent.is_empty:
        return Extent(place.extent, fade)
    if place.radius_m is not None and place.radius_m > 0:
        return Around(place.lat, place.lon, place.radius_m, fade)
    if place.is_landmark and fade > 0.0:
        return Around(place.lat, place.lon, 0.0, fade)
    return Around(place.lat, place.lon, LANDMARK_RADIUS_M if place.is_landmark else PLACE_RADIUS_M, fade)


def place_named(
    candidates: Sequence[Named], station: StationArea | None, said: Bearing | None, reasons: list[Reason]
) -> Combination | None:
    """Give the region of competing candidates, with the station's area and a distance and direction where known.

    Parameters
    ----------
    candidates : sequence of Named
    station : StationArea or None
        The recording station.
    said : spatial.addresses.Bearing or None
        Distance and direction from it, as :func:`spatial.geocoding.bearing.read` gives them.
    reasons : list of Reason
        Appended to: whether the bearing agrees with the name.

    Returns
    -------
    Combination or None
        None if there is nothing to place.

    Raises
    ------
    InvalidGeometry
        If it does not fit into one fix.
    """
    found = _placed(tuple(candidates), station, said)
    if found is None or station is None or said is None:
        return found
    tell(agreement(found.agreed, found.bearing_only), station, said, candidates[0].place, reasons)
    return found


def agreement(agreed: float, bearing_only: float) -> str:
    """Give the code of the reason for how a bearing and a name agree, by the shares that both and it alone hold."""
    if max(agreed, bearing_only) < AGREES:
        return "bearing_contradicts"
    return "bearing_agrees" if agreed >= AGREES else "bearing_over_name"


def tell(code: str, station: StationArea, said: Bearing, place: Place, reasons: list[Reason]) -> None:
    """Say in the reasons how a distance and direction from a station agree with a name."""
    reasons.append(Reason(code, bearings.said_params(said, station) | {"name": place.name, "ref": place.ref}))
    reasons.extend(bearings.learned(station))


@lru_cache(maxsize=16_384)
def _placed(candidates: tuple[Named, ...], station: StationArea | None, said: Bearing | None) -> Combination | None:
    lumps = [Lump(one.weight, place_layer(one.place, one.relation, one.ninety_m)) for one in candidates]
    if not lumps:
        return None
    bounds = bearings.bounds(station, LEAK) if station is not None else ()
    if station is None or said is None:
        return combine(lumps, bounds=bounds)
    layer = bearings.layer(station, said)
    return combine(lumps, bearing=layer, trust=TRUST_BEARING, bounds=bounds, plausible_m2=plausible_m2(layer))


def plausible_m2(words: layers.Bearing) -> float:
    """Give the square metres in which a place lies of which nothing is known but how far its station reaches."""
    return max(_SMALLEST_PLAUSIBLE_M2, math.pi * (1.5 * words.reach_m) ** 2)
