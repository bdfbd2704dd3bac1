"""Local names: what officers' pins teach about the names that people of a station's area use.

A pin may say by what name the place goes.  From then on the name is found, within that station only; pins that agree
make it sharper, a pin of the same name far away makes a second place of that name.  Nothing is deleted: a withdrawn
name stays with who withdrew it and why, and is used no more.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from geoalchemy2 import WKTElement
from sqlalchemy import func
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.models import LocalName, LocalNamePin
from app.db.named import sql
from app.errors import Conflict, InvalidFilter, NotFound
from spatial.addresses import normalise, parse
from spatial.geocoding import Place, learned

LONGEST: Final = 120
PAGE: Final = 100
#: What the log says of a name whose every pin was moved elsewhere.
NO_PIN_LEFT: Final = "no pin left"


def clean(name: str) -> tuple[str, str]:
    """Give a name as it is kept and its key.

    Raises
    ------
    InvalidFilter
        If it is too short or too long, or only says a kind or a number ("chowk", "Street 5"), which a thousand
        places share.
    """
    kept = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    key = normalise(kept)
    if len(kept) > LONGEST or sum(letter.isalpha() for letter in key) < 3:
        raise InvalidFilter("A local name has at least three letters and at most %(longest)s signs.", longest=LONGEST)
    terms = [term for part in parse(kept).parts for term in part.terms]
    if not any(term[0] not in "~=" for term in terms):
        raise InvalidFilter("This says only what kind of place it is, or its number: give the name that it alone has.")
    return kept, key


def learn(
    session: Session, name: str, *, station_id: int, record_id: int, fix_id: int, point: tuple[float, float],
    account_id: int | None,
) -> int:  # fmt: skip
    """Give the id of the local name that a pin (latitude, longitude) teaches or sharpens; the caller commits.

    Raises
    ------
    InvalidFilter
        If the name cannot be used.
    """
    kept, key = clean(name)
    _lock(session, station_id)
    same = next(
        (
            row.id
            for row in session.execute(sql("geocode.names_of_key"), {"station": station_id, "key": key})
            if learned.is_same((row.lat, row.lon), row.radius_m, point)
        ),
        None,
    )
    if same is None:
        made = LocalName(
            station_id=station_id, name=kept, key=key, point=_point(*point), radius_m=learned.ONE_PIN_M, pins=0,
            protected=True, made_by=account_id,
        )  # fmt: skip
        session.add(made)
        session.flush()
        same = made.id
    session.add(LocalNamePin(local_name_id=same, record_id=record_id, fix_id=fix_id))
    session.flush()
    pins = _settle(session, same, account_id)
    # Ids only: a name may say whose house it is.
    note(session, "local_name.learn", "local_name", same, detail={"record": record_id, "fix": fix_id, "pins": pins})
    return same


def forget(session: Session, record_id: int, account_id: int | None) -> None:
    """End what an earlier pin of a record taught, since the record is pinned anew; the caller commits."""
    stations = session.execute(sql("geocode.stations_taught"), {"record": record_id}).scalars().all()
    for station in stations:
        _lock(session, station)
    if stations:
        for name in session.execute(sql("geocode.end_pins"), {"record": record_id}).scalars().all():
            _settle(session, name, account_id)


def withdraw(session: Session, name_id: int, reason: str, account_id: int | None) -> None:
    """Take a local name out of use, for a reason that is kept; the caller commits.

    Raises
    ------
    NotFound
        If there is no such name in the reader's jurisdiction.
    InvalidFilter
        If no reason is given.
    Conflict
        If it was withdrawn already.
    """
    said = " ".join(reason.split())
    if not said:
        raise InvalidFilter("Say why the name is withdrawn.")
    name = session.get(LocalName, name_id, with_for_update=True)
    if name is None:
        raise NotFound
    if name.withdrawn_at is not None:
        raise Conflict("This name was withdrawn already.")
    name.withdrawn_at = name.changed_at = func.now()
    name.withdrawn_by, name.withdrawn_reason = account_id, said
    session.flush()
    note(session, "local_name.withdraw", "local_name", name_id)


def listed(
    session: Session, *, station: str | None, withdrawn: bool, sees_protected: bool, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Give a page of local names of the reader's stations, the newest first, and the cursor of the next page.

    Names that rest on protected records alone are given to readers with the right only: their point is the record's.
    """
    values = {
        "station": station, "withdrawn": withdrawn, "sees_protected": sees_protected, "before": before,
        "limit": PAGE + 1,
    }  # fmt: skip
    rows = session.execute(sql("geocode.list_names"), values).mappings().all()
    following = rows[PAGE - 1]["id"] if len(rows) > PAGE else None
    return [_shown(row) for row in rows[:PAGE]], following


