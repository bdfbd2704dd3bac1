"""The fit of the geocoder's calibration, anew from the files under data/: `python -m setup.fit_geocoding [--check]`.

Learns how to tell good candidates from poor ones on three sets:

* addresses of points of interest, each looked up as if the point itself and whatever stands beside it were unknown;
* places of dated events that are not near any of the development set;
* the development set, of which every figure that is printed, and every quantile that is kept, comes from a part that
  the fit has not seen.  Parts are squares of about a kilometre, so that no neighbour of a text helps to judge it.

Writes `spatial/geocoding/calibration.json` unless only a check was asked for.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import random
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from app.geocode import shelf
from app.reference import jurisdictions, places
from setup.steps import ROOT
from spatial.geocoding import Entry, PlaceIndex, calibration
from spatial.geocoding.calibration import GROUPS, Choice
from spatial.geocoding.context import Context, context_of
from spatial.geocoding.evaluation import script_of, wilson
from spatial.geocoding.match import CANDIDATES, find
from spatial.geocoding.names import TOGETHER
from spatial.geocoding.score import Measured, measure
from spatial.geocoding.terms import terms_of, together

DEVELOPMENT: Final = ROOT / "data" / "evaluation" / "geocoding-dev.csv"
OUT: Final = ROOT / "spatial" / "geocoding" / "calibration.json"
ADDRESSES: Final = 4_000
FOLDS: Final = 6
HIDDEN: Final = 24
GROUP_SIZE: Final = 70
_OWN_KM: Final = 0.03
_BESIDE_DEVELOPMENT_KM: Final = 2.0
_SHARE_OF_KARACHI: Final = 0.4
_SEED: Final = 20261122
Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Text:
    """A text whose true place is known."""

    text: str
    city: str
    district: str
    lat: float
    lon: float
    tolerance_km: float
    kind: str
    own: str = ""


def entries() -> Iterator[Entry]:
    """Give every place of the files as the index takes it in."""
    upper = list(jurisdictions.upper_nodes())
    nodes = [*upper, *jurisdictions.with_areas([node for node in upper if node.level == "district"])]
    yield from shelf.entries(places.build(nodes))


def development() -> list[Text]:
    """Give the development set."""
    with DEVELOPMENT.open(encoding="utf-8", newline="") as file:
        return [
            Text(
                row["address"], row["city"], row["district"], float(row["lat"]), float(row["lon"]),
                float(row["tolerance_km"]), row["kind"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def addresses() -> list[Text]:
    """Give addresses of points of interest, in the make of the development set, not too many of one city."""
    found: list[Text] = []
    with gzip.open(ROOT / "data/openstreetmap/pois.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["addr_street"] or row["addr_place"]]
    chance = random.Random(_SEED)  # noqa: S311 - a seeded sample, no secret
    chance.shuffle(rows)
    per_city: Counter[str] = Counter()
    for row in rows:
        first = " ".join(part for part in (row["addr_number"], row["addr_street"]) if part)
        text = ", ".join(part for part in (first, row["addr_place"], row["addr_suburb"], row["addr_city"]) if part)
        per_city[row["city"]] += 1
        if len(text) < 5 or (row["city"] == "Karachi" and per_city["Karachi"] > _SHARE_OF_KARACHI * ADDRESSES):
            continue
        at = float(row["lat"]), float(row["lon"])
        found.append(Text(text, row["city"], row["district"], *at, 1.0, "address", row["osm_id"]))
        if len(found) == ADDRESSES:
            break
    return found


def events(judged: Sequence[Text]) -> list[Text]:
    """Give places of dated events known exactly, none near a text of the development set."""
    lats, lons = np.array([text.lat for text in judged]), np.array([text.lon for text in judged])
    with gzip.open(ROOT / "data/incidents/conflict_events_ucdp.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["where_prec"] == "1" and row["where_description"]]
    often = Counter((row["latitude"], row["longitude"]) for row in rows)
    found: dict[tuple[str, str], Text] = {}
    for row in rows:
        at = float(row["latitude"]), float(row["longitude"])
        if often[row["latitude"], row["longitude"]] > 8 or _km(lats, lons, *at).min() < _BESIDE_DEVELOPMENT_KM:
            continue
        said = f"{row['where_description']}, {row['adm_2'].removesuffix(' district')}"
        found.setdefault((said, row["district"]), Text(said, "", row["district"], *at, 5.0, "incident"))
    return list(found.values())


def _km(lats: Rows, lons: Rows, lat: Any, lon: Any) -> Rows:
    return np.asarray(np.hypot((lats - lat) * 110.9, (lons - lon) * 111.32 * np.cos(np.radians(lat))))


class Bench:
    """The index with what it makes of texts."""

    def __init__(self, index: PlaceIndex) -> None:
        self.index = index
        self._numbers = {place.ref: number for number, place in enumerate(index.places())}

    def lines(self, texts: Sequence[Text]) -> NDArray[np.int64]:
        """Give how well the surroundings of each text are known."""
        return np.array([_context(self.index, text).lines for text in texts])

    def measured(self, texts: Sequence[Text]) -> Measured:
        """Give the candidates of texts, less each one's own point and whatever stands at the same spot."""
        parts = [self._measured(texts[first : first + TOGETHER]) for first in range(0, len(texts), TOGETHER)]
        names = ("places", "lines", "is_there", "lat", "lon", "apart_km", "measures")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        # What bears each term out is not learned from.
        return Measured(**joined, evidence=np.empty((len(texts), 0, CANDIDATES)))

    def _measured(self, texts: Sequence[Text]) -> Measured:
        batch = together([terms_of(text.text) for text in texts], [_context(self.index, text) for text in texts])
        found, arrays = find(self.index, batch), self.index.arrays
        at = np.array([(text.lat, text.lon) for text in texts])[:, :, None]
        apart = _km(arrays["place_lat"][found.places], arrays["place_lon"][found.places], at[:, 0], at[:, 1])
        own = np.array([self._numbers.get(text.own, -2) if text.own else -2 for text in texts])[:, None]
        gone = (own != -2) & ((found.places == own) | (apart <= _OWN_KM))
        found.lines[gone] = -1
        for values in (found.covered, found.other_numbers, found.other_kinds):
            values[gone] = 0.0
        found.like[np.broadcast_to(gone[:, None, :], found.like.shape)] = 0.0
        return measure(self.index, batch, found)


