"""What looks wrong with the coordinates of stations: piles on one spot, and what the reasons of single fixes say.

One pin on the station house may be true, two hundred are the desk where the form is filled in
(`spatial.geocoding.flags`).  Only FIRs and complaints are looked at: a hotel's stays share its point by right, and
lists of incidents put whole towns on one.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.db.named import sql
from app.geocode.saying import say
from app.geocode.values import Names
from spatial.geocoding import StationArea, flags
from spatial.geocoding.flags import Suspect

#: The newest coordinates that are looked at: old piles were seen when they were new.
NEWEST: Final = 200_000
#: Codes of reasons that say that coordinates are wrong, or look so.
CODES: Final = (
    "coordinates_zero", "coordinates_swapped", "coordinates_outside_country", "coordinates_outside_district",
    "coordinates_outside_station_area", "coordinates_at_station", "coordinates_incomplete", "coordinates_not_numbers",
    "coordinates_negative", "coordinates_utm", "coordinates_utm_without_zone", "coordinates_utm_zone",
    "coordinates_in_feet", "coordinates_minutes", "coordinates_few_digits",
)  # fmt: skip


def piles(session: Session, station: str | None = None, newest: int = NEWEST) -> list[dict[str, Any]]:
    """Give the piles among the coordinates of a station, or of all that the reader sees, the largest first.

    Each is a dict with ``lat``, ``lon``, ``count``, ``expected``, ``kind`` (station, district or point), ``name`` (of
    the station or district whose house or middle it is), ``records`` and ``stations`` (code to number of records).
    """
    rows = session.execute(sql("geocode.given_points"), {"station": station, "limit": newest}).all()
    if not rows:
        return []
    houses = [
        StationArea(row.code, row.lat, row.lon) for row in session.execute(sql("geocode.station_houses")) if row.lat
    ]
    found = flags.piles(np.array([(row.lat, row.lon) for row in rows]), houses, _middles(session))
    return [
        {
            "lat": pile.lat,
            "lon": pile.lon,
            "count": pile.count,
            "expected": round(pile.expected, 2),
            "kind": pile.kind,
            "name": pile.name,
            "records": [rows[at].id for at in pile.rows],
            "stations": _counted([rows[at].station for at in pile.rows]),
        }
        for pile in found
    ]


def flagged(session: Session, station: str | None = None) -> list[dict[str, Any]]:
    """Give how many current fixes of each station have which flag, with the flag in both languages."""
    rows = session.execute(sql("geocode.flagged"), {"station": station, "codes": list(CODES)})
    return [
        {
            "station": row.station, "name": row.name, "name_ur": row.name_ur, "fixes": row.fixes,
            **say(row.code, {"station": row.station}, Names({row.station: (row.name, row.name_ur)})),
        }
        for row in rows
    ]  # fmt: skip


def _middles(session: Session) -> list[Suspect]:
    """Give the middles of the districts: where a form falls back to when only the district is known."""
    found = []
    for row in session.execute(sql("geocode.district_middles")):
        point = shapely.from_wkb(bytes(row.middle))
        found.append(Suspect(point.y, point.x, row.code, "district"))
    return found


def _counted(codes: list[str]) -> dict[str, int]:
    return {code: codes.count(code) for code in sorted(set(codes))}
