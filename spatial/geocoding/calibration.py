"""From measures to belief: how likely each candidate is, where the point goes, how sure that is and how far it may be.

Four fits, all in the data file ``calibration.json`` beside this one, which ``python -m setup.fit_geocoding`` makes from
the files under ``data/`` and which says when and from which set it was made:

* a small net of one hidden layer gives the chance that the true place lies near each candidate;
* the *point* is where most of that chance lies within a kilometre or so, never between two towns;
* a logistic regression over :data:`SIGNS`, mended to be calibrated by isotonic regression, gives the *score*: the
  chance that the point is right, that is within a kilometre of the truth for an address in a town and within five
  for a village or the site of an incident, the tolerances by which the development set judges;
* a regression of the logarithm of the error over the same signs, with the quantiles of what it leaves by group
  (split conformal prediction: Vovk, Gammerman and Shafer, 2005), the 90 % the 50 % one gives the two radii of
  the region.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spatial.geocoding.score import MEASURES, Measured

SIGNS: Final = (
    "chance", "near_share", "spread", "chosen_own", "chosen_covered", "chosen_joint", "best_own", "most_telling",
    "radius", "is_core", "is_address", "is_landmark", "is_settlement", "is_street", "town_named", "parts",
    "kinds_other",
    "numbers_missing", "numbers_differ", "to_core", "next_share", "lines_here", "chance_if_town", "spread_if_town",
)  # fmt: skip
SHARPNESS: Final = 3.0
"""Chances are raised to this power before they are gathered, so that many poor candidates do not outvote a good one."""
GATHER_KM: Final = 0.9
SMALLEST_M: Final = 120.0
LARGEST_M: Final = 80_000.0
_METROPOLIS: Final = math.log1p(10_000)
_CITY: Final = math.log1p(800)
GROUPS: Final = ("metropolis", "city", "city_landmark", "town", "town_landmark", "core", "country")
_AT: Final = {name: place for place, name in enumerate(MEASURES)}


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Where the candidates of a text put it.

    Parameters
    ----------
    lat, lon : float
        Degrees.
    best : int
        The candidate that carries the point.
    weight : ndarray of float64, shape (N,)
        Each candidate's share of belief, 1 in all.
    signs : ndarray of float64, shape (len(SIGNS),)
    """

    lat: float
    lon: float
    best: int
    weight: NDArray[np.float64]
    signs: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The fits; see the module. Arrays are float64."""

    made: str
    digest: str
    shift: NDArray[np.float64]
    inward: NDArray[np.float64]
    inward_bias: NDArray[np.float64]
    outward: NDArray[np.float64]
    outward_bias: float
    score: NDArray[np.float64]
    score_from: NDArray[np.float64]
    score_to: NDArray[np.float64]
    error: NDArray[np.float64]
    error_steps: Mapping[str, NDArray[np.float64]]
    error_halves: Mapping[str, NDArray[np.float64]]
    error_nineties: Mapping[str, NDArray[np.float64]]

    def chances(self, measures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the chance that the true place lies near each candidate; measures have shape (N, len(MEASURES))."""
        hidden = np.maximum((measures - self.shift) @ self.inward + self.inward_bias, 0.0)
        return np.asarray(1.0 / (1.0 + np.exp(-(hidden @ self.outward + self.outward_bias))))

    def right(self, signs: NDArray[np.float64]) -> float:
        """Give the score, 0 to 1."""
        raw = float(signs @ self.score[:-1] + self.score[-1])
        return float(np.interp(raw, self.score_from, self.score_to))

    def radii_m(self, signs: NDArray[np.float64]) -> tuple[float, float]:
        """Give the metres about the point that hold the truth every second time, and nine times of ten."""
        expected = float(signs @ self.error[:-1] + self.error[-1])
        group = group_of(signs)
        steps = self.error_steps[group]
        ninety = 1000.0 * math.exp(expected + float(np.interp(expected, steps, self.error_nineties[group])))
        fifty = 1000.0 * math.exp(expected + float(np.interp(expected, steps, self.error_halves[group])))
        ninety = min(LARGEST_M, max(SMALLEST_M, ninety))
        return min(max(fifty, 0.3 * SMALLEST_M), 0.6 * ninety), ninety