def _context(index: PlaceIndex, text: Text) -> Context:
    return context_of(index, text.city or None, text.district or None)


def nearness(texts: Sequence[Text], measured: Measured) -> NDArray[np.bool_]:
    """Give whether each candidate is near its text's truth."""
    lat, lon, tolerance = (
        np.array([[getattr(text, name)] for text in texts]) for name in ("lat", "lon", "tolerance_km")
    )
    return np.asarray(_km(measured.lat, measured.lon, lat, lon) <= tolerance)


def net(measures: Rows, near: NDArray[np.bool_]) -> dict[str, Any]:
    """Give the net that tells good candidates from poor ones, as the data file has it."""
    learned = make_pipeline(
        StandardScaler(),
        MLPClassifier(
            (HIDDEN,), alpha=0.03, max_iter=14, tol=0.0, batch_size=512, learning_rate_init=2e-3, random_state=0
        ),
    )
    with warnings.catch_warnings():
        # Fourteen turns are meant: more of them learn the sets by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learned.fit(measures, near)
    scaler, layers = learned[0], learned[1]
    return {
        "shift": _short(scaler.mean_),
        "inward": [_short(row) for row in layers.coefs_[0] / scaler.scale_[:, None]],
        "inward_bias": _short(layers.intercepts_[0]),
        "outward": _short(layers.coefs_[1].ravel()),
        "outward_bias": float(layers.intercepts_[1][0]),
    }


def _short(values: Any) -> list[float]:
    return [float(f"{value:.6g}") for value in np.ravel(values)]


def chances(said: dict[str, Any], measures: Rows) -> Rows:
    """Give what a net of the data file says of candidates."""
    hidden = np.maximum((measures - np.array(said["shift"])) @ np.array(said["inward"]) + said["inward_bias"], 0.0)
    return np.asarray(1.0 / (1.0 + np.exp(-(hidden @ np.array(said["outward"]) + said["outward_bias"]))))


def square(text: Text) -> int:
    """Give the part that a text belongs to: by its square of about a kilometre."""
    return zlib.crc32(f"{round(text.lat * 100)}/{round(text.lon * 100)}".encode()) % FOLDS


