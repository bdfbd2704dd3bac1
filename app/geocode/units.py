"""The stations and districts of this node by every way of writing them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from spatial.addresses import normalise

if TYPE_CHECKING:  # `flask geocode` answers without the database's libraries, which are slow to import
    from sqlalchemy.orm import Session

_STATION_WORDS: Final = frozenset(
    ["ps", "police", "station", "thana", "thanah", "polis", "تہانہ", "پولیس", "سٹیشن", "اسٹیشن"]
)
_AREA_WORDS: Final = frozenset(
    ["district", "distt", "dist", "zila", "zilla", "division", "region", "province", "ضلع", "ڈویژن", "صوبہ"]
)
_AREAS: Final = ("district", "region", "division", "province")
_SPACE: Final = re.compile(r"\s+")


class UnitNotFound(Exception):
    """No station or area, or more than one, answers to this name."""

    def __init__(self, code: str, name: str, candidates: tuple[str, ...]) -> None:
        super().__init__(code)
        self.code = code
        self.name = name
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class Unit:
    """One jurisdiction above the beats; ``district`` is the code of the district that holds it, itself included."""

    id: int
    code: str
    level: str
    name: str
    name_ur: str | None
    path: str
    district: str | None
    district_name: str | None


def station_key(text: str) -> str:
    """Give a station's name without the words for a police station: ``تھانہ گلبرگ`` and ``PS Gulberg`` lose theirs."""
    words = normalise(text).split()
    return " ".join(word for word in words if word not in _STATION_WORDS) or " ".join(words)


def area_key(text: str) -> str:
    """Give an area's name without the words for a district."""
    words = normalise(text).split()
    return " ".join(word for word in words if word not in _AREA_WORDS) or " ".join(words)


class Units:
    """Every jurisdiction above the beats, found by code or by name.

    Raises
    ------
    LookupError
        If the node has no jurisdictions yet: reference data was never loaded.
    """

    def __init__(self, units: list[Unit]) -> None:
        if not units:
            raise LookupError("There are no jurisdictions: run `flask reference load` first.")
        self.by_id = {unit.id: unit for unit in units}
        self._by_code = {unit.code.casefold(): unit for unit in units}
        self._stations: dict[str, list[Unit]] = defaultdict(list)
        self._areas: dict[str, list[Unit]] = defaultdict(list)
        self.root = next((unit for unit in units if unit.level == "country"), units[0])
        self._found: dict[tuple[str, ...], Unit | UnitNotFound] = {}
        #: English and Urdu name of every station by its code.
        self.station_names = {unit.code: (unit.name, unit.name_ur) for unit in units if unit.level == "station"}
        #: Urdu names of districts by their English ones.
        self.districts_ur = {unit.name: unit.name_ur for unit in units if unit.level == "district" and unit.name_ur}
        for unit in units:
            if unit.level == "station":
                for key in {station_key(name) for name in (unit.name, unit.name_ur) if name}:
                    self._stations[key].append(unit)
            elif unit.level in _AREAS:
                for key in {area_key(name) for name in (unit.name, unit.name_ur) if name}:
                    self._areas[key].append(unit)

    def station(self, text: str, district: str = "") -> Unit:
        """Give the station of a code, or of a name with its district.

        Raises
        ------
        UnitNotFound
            ``station_unknown``, ``station_ambiguous``, ``district_unknown`` or ``district_ambiguous``.
        """
        return self._remembered(("station", text, district), lambda: self._station(text, district))

    def _remembered(self, key: tuple[str, ...], find: Callable[[], Unit]) -> Unit:
        """Give what was found or refused before: the same names come with every row."""
        found = self._found.get(key)
        if found is None:
            try:
                found = find()
            except UnitNotFound as error:
                found = error
            if len(self._found) < 100_000:  # a hostile file must not grow this for ever
                self._found[key] = found
        if isinstance(found, UnitNotFound):
            raise found
        return found

    def _station(self, text: str, district: str) -> Unit:
        by_code = self._by_code.get(_SPACE.sub("", text).casefold())
        if by_code is not None:
            return by_code
        candidates = self._stations.get(station_key(text), [])
        if district.strip():
            area = self.area(district)
            within = [unit for unit in candidates if is_within(unit, area)]
            if not within:
                raise UnitNotFound("station_unknown", text[:80], self._nearest(text, area))
            candidates = within
        if not candidates:
            raise UnitNotFound("station_unknown", text[:80], self._nearest(text, None))
        if len(candidates) > 1:
            named = tuple(f"{unit.name}, {unit.district_name} ({unit.code})" for unit in candidates[:12])
            raise UnitNotFound("station_ambiguous", text[:80], named)
        return candidates[0]

    def area(self, text: str) -> Unit:
        """Give the district, or failing that the larger area, of a code or a name.

        Raises
        ------
        UnitNotFound
            ``district_unknown`` or ``district_ambiguous``.
        """
        return self._remembered(("area", text), lambda: self._area(text))

    def _area(self, text: str) -> Unit:
        by_code = self._by_code.get(_SPACE.sub("", text).casefold())
        if by_code is not None:
            return by_code
        candidates = self._areas.get(area_key(text), [])
        for level in _AREAS:
            of_level = [unit for unit in candidates if unit.level == level]
            if len(of_level) == 1:
                return of_level[0]
            if of_level:
                raise UnitNotFound("district_ambiguous", text[:80], tuple(f"{u.name} ({u.code})" for u in of_level))
        near = process.extract(area_key(text)[:80], self._areas.keys(), scorer=fuzz.WRatio, limit=3, score_cutoff=70)
        raise UnitNotFound("district_unknown", text[:80], tuple(self._areas[key][0].name for key, *_ in near))

    def district_id(self, unit: Unit) -> int | None:
        """Give the id of the district that holds a unit."""
        district = self._by_code.get((unit.district or "").casefold())
        return district.id if district else None

    def _nearest(self, text: str, area: Unit | None) -> tuple[str, ...]:
        """Give the names that the writer may have meant."""
        # By unit and spelling: a station written in Urdu too is still found by its English name.
        names = {
            (unit.id, key): key
            for key, units in self._stations.items()
            for unit in units
            if area is None or is_within(unit, area)
        }
        near = process.extract(station_key(text)[:80], names, scorer=fuzz.WRatio, limit=6, score_cutoff=70)
        units = [self.by_id[number] for number in dict.fromkeys(number for _, _, (number, _) in near)][:3]
        return tuple(f"{unit.name}, {unit.district_name} ({unit.code})" for unit in units)


def is_within(unit: Unit, area: Unit) -> bool:
    """Say whether a unit is an area or lies below it."""
    return unit.path == area.path or unit.path.startswith(area.path + ".")


def read_units(session: Session) -> Units:
    """Give every unit of the database.

    Raises
    ------
    LookupError
        If there is none.
    """
    from app.db.named import sql

    return Units([Unit(**row) for row in session.execute(sql("geocode.units")).mappings()])


def units_at(session: Session, points: list[tuple[float, float]], levels: tuple[str, ...]) -> list[int | None]:
    """Give for each (latitude, longitude) the id of the smallest jurisdiction of the levels that holds it."""
    from app.db.named import sql

    if not points:
        return []
    found = session.execute(
        sql("geocode.units_at"),
        {"lats": [p[0] for p in points], "lons": [p[1] for p in points], "levels": list(levels)},
    )
    return [row.unit for row in found]
