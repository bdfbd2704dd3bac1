"""The rung of names: which places a text may mean, how they share the belief, and where that puts it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.addresses.bearings import without_bearing
from spatial.addresses.parse import parse
from spatial.geocoding import calibration
from spatial.geocoding.calibration import Choice
from spatial.geocoding.context import Context, context_of, sound
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.index_layout import ADDRESS
from spatial.geocoding.match import Found, Terms, find, terms_of
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.region import prepared
from spatial.geocoding.score import MEASURES, Measured, measure

OUTSIDE_STATION: Final = 0.15
"""By what a candidate's chance is multiplied outside the recording station's area, more the farther it lies."""
LUMP_SHARE: Final = 0.15
"""A candidate elsewhere with so much of the belief keeps a lump of mass of its own."""
_FADE_KM: Final = 6.0
_FARTHEST: Final = 0.01
_TOWN_BESIDE_STATION: Final = 1e-3
_NEAR_KM: Final = 10.0
_PRODUCT: Final = MEASURES.index("product")


@dataclass(slots=True, eq=False)
class LookUp:
    """What a text's names come to.

    Parameters
    ----------
    terms : Terms
    found : Found or None
    measured : Measured
    chances : ndarray of float64, shape (N,)
        That the true place lies near each candidate, by the text alone.
    choice : Choice
    score : float
        The chance that the point is right.
    fifty_m, ninety_m : float
        The metres about the point that hold the truth every second time, and nine times of ten.
    swayed : bool
        Whether the station's area changed which candidate is best.
    is_core : bool
        Whether nothing more particular than the town was found.
    """

    index: PlaceIndex
    terms: Terms
    found: Found | None
    measured: Measured
    chances: NDArray[np.float64]
    choice: Choice
    score: float
    fifty_m: float
    ninety_m: float
    swayed: bool
    is_core: bool
    _rivals: list[int] | None = None

    @property
    def is_address(self) -> bool:
        """Whether the best candidate is the address of something that stands there, and not its name."""
        line = int(self.measured.lines[self.choice.best])
        return line >= 0 and int(self.index.arrays["line_kind"][line]) == ADDRESS

    @property
    def place(self) -> Place:
        """The best candidate."""
        return self.index.place(int(self.measured.places[self.choice.best]))

    @property
    def fullest(self) -> Place:
        """The candidate that holds most of the text and says least beside it, likeliest or not."""
        return self.index.place(int(self.measured.places[int(self.measured.measures[:, _PRODUCT].argmax())]))

    def words(self, candidate: int) -> str:
        """Give the line by which a candidate was found, as it is compared."""
        line = int(self.measured.lines[candidate])
        if line < 0:
            return ""
        start = int(self.index.arrays["line_start"][line])
        own = int(self.index.arrays["line_own"][line])
        return readable(
            [self.index.terms[term] for term in self.index.arrays["line_terms"][start : start + own].tolist()]
        )

    def used(self) -> list[str]:
        """Give the parts of the text that the point rests on, as they are compared."""
        if self.is_core or self.found is None:
            return []
        terms = self.terms
        best: dict[int, float] = {}
        held = self.measured.evidence[self.choice.best].tolist()
        for part, own, kind, share in zip(
            terms.part.tolist(), terms.own.tolist(), terms.kind.tolist(), held, strict=True
        ):
            if own and (not kind or len(terms.parts[part].terms) == 1):
                best[part] = max(best.get(part, 0.0), share)
        parts = [terms.parts[number] for number, share in best.items() if share > 0.3]
        return [readable(part.terms[:1] if part.number and not part.key else part.terms) for part in parts]

    def rivals(self, most: int = 3) -> list[int]:
        """Give the best candidates elsewhere: those that were refused, likeliest first, each place once."""
        if self._rivals is None:
            apart = self.measured.apart_km
            away = apart[self.choice.best] > 2.0 * calibration.GATHER_KM
            weight = np.where(away & (self.measured.lines >= 0), self.choice.weight, -1.0)
            found: list[int] = []
            while len(found) < most and (candidate := int(weight.argmax())) >= 0 and weight[candidate] > 0.0:
                found.append(candidate)
                weight[apart[candidate] <= 1.0] = -1.0
            self._rivals = found
        return self._rivals

    def lumps(self) -> list[tuple[float, float, float]]:
        """Give latitude, longitude and share of the candidates elsewhere that may as well be meant."""
        measured, weight = self.measured, self.choice.weight
        return [
            (float(measured.lat[one]), float(measured.lon[one]), float(weight[one]))
            for one in self.rivals()
            if weight[one] >= LUMP_SHARE
        ]


def readable(terms: Sequence[str]) -> str:
    """Give terms as words: ``("=block:5", "clifton", "~road")`` is "block 5 clifton road"."""
    said = []
    for term in terms:
        kind, _, number = term[1:].partition(":")
        said.append(term[1:] if term[0] == "~" else f"{kind} {number}".strip() if term[0] == "=" else term)
    return " ".join(said)


def look_up(query: Query, index: PlaceIndex, station: StationArea | None) -> LookUp | None:
    """Give what the names in a query's text come to, None if they and its town come to nothing."""
    if not query.text:
        return None
    district = query.district or (station.district if station is not None else None)
    context = _context(index, query.city or None, district or None)
    # Of "3 km north of PS" no word is a name; without a station the bearing may be from the place that is named.
    terms = terms_of(query.text if station is None else without_bearing(query.text))
    found = find(index, terms, context)
    measured = measure(index, terms, found, context)
    if measured is None:
        return None
    fits = calibration.current()
    chances = fits.chances(measured.measures)
    prior = _prior(query, station, measured)
    choice = calibration.choose(measured, chances, prior, context.lines)
    swayed = False
    if prior is not None:
        swayed = calibration.choose(measured, chances, None, context.lines).best != choice.best
    fifty, ninety = fits.radii_m(choice.signs)
    score = fits.right(choice.signs)
    town = int(measured.lines[choice.best]) < 0
    if not town:
        place = index.place(int(measured.places[choice.best]))
        town = not place.is_landmark and place.kind != "street" and sound(place.name) in context.known
    return LookUp(index, terms, found, measured, chances, choice, score, fifty, ninety, swayed, town)