def one(session: Session, name_id: int, sees_protected: bool) -> dict[str, Any]:
    """Give a local name with the records whose pins it rests on.

    Raises
    ------
    NotFound
        If there is none that the reader may see.
    """
    row = session.execute(
        sql("geocode.one_name"), {"id": name_id, "sees_protected": sees_protected}
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    records = session.execute(sql("geocode.records_of_name"), {"id": name_id}).scalars()
    return _shown(row) | {"records": list(records)}


def in_use(session: Session, station: str | None, sees_protected: bool = True) -> dict[str, list[Place]]:
    """Give the places that local names in use mean, by the code of their station, of those that the reader may see.

    Parameters
    ----------
    station : str or None
        Code of the one station that is asked for; None for all.
    sees_protected : bool
        Whether names that rest on protected records alone are among them.
    """
    found: dict[str, list[Place]] = defaultdict(list)
    values = {"station": station, "sees_protected": sees_protected}
    for row in session.execute(sql("geocode.local_names"), values):
        found[row.station].append(
            Place(f"local-{row.id}", row.name, "local_name", row.lat, row.lon, row.radius_m, None, row.district)
        )
    return found


def _shown(row: Any) -> dict[str, Any]:
    def time(value: datetime | None) -> str | None:
        return value.isoformat() if value else None

    return {
        "id": row["id"],
        "name": row["name"],
        "station": row["station"],
        "station_name": row["station_name"],
        "lat": row["lat"],
        "lon": row["lon"],
        "radius_m": row["radius_m"],
        "pins": row["pins"],
        "made_at": time(row["made_at"]),
        "made_by": row["made_by"],
        "changed_at": time(row["changed_at"]),
        "withdrawn_at": time(row["withdrawn_at"]),
        "withdrawn_by": row["withdrawn_by"],
        "withdrawn_reason": row["withdrawn_reason"],
    }


def _settle(session: Session, name_id: int, account_id: int | None) -> int:
    """Bring a name to what its pins say now, and give their number; without a pin it is out of use."""
    pins = session.execute(sql("geocode.pins_of_name"), {"id": name_id}).all()
    name = session.get_one(LocalName, name_id)
    name.pins, name.changed_at = len(pins), func.now()
    if pins:
        lat, lon, radius = learned.middle([(pin.lat, pin.lon) for pin in pins])
        name.point, name.radius_m = _point(lat, lon), radius  # type: ignore[assignment]  # written as text, read as bytes
        name.protected = all(pin.protected for pin in pins)
    elif name.withdrawn_at is None:
        name.withdrawn_at, name.withdrawn_by, name.withdrawn_reason = func.now(), account_id, NO_PIN_LEFT
    session.flush()
    return len(pins)


def _lock(session: Session, station_id: int) -> None:
    """Let one pin at a time change a station's names: two at once would each make the same new name."""
    session.execute(sql("geocode.lock_names"), {"station": station_id})


def _point(lat: float, lon: float) -> WKTElement:
    return WKTElement(f"POINT({lon!r} {lat!r})", srid=4326)
