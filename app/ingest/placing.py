"""Fixes of a chunk: by the ladder for each record, for stays once a hotel."""

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.named import sql
from app.geocode.service import NodeGazetteer
from app.geocode.units import Unit, units_at
from app.ingest.problems import BadValue
from app.ingest.reading import Reading, Record
from app.records.mass import NOWHERE, cells_of_fix
from spatial.geocoding import Query, resolve
from spatial.model import Fix, Method, Point, Reason

AREA_LEVELS: Final = ("country", "province", "region", "district")
STATION_LEVELS: Final = (*AREA_LEVELS, "station")


@dataclass(frozen=True, slots=True)
class Hotel:
    """A hotel of the table: its unit and the fix that each of its stays gets."""

    id: int
    station_id: int
    fix: Fix


def reasons_json(fix: Fix) -> list[dict[str, Any]]:
    """Give a fix's reasons as they are stored."""
    return [{"code": reason.code, "params": dict(reason.params)} for reason in fix.reasons]


def stored_fix(row: Any) -> Fix:
    """Give the fix of a row that holds method, score, point, resolution, cells and cell_upto."""
    reasons = tuple(Reason(reason["code"], reason.get("params", {})) for reason in row["reasons"])
    if row["lat"] is None or row["resolution"] is None or list(row["cells"]) == [NOWHERE]:
        return Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, reasons)
    masses = tuple(after - before for before, after in pairwise([0, *row["cell_upto"]]))
    return Fix(
        Method(row["method"]), Point(row["lat"], row["lon"]), row["accuracy_m"], row["resolution"], tuple(row["cells"]),
        masses, row["score"], row["matched"], reasons,
    )  # fmt: skip


def fix_columns(fix: Fix) -> dict[str, Any]:
    """Give the columns of a fix that `fix` and `hotel` share."""
    return {
        "method": fix.method.value,
        "score": fix.score,
        "accuracy_m": fix.accuracy_m,
        "lat": fix.point.lat if fix.point else None,
        "lon": fix.point.lon if fix.point else None,
        "matched": fix.matched,
        "reasons": reasons_json(fix),
    }


def find_units(session: Session, records: list[Record], reading: Reading) -> list[tuple[Record, BadValue]]:
    """Give incidents without a district the one where they lie, and return those that the sender may not write."""
    waiting = [record for record in records if record.needs_unit and record.given is not None]
    points = [record.given for record in waiting if record.given is not None]
    refused = []
    for record, unit_id in zip(waiting, units_at(session, points, AREA_LEVELS), strict=True):
        unit = reading.units.by_id.get(unit_id or 0, reading.units.root)
        try:
            record.station = reading.allowed(unit, "lat")
        except BadValue as error:
            refused.append((record, error))
        record.query = replace(record.query, district=unit.district_name)
        record.needs_unit = False
    return refused


@dataclass(frozen=True, slots=True)
class NewHotel:
    """A hotel as a file names it, not placed yet."""

    key: str
    name: str
    address: str
    unit: Unit
    lat: float | None = None
    lon: float | None = None


def place_hotels(session: Session, source: int, hotels: list[NewHotel], gazetteer: NodeGazetteer) -> set[int]:
    """Place hotels that are not known yet by the same ladder as a FIR, store them, and give their cells."""
    if not hotels:
        return set()
    units = gazetteer.units
    hotels = sorted(hotels, key=lambda hotel: hotel.key)
    fixes = [_hotel_fix(hotel, gazetteer) for hotel in hotels]
    points = [(fix.point.lat, fix.point.lon) for fix in fixes if fix.point is not None]
    at = iter(units_at(session, points, STATION_LEVELS))
    rows = []
    for hotel, fix in zip(hotels, fixes, strict=True):
        unit = units.by_id.get((next(at) if fix.point is not None else None) or 0, hotel.unit)
        if hotel.unit.level == "station":
            unit = hotel.unit  # a station that the file names outranks the one on whose land the point fell
        rows.append(
            {
                "key": hotel.key,
                "name": hotel.name,
                "address": hotel.address,
                "district_id": units.district_id(unit),
                "station_id": unit.id,
                **fix_columns(fix),
                **cells_of_fix(fix),
            }
        )
    session.execute(sql("ingest.add_hotels"), {"source": source, "rows": json.dumps(rows)})
    return {cell for fix in fixes for cell in fix.cells}


def known_hotels(session: Session, source: int, keys: list[str]) -> dict[str, Hotel]:
    """Give the hotels of a source by their keys."""
    rows = session.execute(sql("ingest.hotels"), {"source": source, "keys": keys}).mappings()
    found = {}
    for row in rows:
        fix = stored_fix(row)
        found[row["key"]] = Hotel(row["id"], row["station_id"], replace(fix, reasons=(Reason("hotel"), *fix.reasons)))
    return found


def _hotel_fix(hotel: NewHotel, gazetteer: NodeGazetteer) -> Fix:
    station = hotel.unit.code if hotel.unit.level == "station" else None
    here = Query(lat=hotel.lat, lon=hotel.lon, station=station, district=hotel.unit.district_name)
    if hotel.lat is None and station is None and hotel.unit.district is None:
        # A name alone, anywhere in the country, would be a guess.
        return Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, (Reason("hotel_without_district"),))
    named = resolve(replace(here, text=hotel.name), gazetteer)
    if named.method in (Method.COORDINATES, Method.LANDMARK) or not hotel.address:
        return named
    return max(resolve(replace(here, text=hotel.address), gazetteer), named, key=lambda fix: _RANK[fix.method])


_RANK: Final = {method: -number for number, method in enumerate(Method)}
