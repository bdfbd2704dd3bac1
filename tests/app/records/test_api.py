"""The map's API over HTTP: the law of mass, the scope of a reader, protected heads, pins, and bad input."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.crypto import Sealer
from app.records import mass
from spatial import cells as h3cells
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG


@pytest.fixture(scope="module")
def planted(database_name: str) -> dict[str, int]:
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker"), expire_on_commit=False) as session:
        noon = factories.NOON
        found = {
            "fir": factories.record(session, with_person=False, place_text="near the chowk"),
            "complaint": factories.record(session, kind="complaint", head="burglary", occurred=(noon, noon)),
            "stay": factories.record(session, kind="stay", head="none"),
            "incident": factories.record(session, kind="incident", occurred=(noon, noon + timedelta(days=9))),
            "protected": factories.record(session, head="rape", protected=True, place_text="a private place"),
            "city": factories.record(session, station=CITY),
            "clifton": factories.record(session, station=CLIFTON),
        }
        session.execute(
            text("UPDATE fir SET distance_m = 300, direction = 'north' WHERE record_id = :id"),
            {"id": found["protected"]},
        )
        ids = list(session.execute(text("SELECT id FROM mass")).scalars())
        mass.ensure_cells(session, session.execute(text("SELECT DISTINCT unnest(cells) FROM mass")).scalars())
        mass.add_deltas(session, ids)
        mass.fold(session)
        session.commit()
    return found


def _get(client: FlaskClient, path: str, status: int = 200, **query: object) -> dict:
    answer = client.get(path, query_string={key: str(value) for key, value in query.items()})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


@pytest.mark.parametrize("resolution", range(4, 10))
@pytest.mark.parametrize("role", ["commander", "planner", "control", "station", "analyst", "admin"])
@pytest.mark.parametrize("query", [{}, {"window": "2026-11-02..2026-11-05"}, {"kinds": "fir,incident", "shift": "day"}])
def test_everything_adds_up(client, sign_in, planted, role, resolution, query) -> None:
    sign_in(client, role)
    cells = _get(client, "/api/cells", resolution=resolution, **query)
    summary = _get(client, "/api/summary", resolution=resolution, **query)
    assert cells["total"] == pytest.approx(summary["total"])
    assert cells["mass"] + cells["coarse"] + cells["unplaced"] + cells["held_back"] == pytest.approx(cells["total"])
    assert summary["placed"] + summary["unplaced"] + summary["held_back"] == pytest.approx(summary["total"])
    for cell in cells["cells"]:
        opened = _get(client, f"/api/cells/{cell['cell']}/records", **query)
        assert opened["mass"] == cell["mass"]
        assert sum(record["mass"] for record in opened["records"]) == pytest.approx(cell["mass"])
    for side in ("by_kind", "by_head", "by_week"):
        assert sum(summary[side].values()) == pytest.approx(summary["total"])


def test_reader_sees_his_stations_only(client, sign_in, planted) -> None:
    sign_in(client, "station")
    assert _get(client, "/api/summary")["records"] == 5
    _get(client, f"/api/records/{planted['fir']}")
    for other in ("city", "clifton"):
        _get(client, f"/api/records/{planted[other]}", 404)
        _get(client, f"/api/records/{planted[other]}/cells", 404)
    _get(client, "/api/records/99999999", 404)


def test_protected_head_is_coarse_without_the_right(app, sign_in, planted) -> None:
    planner, station = app.test_client(), app.test_client()
    sign_in(planner, "planner")
    sign_in(station, "station")
    assert _get(planner, "/api/cells", resolution=9, heads="rape")["held_back"] == 1
    assert _get(planner, "/api/cells", resolution=7, heads="rape")["mass"] == 1
    assert _get(station, "/api/cells", resolution=9, heads="rape")["mass"] == 1  # the control: the right opens it
    seen = _get(planner, f"/api/records/{planted['protected']}")
    assert seen["held_back"] and seen["place"] is None and seen["narrative"] is None and seen["persons"] is None
    assert all(fix["point"] is None for fix in seen["history"])
    bearing = _get(station, f"/api/records/{planted['protected']}")["detail"]
    assert (bearing["distance_m"], bearing["direction"]) == (300, "north")  # the control: with the right it is told
    assert seen["detail"]["distance_m"] is None and seen["detail"]["direction"] is None
    own = _get(planner, f"/api/records/{planted['protected']}/cells")
    assert {h3cells.resolution(h3cells.from_hex(cell["cell"])) for cell in own["cells"]} == {7}
    fine = _get(station, f"/api/records/{planted['protected']}/cells")
    assert {h3cells.resolution(h3cells.from_hex(cell["cell"])) for cell in fine["cells"]} == {9}


def test_stay_shows_hotel_and_day_only(client, sign_in, planted) -> None:
    sign_in(client, "station")
    cells = _get(client, "/api/cells", kinds="stay")["cells"]
    (record,) = _get(client, f"/api/cells/{cells[0]['cell']}/records", kinds="stay")["records"]
    assert set(record) == {"id", "kind", "synthetic", "source", "mass", "hotel", "day"}
    opened = _get(client, f"/api/records/{planted['stay']}")
    assert set(opened) <= {"id", "kind", "synthetic", "source", "hotel", "day", "cells"}
    assert _get(client, f"/api/records/{planted['stay']}/cells")["shifts"] == []
    assert _get(client, f"/api/records/{planted['fir']}/cells")["shifts"]  # the control


def test_a_person_of_another_key_is_named_as_unreadable(app, client, sign_in, planted, worker: Session) -> None:
    ours = Sealer(app.extensions["naqsha.keys"].data).encrypt("Our Own")
    for sealed, expected in ((ours, ("Our Own", [])), (Sealer(b"k" * 32).encrypt("Theirs"), (None, ["name"]))):
        record = factories.record(worker, kind="complaint", with_person=sealed)
        worker.commit()
        sign_in(client, "station")
        (person,) = _get(client, f"/api/records/{record}")["persons"]
        assert (person["name"], person["unreadable"]) == expected


def test_opening_a_record_is_written_down(client, sign_in, planted, worker: Session) -> None:
    who = sign_in(client, "commander")
    _get(client, f"/api/records/{planted['fir']}")
    found = worker.execute(
        text("SELECT count(*) FROM audit.entry WHERE account_id = :who AND action = 'record.open' AND object_id = :id"),
        {"who": who.account_id, "id": planted["fir"]},
    ).scalar()
    assert found == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/cells?resolution=3", "/api/cells?resolution=nine", "/api/cells?window=yesterday", "/api/cells?shift=noon",
        "/api/cells?window=2026-01-02..2026-01-01", "/api/cells?window=0001-01-01..9999-12-31",
        "/api/cells?kinds=ticket",
        "/api/cells?heads=treason", "/api/cells?jurisdiction=XX", "/api/cells?bbox=1,2,3", "/api/cells?bbox=nan,0,1,1",
        "/api/cells?bbox=5,0,1,1", "/api/cells/zzz/records", "/api/cells/8a2a1072b59ffff/records",
        "/api/cells/893c1a0b2dbffff/records?cursor=!!", "/api/cells/893c1a0b2dbffff/records?limit=0",
        "/api/cells?heads=%00", "/api/cells?jurisdiction=%00",
    ],
)  # fmt: skip
def test_bad_request_gets_words(client, sign_in, planted, path) -> None:
    sign_in(client, "analyst")
    answer = client.get(path)
    assert answer.status_code in (400, 422), answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"


def test_number_beyond_the_database_is_no_error_of_ours(client, sign_in, planted) -> None:
    sign_in(client, "analyst")
    assert client.get(f"/api/records/{10**30}").status_code in (404, 422)


def test_pin_moves_the_mass_everywhere_at_once(client, sign_in, worker: Session, database_name: str) -> None:
    record = factories.record(worker, head="murder")
    mass_id = worker.execute(text("SELECT id FROM mass WHERE record_id = :id"), {"id": record}).scalar_one()
    mass.ensure_cells(
        worker, worker.execute(text("SELECT unnest(cells) FROM mass WHERE id = :id"), {"id": mass_id}).scalars()
    )
    mass.add_deltas(worker, [mass_id])
    worker.commit()
    who = sign_in(client, "station")
    (before,) = _get(client, "/api/cells", heads="murder")["cells"]
    lat, lon = 31.5015, 74.3415
    answer = client.post(
        f"/api/records/{record}/pin", json={"lat": lat, "lon": lon, "reason": "seen"}, headers=who.csrf
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    (after,) = _get(client, "/api/cells", heads="murder")["cells"]
    assert after == {"cell": h3cells.to_hex(h3cells.cell_of(lat, lon)), "mass": 1} and after["cell"] != before["cell"]
    history = _get(client, f"/api/records/{record}")["history"]
    assert [fix["method"] for fix in history] == ["pin", "coordinates"] and history[1]["until"] is not None
    assert client.post(f"/api/records/{record}/pin", json={"lat": 0, "lon": 0}, headers=who.csrf).status_code == 422
    assert client.post(f"/api/records/{record}/pin", json={"lat": "NaN", "lon": 0}, headers=who.csrf).status_code == 422
    other = factories.record(worker, station=CITY)
    worker.commit()
    assert client.post(f"/api/records/{other}/pin", json={"lat": lat, "lon": lon}, headers=who.csrf).status_code == 404


def test_window_snaps_and_says_so(client, sign_in, planted) -> None:
    sign_in(client, "analyst")
    snapped = _get(client, "/api/cells", window="2026-11-02T09:30..2026-11-02T10:00")["window"]
    assert snapped == {"from": "2026-11-02T08:00:00+05:00", "until": "2026-11-02T16:00:00+05:00", "snapped": True}
    whole = _get(client, "/api/cells", window="2026-11-02..2026-11-03")["window"]
    assert whole["snapped"] is False


def test_station_filter_and_gulberg(client, sign_in, planted) -> None:
    sign_in(client, "commander")
    assert _get(client, "/api/summary", jurisdiction=GULBERG, kinds="complaint")["total"] == 1
    assert _get(client, "/api/summary", jurisdiction="PK-SD")["records"] == 1


def test_a_box_counts_its_own_records(client, sign_in, planted) -> None:
    sign_in(client, "commander")
    whole, nothing = (
        _get(client, "/api/summary", kinds="fir"),
        _get(client, "/api/summary", kinds="fir", bbox="60,10,61,11"),
    )
    lahore = _get(client, "/api/summary", kinds="fir", bbox="74,31,75,32")
    assert nothing["records"] == 0 and nothing["total"] == 0
    assert whole["records"] - lahore["records"] == 1  # the one in Clifton
