"""Rows for tests, one function a kind of row: each gives the new id and makes what it needs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count
from typing import Any

from flask.testing import FlaskClient
from psycopg2.extras import DateTimeTZRange, NumericRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from spatial import cells, mass, shifts
from tests.reference_set import GULBERG, SOURCE, STATIONS

_number = count(1)
NOON = datetime(2026, 11, 2, 7, tzinfo=UTC)  # Monday 2 November 2026, 12:00 in Karachi: the day shift
USUAL_JURISDICTION = {
    "station": GULBERG, "planner": "PK-PB-LHR-C-GULBERG", "control": "PK-PB-LHR", "commander": "PK",
    "analyst": "PK-PB", "auditor": "PK", "admin": "PK",
}  # fmt: skip


@dataclass
class SignedInClient:
    """A client that is signed in: its account, and the header that an unsafe request needs."""

    client: FlaskClient
    account_id: int
    name: str
    csrf: dict[str, str] = field(default_factory=dict)


def account(session: Session, role: str = "analyst", jurisdiction: str | None = None, **columns: Any) -> int:
    """Give the id of a new account without a password; commits."""
    from app.access import service

    name = columns.pop("name", f"{role}-{next(_number)}")
    made = service.create_account(session, name, role, [jurisdiction or USUAL_JURISDICTION[role]], **columns)
    session.commit()
    return int(made.id)


def sign_in(client: FlaskClient, session: Session, role: str, jurisdiction: str | None = None) -> SignedInClient:
    """Give a client signed in as a new account, through a session row rather than the form."""
    from app.access import service

    account_id = account(session, role, jurisdiction)
    token_text = service.open_session(session, account_id, hours=12)
    session.commit()
    client.set_cookie(service.COOKIE, token_text)
    for _ in range(3):  # a database that is busy copying others answers 503 for a moment: asked again, as readers do
        answer = client.get("/api/session")
        if answer.status_code != 503:
            break
    seen = answer.get_json()
    assert answer.status_code == 200, seen
    return SignedInClient(client, account_id, seen["user"]["name"], {"X-CSRFToken": seen["csrf_token"]})


def token(session: Session, role: str, jurisdiction: str | None = None) -> str:
    """Give the API token of a new account; commits."""
    from app.access import service

    made = service.make_token(session, account(session, role, jurisdiction))
    session.commit()
    return made


def jurisdiction_id(session: Session, code: str) -> int:
    """Give the id of a jurisdiction of the reference set."""
    return int(session.execute(text("SELECT id FROM jurisdiction WHERE code = :code"), {"code": code}).scalar_one())


def source_id(session: Session, key: str = SOURCE) -> int:
    """Give the id of a source of the reference set."""
    return int(session.execute(text("SELECT id FROM source WHERE key = :key"), {"key": key}).scalar_one())


def head_id(session: Session, key: str) -> int:
    """Give the id of a crime head."""
    return int(session.execute(text("SELECT id FROM crime_head WHERE key = :key"), {"key": key}).scalar_one())


def delivery(session: Session, kind: str = "fir", account_id: int | None = None) -> int:
    """Give the id of a new, empty delivery."""
    return int(
        session.execute(
            text("""INSERT INTO delivery (source_id, kind, filename, sha256, state, account_id)
                    VALUES (:source, CAST(:kind AS record_kind), 'test.csv', :sha, 'done', :account) RETURNING id"""),
            {"source": source_id(session), "kind": kind, "sha": f"{next(_number):064x}", "account": account_id},
        ).scalar_one()
    )


def _cells_of(station: str) -> tuple[int, list[int], list[int]]:
    """Give a fix on the middle of a station's square: one cell of resolution 9, with the whole unit."""
    west, south, east, north = STATIONS[station]
    return 9, [cells.cell_of((south + north) / 2, (west + east) / 2)], [mass.UNIT]


def hotel(session: Session, station: str = GULBERG) -> int:
    """Give the id of a new hotel in a station's area."""
    resolution, own, masses = _cells_of(station)
    return int(
        session.execute(
            text("""INSERT INTO hotel (source_id, key, name, station_id, method, score, resolution, cells, cell_upto)
                    VALUES (:source, :key, 'Hotel', :station, 'landmark', 1, :resolution,
                      CAST(:cells AS bigint[]), :upto) RETURNING id"""),
            {
                "source": source_id(session), "key": f"hotel-{next(_number)}", "resolution": resolution,
                "station": jurisdiction_id(session, station), "cells": own, "upto": list(accumulate(masses)),
            },
        ).scalar_one()
    )  # fmt: skip


