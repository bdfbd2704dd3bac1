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
    """Where the candidates of B texts put them; N candidates each.

    Parameters
    ----------
    lat, lon : ndarray of float64, shape (B,)
        Degrees; meaningless where a text has no candidate.
    best : ndarray of int64, shape (B,)
        The candidate that carries the point.
    weight : ndarray of float64, shape (B, N)
        Each candidate's share of belief, 1 in all.
    signs : ndarray of float64, shape (B, len(SIGNS))
    """

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    best: NDArray[np.int64]
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
        """Give the chance that the true place lies near each candidate.

        Parameters
        ----------
        measures : ndarray of float64, shape (B, N, len(MEASURES))

        Returns
        -------
        ndarray of float64, shape (B, N)
        """
        # Text by text within: one product for all would round differently in every batch.
        hidden = np.maximum((measures - self.shift) @ self.inward + self.inward_bias, 0.0)
        return np.asarray(1.0 / (1.0 + np.exp(-((hidden * self.outward).sum(axis=2) + self.outward_bias))))

    def right(self, signs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the scores, 0 to 1, of signs of shape (B, len(SIGNS))."""
        return np.asarray(np.interp(_plane(signs, self.score), self.score_from, self.score_to))

    def radii_m(self, signs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the metres about each point that hold the truth every second time, and nine times of ten."""
        expected = _plane(signs, self.error)
        group = groups_of(signs)
        fifty, ninety = np.zeros((2, len(signs)))
        for number, name in enumerate(GROUPS):
            mine = np.flatnonzero(group == number)
            if len(mine):
                steps = self.error_steps[name]
                ninety[mine] = expected[mine] + np.interp(expected[mine], steps, self.error_nineties[name])
                fifty[mine] = expected[mine] + np.interp(expected[mine], steps, self.error_halves[name])
        ninety = np.clip(1000.0 * np.exp(ninety), SMALLEST_M, LARGEST_M)
        fifty = 1000.0 * np.exp(fifty)
        return np.minimum(np.maximum(fifty, 0.3 * SMALLEST_M), 0.6 * ninety), ninety


def groups_of(signs: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the numbers in ``GROUPS`` of the groups in which radii are calibrated.

    A group is by what was matched, and how well the town is known; signs have shape (B, len(SIGNS)).
    """
    lines, town_named, is_core, is_landmark = (
        signs[:, SIGNS.index(name)] for name in ("lines_here", "town_named", "is_core", "is_landmark")
    )
    number = {name: place for place, name in enumerate(GROUPS)}
    landmark = is_landmark > 0.5
    return np.select(
        [town_named < 0.5, is_core > 0.5, lines > _METROPOLIS, lines > _CITY],
        [
            number["country"], number["core"], number["metropolis"],
            np.where(landmark, number["city_landmark"], number["city"]),
        ],
        np.where(landmark, number["town_landmark"], number["town"]),
    )  # fmt: skip


def choose(
    measured: Measured, chances: NDArray[np.float64], prior: NDArray[np.float64] | None, lines: NDArray[np.int64]
) -> Choice:
    """Give the points that most of the chance lies about, and the signs of how good they are.

    Parameters
    ----------
    measured : Measured
    chances : ndarray of float64, shape (B, N)
    prior : ndarray of float64 or None, shape (B, N)
        By what each candidate's chance is multiplied, for what is known beside the text.
    lines : ndarray of int64, shape (B,)
        Of the contexts: how well the place is known.
    """
    if prior is not None:
        chances = chances * prior
    rows = np.arange(len(chances))
    apart = measured.apart_km
    weight = chances**SHARPNESS * measured.is_there
    near = np.exp(-((apart / GATHER_KM) ** 2))
    gathered = (near @ weight[:, :, None])[:, :, 0] * measured.is_there
    middle = gathered.argmax(axis=1)
    from_middle = apart[rows, middle]
    carrying = near[rows, middle] * weight * (from_middle < 2.0 * GATHER_KM)
    whole = np.maximum(weight.sum(axis=1), 1e-12)
    share = weight / whole[:, None]
    carried = np.maximum(carrying.sum(axis=1), 1e-300)
    lat = (carrying * measured.lat).sum(axis=1) / carried
    lon = (carrying * measured.lon).sum(axis=1) / carried
    best = carrying.argmax(axis=1)
    row = measured.measures[rows, best]
    away = (share * (from_middle > 2.0)).max(axis=1)
    chance = chances[rows, best]
    logit = np.log((chance + 1e-4) / (1.0001 - chance))
    spread = np.log1p((share * from_middle).sum(axis=1))
    town = row[:, _AT["town_named"]]
    at_best = {
        "chosen_own": "own", "chosen_covered": "covered", "chosen_joint": "joint", "is_address": "address",
        "is_settlement": "is_locality", "best_own": "best_own", "most_telling": "most_telling", "radius": "radius",
        "is_core": "is_core", "is_landmark": "is_landmark", "is_street": "is_street", "town_named": "town_named",
        "parts": "parts", "kinds_other": "kinds_other", "numbers_missing": "numbers_missing",
        "numbers_differ": "numbers_differ", "to_core": "to_core",
    }  # fmt: skip
    signs: dict[str, NDArray[np.float64]] = {
        "chance": logit, "near_share": gathered[rows, middle] / whole, "spread": spread, "next_share": away,
        "lines_here": np.log1p(lines), "chance_if_town": logit * town, "spread_if_town": spread * town,
        **{sign: row[:, _AT[name]] for sign, name in at_best.items()},
    }  # fmt: skip
    return Choice(lat, lon, best, share, np.column_stack([signs[name] for name in SIGNS]))


def rivals(measured: Measured, choice: Choice, most: int = 3) -> list[list[tuple[int, float]]]:
    """Give for each text the best candidates elsewhere, those that were refused, with their shares of belief.

    Likeliest first, each place once; the core is none.
    """
    rows = np.arange(len(choice.best))
    apart = measured.apart_km
    is_away = (apart[rows, choice.best] > 2.0 * GATHER_KM) & (measured.lines >= 0)
    weight = np.where(is_away, choice.weight, 0.0)
    found: list[list[tuple[int, float]]] = [[] for _ in rows]
    for _ in range(most):
        best = weight.argmax(axis=1)
        for row, candidate, share in zip(rows.tolist(), best.tolist(), weight[rows, best].tolist(), strict=True):
            if share > 0.0:
                found[row].append((candidate, share))
        weight[apart[rows, best] <= 1.0] = 0.0
    return found


def _plane(signs: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the linear sum of the signs, whose intercept is the last weight."""
    return np.asarray((signs * weights[:-1]).sum(axis=1) + weights[-1])


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
