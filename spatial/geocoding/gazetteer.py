"""The nouns of a gazetteer: places, what an index takes in of them, and stations with their areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from spatial.errors import InvalidCoordinates
from spatial.geocoding.habits import Habits

LANDMARK_KINDS: Final = frozenset({"landmark", "poi", "point_of_interest"})
"""Kinds of place that are one point of interest; every other kind is a place with an extent."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A named place. Places are compared by identity, so that regions can be cached by place.

    Parameters
    ----------
    ref : str
        Reference in its source, such as ``wof-1326651599``.
    name : str
    kind : str
        ``landmark`` (or ``poi``) for a point of interest, else locality, neighbourhood, street, ...
    lat, lon : float
        Degrees (EPSG:4326).
    radius_m : float or None
        Metres about the point that hold the place, where there is no extent; None if unknown.
    extent : shapely Polygon or MultiPolygon, or None
        (Longitude, latitude) in degrees.
    district : str or None
        In the words in which queries name districts.
    city : str or None
    population : int
        0 where it is not known.
    category : str or None
        Of its kind, such as ``mosques`` or a feature code.
    """

    ref: str
    name: str
    kind: str
    lat: float
    lon: float
    radius_m: float | None = None
    extent: Any = None
    district: str | None = None
    city: str | None = None
    population: int = 0
    category: str | None = None

    def __post_init__(self) -> None:
        if not (-90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0):
            raise InvalidCoordinates

    @property
    def is_landmark(self) -> bool:
        """Whether this is a point of interest."""
        return self.kind in LANDMARK_KINDS


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as an index takes it in, with every text that may find it.

    Parameters
    ----------
    place : Place
    names : tuple of str
        Further names in any script; the place's own need not be among them.
    address : tuple of str
        Where the place stands, in words ("Khayaban-e-Shamsheer", "DHA Phase 5"): evidence of where such streets and
        blocks lie, most particular first.
    """

    place: Place
    names: tuple[str, ...] = ()
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LearnedFrom:
    """What the habits of a station's writers were learned from.

    Parameters
    ----------
    texts, pins : int
        How many texts with a distance, and how many of these with an officer's pin.
    is_own : bool
        Whether they are the station's own, and not those of all stations together.
    """

    texts: int
    pins: int
    is_own: bool


@dataclass(frozen=True, slots=True, eq=False)
class Beat:
    """A beat of a station.

    Parameters
    ----------
    number : str
        As texts say it: ``3``.
    area : shapely Polygon or MultiPolygon
        (Longitude, latitude) in degrees, not empty.
    derived : bool
        Whether the area was computed and not drawn by anybody.
    """

    number: str
    area: Any
    derived: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class StationArea:
    """A police station with its area. Compared by identity, so that regions can be cached by station.

    Parameters
    ----------
    code : str
    lat, lon : float
        Of the station's house, degrees (EPSG:4326).
    area : shapely Polygon or MultiPolygon, or None
        Where it has jurisdiction, (longitude, latitude) in degrees; None if unknown.
    district : str or None
    derived : bool
        Whether the area was computed and not drawn by anybody: it then gives way to what a record says.
    habits : Habits or None
        How its writers round distances and directions; None is as elsewhere.
    leak : float or None
        By what the chance of a place outside a derived area is multiplied, learned from texts; None is as believed.
    learned_from : LearnedFrom or None
        What the habits were learned from; None where they are believed.
    beats : tuple of Beat
        Those whose areas are known.
    beat : str or None
        The number of the one beat whose area stands for the station's, where a text names it.
    """

    code: str
    lat: float
    lon: float
    area: Any = None
    district: str | None = None
    derived: bool = False
    habits: Habits | None = None
    leak: float | None = None
    learned_from: LearnedFrom | None = None
    beats: tuple[Beat, ...] = ()
    beat: str | None = None

    def __post_init__(self) -> None:
        if not (-90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0):
            raise InvalidCoordinates
