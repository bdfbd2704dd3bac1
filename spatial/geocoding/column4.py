"""Column 4 of an FIR with its truth known: places drawn about real stations and worded as FIRs word them.

No set of FIRs with known places is public, so regions are judged on texts that this generator makes.  It knows
nothing of how they are read; what both share is :class:`~spatial.geocoding.habits.Habits`, and giving the generator
other habits than the reader shows what wrong beliefs cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from spatial import projection
from spatial.geocoding import nearness
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.habits import BELIEVED, Habits, Steps
from spatial.geocoding.region import prepared

LANGUAGES: Final = ("en", "roman", "ur")
_POINTS: Final = {
    "en": ("north", "north east", "east", "south east", "south", "south west", "west", "north west"),
    "roman": (
        "shumal",
        "shumal mashriq",
        "mashriq",
        "janoob mashriq",
        "janoob",
        "janoob maghrib",
        "maghrib",
        "shumal maghrib",
    ),
    "ur": ("شمال", "شمال مشرق", "مشرق", "جنوب مشرق", "جنوب", "جنوب مغرب", "مغرب", "شمال مغرب"),
}
_FRAMES: Final = {
    "en": ("{n} km {d} of PS", "about {n} km {d} from police station", "{d}, {n} km from PS"),
    "roman": ("thana se {n} km {d}", "bamusafat {n} kilometer {d} ki taraf", "{n} km janib {d} az thana"),
    "ur": ("بمسافت {n} کلومیٹر جانب {d}", "تھانہ سے {n} کلومیٹر {d}", "بفاصلہ {n} کلومیٹر بطرف {d}"),
}
_UP_TO_ONE: Final = {
    "en": ("0/1 km {d} of PS",),
    "roman": ("0/1 km {d} az thana",),
    "ur": ("بفاصلہ 0/1 کلومیٹر {d}",),
}
_ZERO: Final = {
    "en": ("0 km {d} of PS",),
    "roman": ("0 km janib {d}",),
    "ur": ("0 کلومیٹر جانب {d}",),
}
_WITHOUT: Final = {
    "en": ("{n} km from PS", "distance {n} km from police station"),
    "roman": ("thana se {n} km door", "bamusafat {n} kilometer"),
    "ur": ("بمسافت {n} کلومیٹر", "تھانہ سے {n} کلومیٹر دور"),
}
_SIXTEEN: Final = ("NNE", "ENE", "ESE", "SSE", "SSW", "WSW", "WNW", "NNW")
_RELATIONS: Final = ("near", "opposite", "behind")
_NEAR: Final = {
    "en": {"near": "near {}", "opposite": "opposite {}", "behind": "behind {}"},
    "roman": {"near": "nazd {}", "opposite": "bil muqabil {}", "behind": "aqab {}"},
    "ur": {"near": "نزد {}", "opposite": "بالمقابل {}", "behind": "عقب {}"},
}
_URDU_DIGITS: Final = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text with the place that it was written of.

    Parameters
    ----------
    text : str
    station : StationArea
    lat, lon : float
        The true place, degrees (EPSG:4326).
    language : str
        ``en``, ``roman`` or ``ur``.
    form : str
        ``bearing``, ``distance`` (no direction), ``near`` ("0/1 km") or ``named`` (a bearing beside a place).
    place : Place or None
        The place that the text names beside the bearing; mistaken in some texts, as ``wrong_name`` says.
    relation : str or None
        How the true place lies to it.
    """

    text: str
    station: StationArea
    lat: float
    lon: float
    language: str
    form: str
    place: Place | None = None
    relation: str | None = None


def draw(
    stations: Sequence[StationArea],
    count: int,
    seed: int,
    habits: Habits = BELIEVED,
    *,
    without_direction: float = 0.1,
    farthest_m: tuple[float, float] = (1_500.0, 15_000.0),
    named: float = 0.0,
    wrong_name: float = 0.1,
) -> Iterator[Drawn]:
    """Give texts with their true places, the same ones for the same seed.

    Parameters
    ----------
    stations : sequence of StationArea
        Where one has an area, its places lie inside it.
    count : int
    seed : int
    habits : Habits
        Of those who write.
    without_direction : float
        Share of texts that give no direction.
    farthest_m : tuple of (float, float)
        Between these lies how far from its house a station without an area works, on a logarithmic scale.
    named : float
        Share of texts that name a landmark beside the bearing, near which the place is as people say *near*.
    wrong_name : float
        Share of those in which the name is that of a landmark somewhere else about the station.
    """
    chance = np.random.default_rng(seed)
    made = 0
    while made < count:
        station = stations[int(chance.integers(len(stations)))]
        found = _place(station, chance, habits, farthest_m)
        if found is None:
            continue
        lat, lon, metres, bearing = found
        text, language, form = wording(metres, bearing, chance, habits, without_direction)
        made += 1
        if chance.random() >= named:
            yield Drawn(text, station, lat, lon, language, form)
            continue
        other = _place(station, chance, habits, farthest_m) if chance.random() < wrong_name else None
        relation = _RELATIONS[int(chance.integers(len(_RELATIONS)))]
        place = _landmark(*(other[:2] if other is not None else (lat, lon)), relation, made, chance)
        yield Drawn(
            f"{_NEAR[language][relation].format(place.name)}, {text}",
            station,
            lat,
            lon,
            language,
            "named",
            place,
            relation,
        )