def group_of(signs: NDArray[np.float64]) -> str:
    """Give the group in which radii are calibrated: what was matched, and how well the town is known."""
    lines = signs[SIGNS.index("lines_here")]
    if signs[SIGNS.index("town_named")] < 0.5:
        return "country"
    if signs[SIGNS.index("is_core")] > 0.5:
        return "core"
    size = "metropolis" if lines > _METROPOLIS else "city" if lines > _CITY else "town"
    return f"{size}_landmark" if signs[SIGNS.index("is_landmark")] > 0.5 and size != "metropolis" else size


def choose(measured: Measured, chances: NDArray[np.float64], prior: NDArray[np.float64] | None, lines: int) -> Choice:
    """Give the point that most of the chance lies about, and the signs of how good it is.

    Parameters
    ----------
    measured : Measured
    chances : ndarray of float64, shape (N,)
    prior : ndarray of float64 or None, shape (N,)
        By what each candidate's chance is multiplied, for what is known beside the text.
    lines : int
        Of the context: how well the place is known.
    """
    if prior is not None:
        chances = chances * prior
    apart = measured.apart_km
    weight = chances**SHARPNESS
    near = np.exp(-((apart / GATHER_KM) ** 2))
    gathered = near @ weight
    middle = int(np.argmax(gathered))
    carrying = near[middle] * weight * (apart[middle] < 2.0 * GATHER_KM)
    whole = float(weight.sum()) or 1e-12
    share = weight / whole
    lat = float(carrying @ measured.lat / carrying.sum())
    lon = float(carrying @ measured.lon / carrying.sum())
    best = int(np.argmax(carrying))
    row = measured.measures[best]
    away = float((share * (apart[middle] > 2.0)).max(initial=0.0))
    chance = float(chances[best])
    logit = math.log((chance + 1e-4) / (1.0001 - chance))
    spread = math.log1p(float(share @ apart[middle]))
    town = float(row[_AT["town_named"]])
    signs = np.array([
        logit, float(gathered[middle]) / whole, spread, row[_AT["own"]], row[_AT["covered"]], row[_AT["joint"]],
        row[_AT["best_own"]], row[_AT["most_telling"]], row[_AT["radius"]], row[_AT["is_core"]], row[_AT["address"]],
        row[_AT["is_landmark"]], row[_AT["is_locality"]], row[_AT["is_street"]], town, row[_AT["parts"]],
        row[_AT["kinds_other"]], row[_AT["numbers_missing"]], row[_AT["numbers_differ"]], row[_AT["to_core"]], away,
        math.log1p(lines), logit * town, spread * town,
    ])  # fmt: skip
    return Choice(lat, lon, best, share, signs)


@lru_cache(maxsize=1)
def current() -> Calibration:
    """Give the calibration that is shipped."""
    return of(json.loads(resources.files("spatial.geocoding").joinpath("calibration.json").read_text("utf-8")))


def of(said: Mapping[str, Any]) -> Calibration:
    """Give the calibration of a data file's content."""
    net = said["net"]
    return Calibration(
        made=said["made"],
        digest=said["digest"],
        shift=np.array(net["shift"]),
        inward=np.array(net["inward"]),
        inward_bias=np.array(net["inward_bias"]),
        outward=np.array(net["outward"]),
        outward_bias=float(net["outward_bias"]),
        score=np.array(said["score"]["weights"]),
        score_from=np.array(said["score"]["from"]),
        score_to=np.array(said["score"]["to"]),
        error=np.array(said["error"]["weights"]),
        error_steps={group: np.array(steps) for group, steps in said["error"]["steps"].items()},
        error_halves={group: np.array(found) for group, found in said["error"]["halves"].items()},
        error_nineties={group: np.array(found) for group, found in said["error"]["nineties"].items()},
    )