def local_name(query: Query, gazetteer: Gazetteer, station: StationArea) -> tuple[Place, str | None] | None:
    """Give the place of a local name of the station that the text holds, with the relation to it; the longest wins."""
    best: tuple[int, Place, str | None] | None = None
    text = without_bearing(query.text or "")
    parts = parse(text).parts
    for place in gazetteer.local_names(station.code):
        said = sound(place.name)
        for part in parts:
            # The name as a part of its own, with or without its word of kind.
            here = len(said) >= 2 and said in (sound(part.key), sound(text[part.start : part.end]))
            if here and (best is None or len(said) > best[0]):
                best = (len(said), place, part.relation)
        if best is None and len(said) >= 4 and said == sound(text):
            best = (len(said), place, None)
    return (best[1], best[2]) if best is not None else None


@lru_cache(maxsize=1_024)
def _context(index: PlaceIndex, city: str | None, district: str | None) -> Context:
    return context_of(index, city, district)


def _prior(query: Query, station: StationArea | None, measured: Measured) -> NDArray[np.float64] | None:
    """Give what the station's area and the caller's whereabouts do to each candidate's chance; None for nothing."""
    prior: NDArray[np.float64] | None = None
    if station is not None:
        squeeze = math.cos(math.radians(station.lat))
        apart = np.hypot((measured.lat - station.lat) * 111.0, (measured.lon - station.lon) * 111.3 * squeeze)
        if station.area is not None and not station.area.is_empty:
            inside = shapely.contains_xy(prepared(station.area), measured.lon, measured.lat)
            edge = shapely.distance(station.area, shapely.points(measured.lon, measured.lat)) * 105.0
            prior = np.where(inside, 1.0, np.maximum(_FARTHEST, OUTSIDE_STATION * np.exp(-edge / _FADE_KM)))
        else:
            prior = np.maximum(_FARTHEST, np.exp(-((apart / 15.0) ** 2)))
        # Where no name holds, the station's own area says more than the middle of its town.
        prior[measured.lines < 0] *= _TOWN_BESIDE_STATION
    if query.near_lat is not None and query.near_lon is not None:
        east = (measured.lon - query.near_lon) * 111.3 * math.cos(math.radians(query.near_lat))
        near = 0.1 + np.exp(-np.hypot((measured.lat - query.near_lat) * 111.0, east) / _NEAR_KM)
        prior = near if prior is None else prior * near
    return prior
