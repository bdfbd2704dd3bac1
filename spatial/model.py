"""The nouns of the spatial wing that others program against: a point, a fix, its method and its reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from spatial import cells as h3_cells
from spatial.errors import InvalidCoordinates, InvalidFix, InvalidMass, MixedResolutions
from spatial.mass import UNIT

MOST_CELLS: Final = 64
"""A fix has at most so many cells, of the finest resolution at which its region fits."""


class Method(StrEnum):
    """How a record's place was found, best first."""

    COORDINATES = "coordinates"
    PLACE = "place"
    LANDMARK = "landmark"
    BEARING = "bearing"
    STATION_AREA = "station_area"
    PIN = "pin"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class Point:
    """A latitude and a longitude in degrees (EPSG:4326).

    Raises
    ------
    InvalidCoordinates
        If either is not a finite number within its range.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # One comparison chain also refuses NaN, which compares false with everything.
        if not (-90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0):
            raise InvalidCoordinates


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a fix's explanation: a message key and the values that its sentence needs.

    The application says it in English and Urdu; this wing knows only the key.
    """

    code: str
    params: Mapping[str, str | float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a record happened, as weighted cells, with how that was found and how sure it is.

    Parameters
    ----------
    method : Method
    point : Point or None
        The centre of the mass; None only where nothing is known.
    accuracy_m : float or None
        Metres about ``point`` within which 90 % of the mass lies.
    resolution : int or None
        The one H3 resolution of ``cells``.
    cells : tuple of int
        At most 64 H3 indexes, unique.
    masses : tuple of int
        Micro-units of each cell, above zero, summing to ``UNIT``.
    score : float
        Confidence that the true place is in the region, 0 to 1.
    matched : str or None
        Reference of the gazetteer place or station that was used.
    reasons : tuple of Reason

    Raises
    ------
    InvalidFix, InvalidMass, MixedResolutions, InvalidCell
        If the parts contradict each other: see :meth:`__post_init__`.
    """

    method: Method
    point: Point | None
    accuracy_m: float | None
    resolution: int | None
    cells: tuple[int, ...]
    masses: tuple[int, ...]
    score: float
    matched: str | None = None
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise InvalidFix("The score of a fix lies in 0..1.")
        if self.method is Method.UNPLACED:
            if self.cells or self.masses or self.point or self.resolution is not None or self.accuracy_m is not None:
                raise InvalidFix("An unplaced record has no point, no accuracy and no cells.")
            return
        if self.point is None or self.accuracy_m is None or self.resolution is None:
            raise InvalidFix("A placed record has a point, an accuracy and a resolution.")
        if not (self.accuracy_m >= 0 and math.isfinite(self.accuracy_m)):
            raise InvalidFix("The accuracy of a fix is a number of metres.")
        count = len(self.cells)
        if not 1 <= count <= MOST_CELLS or count != len(self.masses) or len(set(self.cells)) != count:
            raise InvalidFix("A fix has 1 to 64 different cells, each with its mass.")
        if not h3_cells.are_of(self.cells, self.resolution):
            for cell in self.cells:
                if h3_cells.resolution(cell) != self.resolution:
                    raise MixedResolutions
        if min(self.masses) <= 0 or sum(self.masses) != UNIT:
            raise InvalidMass

    @property
    def is_placed(self) -> bool:
        """Whether the record can be shown on a map."""
        return self.method is not Method.UNPLACED
