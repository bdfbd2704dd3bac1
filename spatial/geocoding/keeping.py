"""Whether a station's records keep to the area that was derived for it.

A derived area is the software's guess.  Where it is a good one, distances and directions lead into it; where it is
not, they lead out of it as often as chance would have it.  Texts alone show which: no place need be known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.addresses import Bearing
from spatial.geocoding.frame import Frame
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.habits import BELIEVED, Habits, angular, radial
from spatial.geocoding.region import prepared

KEPT: Final = 0.86
"""The share of a station's records that is believed to lie in its derived area before any text was read."""
STRENGTH: Final = 10.0
"""How many texts that belief is worth for a corpus, and how many a corpus is worth for a station."""
_RINGS: Final = 8
_TURNS: Final = 7
_ROUNDS: Final = 40
_DIRECTIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """What a station's texts say of its area: how much of each leads into it, and how far the area and they reach."""

    inside: NDArray[np.float64]
    """Share of what each text means that lies inside, shape (n,)."""
    reach_m: float
    """The mean distance from the house to the area's edge."""


def learn_leaks(
    stations: Mapping[str, StationArea], texts: Mapping[str, Sequence[Bearing]], habits: Habits = BELIEVED
) -> dict[str, float]:
    """Give by what the chance of a place outside each derived area is multiplied, learned from texts.

    Parameters
    ----------
    stations : mapping of str to StationArea
    texts : mapping of str to sequence of spatial.addresses.Bearing
        What each station's records say, by its code.
    habits : Habits
        Of the corpus.

    Returns
    -------
    dict of str to float
        0 to 1, of the stations with a derived area and at least one text that says a distance.
    """
    seen = {
        code: found
        for code, said in texts.items()
        if (station := stations.get(code)) is not None
        and station.derived
        and (found := kept(station, said, habits)) is not None
    }
    if not seen:
        return {}
    reach = far_reach_m(list(seen.values()), [texts[code] for code in seen])
    whole = _share(list(seen.values()), reach, KEPT)
    return {code: _leak(_share([found], reach, whole), found.reach_m, reach) for code, found in seen.items()}


def far_reach_m(seen: Sequence[Kept], texts: Iterable[Sequence[Bearing]]) -> float:
    """Give how far off places lie where areas say nothing: as far as the corpus writes, wherever that is."""
    far = [one.distance_m for said in texts for one in said if one.distance_m > 0.0]
    return max(float(np.quantile(far, 0.95)), 1.2 * float(np.median([one.reach_m for one in seen])))


def kept(station: StationArea, said: Sequence[Bearing], habits: Habits = BELIEVED) -> Kept | None:
    """Give how much of what texts mean lies in a station's area; None where it has none, or they say nothing."""
    area = station.area
    if area is None or area.is_empty:
        return None
    drawn = [_points(one, habits) for one in said if one.distance_m > 0.0]
    if not drawn:
        return None
    frame = Frame(station.lat, station.lon)
    east, north = np.concatenate(drawn).T
    lats, lons = frame.to_degrees(east, north)
    inside = shapely.contains_xy(prepared(area), lons, lats)
    owner = np.repeat(np.arange(len(drawn)), [len(points) for points in drawn])
    shares = np.bincount(owner, weights=inside) / np.bincount(owner)
    return Kept(shares, _reach_m(station))


def _share(seen: Sequence[Kept], reach_m: float, prior: float) -> float:
    """Give the share of records that keep to their areas, by expectation and maximisation."""
    # An area in which places must lie makes each of its distances likelier than a wider country does.
    likely = np.concatenate([one.inside * max(1.0, reach_m / one.reach_m) for one in seen])
    share = prior
    for _ in range(_ROUNDS):
        held = share * likely / (share * likely + (1.0 - share))
        share = (STRENGTH * prior + float(held.sum())) / (STRENGTH + len(likely))
    return share


def _leak(share: float, own_m: float, reach_m: float) -> float:
    beyond = (1.0 - share) / max(reach_m, own_m)
    return round(beyond / (share / own_m + beyond), 3)


@lru_cache(maxsize=4_096)
def _reach_m(station: StationArea) -> float:
    """Give the mean distance from the house to the edge, over all directions."""
    frame = Frame(station.lat, station.lon)
    west, south, east, north = station.area.bounds
    x, y = frame.to_metres(np.array([south, south, north, north]), np.array([west, east, west, east]))
    far = float(np.hypot(x, y).max())
    steps = (np.arange(64) + 0.5) / 64 * far
    turns = np.arange(_DIRECTIONS) * (2.0 * math.pi / _DIRECTIONS)
    lats, lons = frame.to_degrees(np.outer(np.sin(turns), steps).ravel(), np.outer(np.cos(turns), steps).ravel())
    inside = shapely.contains_xy(prepared(station.area), lons, lats)
    return max(200.0, float(inside.mean()) * far)


@lru_cache(maxsize=8_192)
def _points(one: Bearing, habits: Habits) -> NDArray[np.float64]:
    """Give points in metres that stand for an equal share each of what a distance and direction mean, shape (p, 2)."""
    far = radial(one.distance_m, one.unit_m, one.low_m, one.high_m, habits)
    apart = _quantiles(far.metres, far.density * far.metres, _RINGS)
    turned = angular(one.direction_deg, False, habits)
    count = _TURNS if one.direction_deg is not None else 3 * _TURNS
    off = _quantiles(np.linspace(-180.0, 180.0, len(turned.density)), turned.density, count)
    angle = np.radians((one.direction_deg or 0.0) + off)
    return np.column_stack([np.outer(apart, np.sin(angle)).ravel(), np.outer(apart, np.cos(angle)).ravel()])


def _quantiles(at: NDArray[np.float64], density: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    running = np.cumsum(density)
    wanted = (np.arange(count) + 0.5) / count * running[-1]
    return np.asarray(np.interp(wanted, running, at))
