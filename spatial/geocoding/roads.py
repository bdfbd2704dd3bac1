"""Whether a corpus measures by road: areas that somebody drew show it, without any place being known.

Distances written along the road are longer than those in a straight line.  Where records keep to their stations' areas,
a fifth of them then leads out of the area, by as much as roads are longer than lines.  A derived area that is too small
looks just the same, and one that is too large hides it, so derived areas are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial.addresses import Bearing
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.habits import Habits
from spatial.geocoding.keeping import Kept, far_reach_m, kept

Array = NDArray[np.float64]

FEWEST: Final = 100
"""Of fewer texts nothing is learned."""
STRENGTH: Final = 2.0
"""How many texts the belief about roads is worth: little, since a writer does nearly always the one or the other."""
_SHARES: Final = 41
_KEPT: Final = np.array([0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.99])
_SURELY_KEPT: Final = 0.8


def learn_road(stations: Mapping[str, StationArea], texts: Mapping[str, Sequence[Bearing]], habits: Habits) -> float:
    """Give the share of distances that a corpus measures along the road; the habits' own where areas do not show it.

    Parameters
    ----------
    stations : mapping of str to StationArea
        Those with a derived area, or none, teach nothing.
    texts : mapping of str to sequence of spatial.addresses.Bearing
        What each station's records say, by its code.
    habits : Habits
        Of the corpus, with the share that is believed.
    """
    straight, road = replace(habits, road=0.0), replace(habits, road=1.0)
    seen: list[tuple[Kept, Kept]] = []
    for code, said in texts.items():
        station = stations.get(code)
        if station is None or station.derived:
            continue
        line, way = kept(station, said, straight), kept(station, said, road)
        if line is not None and way is not None:
            seen.append((line, way))
    if sum(len(line.inside) for line, _ in seen) < FEWEST:
        return habits.road
    reach = far_reach_m([line for line, _ in seen], texts.values())
    longer = sum((low + high) / 2.0 * share for low, high, share in habits.detours)
    shares = (np.arange(_SHARES) + 0.5) / _SHARES
    total = sum((_likelihoods(line, way, longer, reach, shares) for line, way in seen), np.zeros((len(_KEPT), _SHARES)))
    # The belief: a share near nothing or near all, on the whole what is believed.
    total += (STRENGTH * habits.road - 1.0) * np.log(shares) + (STRENGTH * (1.0 - habits.road) - 1.0) * np.log1p(
        -shares
    )
    weight = np.exp(total - total.max())
    weight /= weight.sum()
    # Where records do not keep to the areas, these say nothing of roads.
    sure = weight[_KEPT >= _SURELY_KEPT]
    return round(float((sure * shares).sum() + (1.0 - sure.sum()) * habits.road), 2)


def _likelihoods(line: Kept, way: Kept, longer: float, reach_m: float, shares: Array) -> Array:
    """Give the log-likelihood of a station's texts by the share that keeps to the area and that by road, (k, r)."""
    # An area in which places must lie makes each of its distances likelier than a wider country does.
    size = max(1.0, reach_m / line.reach_m)
    found = np.zeros((len(_KEPT), len(shares)))
    for straight, road in zip((line.inside * size).tolist(), (way.inside * size / longer).tolist(), strict=True):
        inside = (1.0 - shares) * straight + shares * road
        found += np.log(_KEPT[:, None] * inside[None, :] + (1.0 - _KEPT[:, None]))
    return found