def plane(model: Any, signs: Rows, target: Rows) -> Rows:
    """Give the weights of a linear model of the signs, its intercept last."""
    scaler = StandardScaler().fit(signs)
    model.fit(scaler.transform(signs), target)
    weights = np.ravel(model.coef_) / scaler.scale_
    return np.append(weights, np.ravel(model.intercept_)[0] - float(weights @ scaler.mean_))


def steps(raw: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Give a rising curve from the logistic's sum to the share that is right, by isotonic regression."""
    rising = IsotonicRegression(y_min=0.02, y_max=0.98, out_of_bounds="clip").fit(raw, right)
    parts = np.array_split(np.sort(raw), 24)
    return np.array([part.mean() for part in parts]), np.array([rising.predict(part).mean() for part in parts])


def conformal(expected: Rows, error: Rows, groups: NDArray[np.str_]) -> dict[str, dict[str, list[float]]]:
    """Give for each group, from small to large expected errors, the quantiles of what the expectation leaves."""
    found: dict[str, dict[str, list[float]]] = {"steps": {}, "halves": {}, "nineties": {}}
    for group in GROUPS:
        mine = groups == group
        if mine.sum() < 25:
            mine = (groups == "country") == (group == "country")
        order = np.argsort(expected[mine], kind="stable")
        at, left = expected[mine][order], (error - expected)[mine][order]
        parts = np.array_split(np.arange(len(order)), max(1, len(order) // GROUP_SIZE))
        found["steps"][group] = _short([np.median(at[part]) for part in parts])
        found["halves"][group] = _short([np.median(left[part]) for part in parts])
        # The quantile of split conformal prediction: one more of n + 1.
        found["nineties"][group] = _short(
            [np.quantile(left[part], min(1.0, np.ceil((len(part) + 1) * 0.9) / len(part))) for part in parts]
        )
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """The development set with what was said of it by fits that had not seen it."""

    texts: list[Text]
    signs: Rows
    error_km: Rows
    right: Rows
    raw: Rows
    expected: Rows
    score: Rows
    ninety_km: Rows


def judge(texts: list[Text], choice: Choice) -> Judged:
    """Give scores and radii of every text by fits on the other parts."""
    signs = choice.signs
    at = np.array([(text.lat, text.lon) for text in texts])
    error = _km(choice.lat, choice.lon, at[:, 0], at[:, 1])
    right: Rows = np.array(error <= [text.tolerance_km for text in texts], dtype=np.float64)
    logged = np.log(np.maximum(error, 0.03))
    part = np.array([square(text) for text in texts])
    groups = np.array(GROUPS)[calibration.groups_of(signs)]
    raw, expected, score, ninety = (np.zeros(len(texts)) for _ in range(4))
    for number in range(FOLDS):
        own = part == number
        weights = plane(LogisticRegression(C=0.3, max_iter=500), signs[~own], right[~own])
        raw[own] = signs[own] @ weights[:-1] + weights[-1]
        weights = plane(Ridge(alpha=5.0), signs[~own], logged[~own])
        expected[own] = signs[own] @ weights[:-1] + weights[-1]
    for number in range(FOLDS):
        own = part == number
        score[own] = np.interp(raw[own], *steps(raw[~own], right[~own]))
        found = conformal(expected[~own], logged[~own], groups[~own])
        for row in np.flatnonzero(own).tolist():
            group = str(groups[row])
            more = np.interp(expected[row], found["steps"][group], found["nineties"][group])
            ninety[row] = np.exp(expected[row] + more)
    ninety = np.clip(ninety, calibration.SMALLEST_M / 1000.0, calibration.LARGEST_M / 1000.0)
    return Judged(texts, signs, error, right, raw, expected, score, ninety)


def report(judged: Judged) -> None:
    """Print how good texts are placed and how true scores and radii are, by city, script, kind and method."""
    cities = ("Karachi", "Lahore", "Islamabad", "Rawalpindi")
    named: dict[str, Any] = {
        "all addresses": lambda text: text.kind == "address",
        **{city: lambda text, city=city: text.city == city for city in cities},
        "other towns": lambda text: text.kind == "address" and text.city not in cities,
        "Urdu script": lambda text: script_of(text.text) != "Latin",
        "incident places": lambda text: text.kind == "incident",
    }
    print(f"{'':16} {'n':>5} {'right':>7} {'median km':>10} {'held by 90 %':>13} {'interval':>13} {'radius km':>10}")
    rows = {name: np.array([bool(holds(text)) for text in judged.texts]) for name, holds in named.items()}
    core, landmark = (judged.signs[:, calibration.SIGNS.index(name)] > 0.5 for name in ("is_core", "is_landmark"))
    rows |= {"by a place": ~core & ~landmark, "by a landmark": ~core & landmark, "by the town": core}
    for name, mine in rows.items():
        error, ninety = judged.error_km[mine], judged.ninety_km[mine]
        held = error <= ninety
        low, high = wilson(int(held.sum()), len(held))
        print(
            f"{name:16} {len(error):5} {judged.right[mine].mean():7.1%} {np.median(error):10.2f} {held.mean():13.1%} "
            f"{low:6.1%}-{high:.1%} {np.median(ninety):10.2f}"
        )
    print("score: said, right, n")
    for tenth in range(10):
        mine = (judged.score >= tenth / 10) & (judged.score < (tenth + 1) / 10)
        if mine.any():
            print(f"  {judged.score[mine].mean():.2f} {judged.right[mine].mean():.2f} {int(mine.sum())}")


def content(judged: Judged, learned: dict[str, Any], seen: NDArray[np.bool_]) -> dict[str, Any]:
    """Give the data file's content, of a net and of the texts that may be seen."""
    signs, logged = judged.signs[seen], np.log(np.maximum(judged.error_km[seen], 0.03))
    curve = steps(judged.raw[seen], judged.right[seen])
    groups = np.array(GROUPS)[calibration.groups_of(signs)]
    return {
        "made": date.today().isoformat(),
        "digest": hashlib.sha256(DEVELOPMENT.read_bytes()).hexdigest(),
        "net": learned,
        "score": {
            "weights": _short(plane(LogisticRegression(C=0.3, max_iter=500), signs, judged.right[seen])),
            "from": _short(curve[0]),
            "to": _short(curve[1]),
        },
        "error": {
            "weights": _short(plane(Ridge(alpha=5.0), signs, logged)),
            **conformal(judged.expected[seen], logged, groups),
        },
    }


def main() -> None:
    """Fit, judge, print, and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--check", action="store_true", help="print only, write nothing")
    asked.add_argument("--index", type=Path, help="keep the index of places here, and use it where it is there")
    options = asked.parse_args()
    if options.index is not None and options.index.exists():
        index = PlaceIndex.load(options.index)
    else:
        index = PlaceIndex.build(entries())
        if options.index is not None:
            index.save(options.index)
    bench, dev = Bench(index), development()
    learned = [*addresses(), *events(dev)]
    others = bench.measured(learned)
    measures, near = others.measures[others.is_there], nearness(learned, others)[others.is_there]
    found = bench.measured(dev)
    near_dev, part = nearness(dev, found), np.array([square(text) for text in dev])

    def fit(seen: NDArray[np.bool_]) -> dict[str, Any]:
        # The development set counts twice: it is what the texts to come are like.
        there = found.is_there[seen]
        own, own_near = found.measures[seen][there], near_dev[seen][there]
        return net(np.vstack([measures, own, own]), np.concatenate([near, own_near, own_near]))

    chance = np.zeros(near_dev.shape)
    for number in range(FOLDS):
        chance[part == number] = chances(fit(part != number), found.measures[part == number])
    placed = found.is_there.max(axis=1)
    choice = calibration.choose(found, chance, None, bench.lines(dev))
    choice = Choice(*[getattr(choice, name)[placed] for name in ("lat", "lon", "best", "weight", "signs")])
    judged = judge([text for text, is_placed in zip(dev, placed.tolist(), strict=True) if is_placed], choice)
    print(f"{len(learned)} texts to learn from, {len(dev)} to judge by, {int((~placed).sum())} without any candidate")
    report(judged)
    if options.check:
        return
    said = content(judged, fit(np.ones(len(dev), dtype=np.bool_)), np.ones(len(judged.texts), dtype=np.bool_))
    calibration.of(said)
    OUT.write_text(json.dumps(said, indent=0) + "\n", encoding="utf-8")
    print(f"written to {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