def _landmark(lat: float, lon: float, relation: str, number: int, chance: np.random.Generator) -> Place:
    """Give a landmark from which a place lies as far as people mean by a relation."""
    # The distance of a density that falls exponentially over the ground is the sum of two exponential ones.
    metres = float(chance.gamma(2.0, nearness.scale(relation)))
    at = projection.destination(lat, lon, chance.uniform(0.0, 360.0), metres)
    return Place(f"made-{number}", f"Landmark {number}", "landmark", *at)


def _place(
    station: StationArea, chance: np.random.Generator, habits: Habits, farthest_m: tuple[float, float]
) -> tuple[float, float, float, float] | None:
    """Give (latitude, longitude, metres from the house, bearing) of a place, None where the area is hard to hit."""
    area = station.area if station.area is not None and not station.area.is_empty else None
    if area is not None:
        west, south, east, north = area.bounds
        corners = np.array([[south, west], [south, east], [north, west], [north, east]])
        reach = float(projection.distances_m(station.lat, station.lon, corners).max())
    else:
        low, high = (math.log(metres) for metres in farthest_m)
        reach = math.exp(chance.uniform(low, high))
    for _ in range(400):
        metres = reach * chance.random() ** (1.0 / (2.0 - habits.thinning))
        bearing = chance.uniform(0.0, 360.0)
        lat, lon = projection.destination(station.lat, station.lon, bearing, metres)
        if area is None or shapely.contains_xy(prepared(area), lon, lat):
            return lat, lon, metres, bearing
    return None


def wording(
    metres: float, bearing: float, chance: np.random.Generator, habits: Habits, without_direction: float
) -> tuple[str, str, str]:
    """Give how a place so many metres from the house in a direction is told, with the language and the form.

    Parameters
    ----------
    metres, bearing : float
        Bearing in degrees clockwise from north.
    chance : numpy Generator
    habits : Habits
        Of whoever writes.
    without_direction : float
        Share of texts that give no direction.
    """
    language = LANGUAGES[int(chance.integers(3))]
    measured = metres
    if chance.random() < habits.road:
        shares = np.array([share for _, _, share in habits.detours])
        low, high, _ = habits.detours[int(chance.choice(len(shares), p=shares / shares.sum()))]
        measured *= chance.uniform(low, high)
    measured *= max(0.5, 1.0 + habits.guess * chance.standard_normal())
    kilometres = measured / 1_000.0
    direction = _direction(bearing, language, chance, habits)
    nothing = _step(habits.zero, chance)
    step = _step(_band(kilometres, habits), chance)
    number = round(kilometres / step) * step
    if kilometres <= 0.5 * nothing or number <= 0.0:
        if chance.random() < habits.unsure:
            # Next to the station a direction is soon said wrong.
            direction = _direction(chance.uniform(0.0, 360.0), language, chance, habits)
        frames = _UP_TO_ONE if nothing == habits.zero[-1][0] else _ZERO
        return _say(frames[language], chance, language, 0.0, direction), language, "near"
    if chance.random() < without_direction:
        return _say(_WITHOUT[language], chance, language, number, ""), language, "distance"
    return _say(_FRAMES[language], chance, language, number, direction), language, "bearing"


def _band(kilometres: float, habits: Habits) -> Steps:
    if kilometres <= 5.0:
        return habits.near
    if kilometres <= 10.0:
        return habits.middle
    return habits.far if kilometres <= 20.0 else habits.farthest


def _step(steps: Steps, chance: np.random.Generator) -> float:
    shares = np.array([share for _, share in steps])
    return steps[int(chance.choice(len(steps), p=shares / shares.sum()))][0]


def _direction(bearing: float, language: str, chance: np.random.Generator, habits: Habits) -> str:
    seen = bearing + habits.blur_deg * chance.standard_normal()
    kind = chance.random()
    if kind < habits.four:
        return _POINTS[language][2 * (round(seen / 90.0) % 4)]
    if kind < habits.four + habits.sixteen:
        sixteenth = round(seen / 22.5) % 16
        if sixteenth % 2:
            return _SIXTEEN[sixteenth // 2]
        return _POINTS[language][sixteenth // 2]
    return _POINTS[language][round(seen / 45.0) % 8]


def _say(frames: tuple[str, ...], chance: np.random.Generator, language: str, number: float, direction: str) -> str:
    frame = frames[int(chance.integers(len(frames)))]
    written = f"{number:.2f}".rstrip("0").rstrip(".")
    if language == "ur" and chance.random() < 0.5:
        written = written.translate(_URDU_DIGITS)
    return " ".join(frame.format(n=written, d=direction).split())