def record(
    session: Session,
    kind: str = "fir",
    station: str = GULBERG,
    *,
    head: str = "robbery",
    discovery: str = "reported",
    protected: bool = False,
    occurred: tuple[datetime, datetime] = (NOON, NOON + timedelta(hours=1)),
    known_at: datetime | None = None,
    placed: tuple[int, list[int], list[int]] | None = None,
    with_person: bool | bytes = False,
    place_text: str = "",
) -> int:
    """Give the id of a new record with its detail row, fix and mass, as ingest would leave it; without rollup deltas.

    `with_person` is the person's name as sealed, or True where no test opens it. `placed` is (resolution, cells,
    masses); unless told, the whole unit on the middle of the station's square.
    """
    number = next(_number)
    resolution, own, masses = placed or _cells_of(station)
    station_id = jurisdiction_id(session, station)
    known_at = known_at or occurred[1]
    record_id = int(
        session.execute(
            text("""INSERT INTO record (source_id, key, kind, station_id, head_id, discovery, protected, occurred,
                      reported_at, known_at, place_text, digest, delivery_id, line)
                    VALUES (:source, :key, CAST(:kind AS record_kind), :station, :head, CAST(:discovery AS discovery),
                      :protected, :occurred, :known_at, :known_at, :place, :digest, :delivery, 2) RETURNING id"""),
            {
                "source": source_id(session), "key": f"{kind}/{number}", "kind": kind, "station": station_id,
                "head": head_id(session, head), "discovery": discovery, "protected": protected,
                "occurred": DateTimeTZRange(*occurred, bounds="[]"), "known_at": known_at, "place": place_text,
                "digest": number.to_bytes(32, "big"), "delivery": delivery(session, kind),
            },
        ).scalar_one()
    )  # fmt: skip
    _detail(session, kind, record_id, number, station, occurred[0])
    lat, lon = cells.centre(own[0])
    fix_id = session.execute(
        text("""INSERT INTO fix (record_id, station_id, method, score, accuracy_m, point)
                VALUES (:record, :station, 'coordinates', 1, 30, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
                RETURNING id"""),
        {"record": record_id, "station": station_id, "lat": lat, "lon": lon},
    ).scalar_one()
    first, shift_mass = shifts.spread(*occurred)
    keys = {*own, *(cells.parent(cell, level) for cell in own for level in (7, 5) if resolution > level)}
    session.execute(
        text("""INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells,
                  cell_upto, keys, shifts, shift_mass, known_at)
                SELECT r.id, :fix, r.station_id, r.kind, r.head_id, r.discovery, r.protected, :resolution,
                  CAST(:cells AS bigint[]), :upto, CAST(:keys AS bigint[]), :shifts, :shift_mass, r.known_at
                FROM record r WHERE r.id = :record"""),
        {
            "record": record_id, "fix": fix_id, "resolution": resolution, "cells": own,
            "upto": list(accumulate(masses)),
            "keys": sorted(keys), "shifts": NumericRange(first, first + len(shift_mass)),
            "shift_mass": list(shift_mass),
        },
    )  # fmt: skip
    if with_person:
        name = b"sealed" if with_person is True else with_person
        session.execute(
            text("INSERT INTO person.party (record_id, role, name) VALUES (:record, :role, :name)"),
            {"record": record_id, "role": "guest" if kind == "stay" else "complainant", "name": name},
        )
    return record_id


def _detail(session: Session, kind: str, record_id: int, number: int, station: str, moment: datetime) -> None:
    values: dict[str, Any] = {"record": record_id, "number": number, "text": f"test {number}", "moment": moment}
    if kind == "fir":
        session.execute(
            text("""INSERT INTO fir (record_id, year, number, sections, rule_version)
                    VALUES (:record, 2026, :number, '392 PPC', 'test')"""),
            values,
        )
        session.execute(
            text("INSERT INTO fir_section (record_id, position, law, section) VALUES (:record, 0, 'PPC', '392')"),
            values,
        )
    elif kind == "complaint":
        session.execute(
            text("INSERT INTO complaint (record_id, tag, category) VALUES (:record, :text, 'robbery')"), values
        )
    elif kind == "stay":
        session.execute(
            text("INSERT INTO stay (record_id, hotel_id, check_in) VALUES (:record, :hotel, :moment)"),
            values | {"hotel": hotel(session, station)},
        )
    else:
        session.execute(
            text("INSERT INTO incident (record_id, external_id, category) VALUES (:record, :text, 'robbery')"), values
        )
