"""What an export holds: its rows as they are read, one after another, and the head that says how they add up.

Everything is read in one REPEATABLE READ transaction, so that the head and the rows are of one moment.  What does not
belong here: the bytes of each form (forms.py), and who sees which record (row-level security and the filter's rules).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from flask_login import current_user
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.errors import InvalidFilter
from app.exports.schemas import ExportQuery, Head
from app.records.filters import Filter
from app.records.service import cells as cells_of
from app.records.service import data_to, in_records, is_synthetic, iso
from spatial import cells as h3cells
from spatial import shifts

#: The places of the law of mass, in the order in which they are named.
PLACES = ("cells", "coarse", "unplaced", "held_back")
#: Rows that are held in memory at a time.
BATCH = 2000
_RECORD = (
    ("id", "kind", "title", "head", "head_name", "station", "station_name", "discovery")
    + ("occurred_from", "occurred_to", "reported_at", "place_text", "method", "accuracy_m")
    + ("lat", "lon", "cell", "mass", "counted_as", "source", "synthetic")
)
_CELL = ("cell", "resolution", "lat", "lon", "mass", "counted_as")


class TooManyRows(InvalidFilter):
    """The filter holds more than an export takes. Choose a shorter window, fewer heads or a smaller area."""


@dataclass(frozen=True)
class Export:
    """An export ready to be written: its head, its columns, and its rows with their geometry (None: no place)."""

    head: Head
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[tuple[dict[str, Any], shapely.Geometry | None]]]
    geometry: str


def prepare(session: Session, what: str, form: str, query: ExportQuery, most: int, sees_protected: bool) -> Export:
    """Count an export, write it down in the audit log, and give it ready to be written.

    Parameters
    ----------
    session : Session
        The request's; what it holds so far is committed.
    most : int
        The most rows that an export takes.

    Raises
    ------
    TooManyRows
        Before anything is read, with the number that the filter holds.
    InvalidFilter
    """
    session.commit()
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    wanted = Filter.parse(query, session)
    make = _records if what == "records" else _cells
    export = make(session, wanted, query, sees_protected)
    if export.head.rows > most:
        raise TooManyRows(
            "The filter holds %(rows)s rows; an export takes at most %(most)s. "
            "Choose a shorter window or a smaller area.",
            rows=f"{export.head.rows:,}",
            most=f"{most:,}",
        )
    detail = {"what": what, "form": form, "filter": export.head.filter, "rows": export.head.rows}
    note(session, "export", "export", detail=detail)
    # Committed before the first byte is given: where it cannot be written down, nothing leaves.
    session.commit()
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return make(session, wanted, query, sees_protected)


def _binds(wanted: Filter, resolution: int, sees_protected: bool) -> dict[str, Any]:
    return wanted.binds() | {
        "first": wanted.window.first,
        "end": wanted.window.end,
        "resolution": resolution,
        "hides_protected": wanted.hides_protected(sees_protected, resolution),
    }


def _head(session: Session, what: str, query: ExportQuery, wanted: Filter, **counted: Any) -> Head:
    given = query.model_dump(exclude_none=True)
    filtered = {key: str(value) for key, value in given.items() if value != ""}
    return Head(
        what=what,
        filter=filtered,
        by=current_user.name,
        made_at=datetime.now(shifts.ZONE).isoformat(timespec="seconds"),
        data_to=iso(data_to(session)) or "",
        synthetic=is_synthetic(session, wanted.kinds),
        **counted,
    )


def _records(session: Session, wanted: Filter, query: ExportQuery, sees_protected: bool) -> Export:
    binds = _binds(wanted, query.resolution, sees_protected)
    sums = {row.place: row for row in session.execute(sql("exports.sums"), binds)}
    stays = sum(row.stays for row in sums.values())
    stay_mass = sum(row.stay_mass for row in sums.values())
    head = _head(
        session,
        "records",
        query,
        wanted,
        rows=sum(row.records for row in sums.values()),
        mass={place: in_records(sums[place].mass if place in sums else 0) for place in PLACES},
        stays=f"{stays} stays of mass {in_records(stay_mass):.6f} are counted on the map and never listed"
        if stays
        else "",
    )

    def rows() -> Iterator[tuple[dict[str, Any], shapely.Geometry | None]]:
        found = session.execute(sql("exports.records"), binds, execution_options={"yield_per": BATCH})
        for row in found.mappings():
            yield _record(row), None if row["lat"] is None else shapely.Point(row["lon"], row["lat"])

    return Export(head, _RECORD, rows, "Point")


def _record(row: Any) -> dict[str, Any]:
    found = {name: row[name] for name in _RECORD if name in row}
    for name in ("occurred_from", "occurred_to", "reported_at"):
        found[name] = iso(row[name])
    return found | {
        "cell": h3cells.to_hex(row["cell"]) if row["cell"] is not None else None,
        "mass": in_records(row["mass"]),
        "counted_as": row["place"],
        "synthetic": row["is_synthetic"],
    }


def _cells(session: Session, wanted: Filter, query: ExportQuery, sees_protected: bool) -> Export:
    wanted = Filter(**{**vars(wanted), "resolution": query.resolution})
    answer = cells_of(session, wanted, sees_protected)
    mass = {"cells": answer["mass"]} | {place: answer[place] for place in PLACES[1:]}
    beside = [place for place in PLACES[1:] if answer[place]]
    head = _head(session, "cells", query, wanted, rows=len(answer["cells"]) + len(beside), mass=mass, stays="")

    def rows() -> Iterator[tuple[dict[str, Any], shapely.Geometry | None]]:
        for each in answer["cells"]:
            cell = h3cells.from_hex(each["cell"])
            lat, lon = h3cells.centre(cell)
            row = {"cell": each["cell"], "resolution": query.resolution, "lat": round(lat, 6), "lon": round(lon, 6)}
            yield row | {"mass": each["mass"], "counted_as": "cells"}, h3cells.hexagon(cell)
        for place in beside:  # what no cell shows stands below them, so that the column adds up
            yield dict.fromkeys(_CELL) | {"mass": answer[place], "counted_as": place}, None

    return Export(head, _CELL, rows, "Polygon")
