"""What another station recorded is not there over HTTP: by id, by cell, by sum, by search and by jurisdiction."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.crypto import Sealer
from app.records.mass import add_deltas, ensure_cells, touch
from app.secrets import keys
from app.settings import Settings
from tests import factories
from tests.reference_set import CITY, CLIFTON, GULBERG

WINDOW = "window=2026-11-01..2026-11-08"
OTHERS = {"same district": CITY, "other province": CLIFTON}


@pytest.fixture(scope="module")
def records(database_name: str, settings: Settings) -> dict[str, int]:
    """Give one FIR of each station, on the map."""
    from tests.conftest import _engine

    with Session(_engine(database_name, "worker")) as session:
        name = Sealer(keys(settings).data).encrypt("Canary Complainant")
        made = {code: factories.record(session, "fir", code, with_person=name) for code in (GULBERG, CITY, CLIFTON)}
        masses = session.execute(text("SELECT id, cells FROM mass")).all()
        session.commit()
        ensure_cells(session, {cell for row in masses for cell in row.cells})
        session.commit()
        add_deltas(session, [row.id for row in masses])
        touch(session)
        session.commit()
        return made


@pytest.mark.parametrize("whose", OTHERS)
def test_every_id_of_another_station_is_not_found(
    client: FlaskClient, sign_in, records: dict[str, int], whose: str
) -> None:
    signed = sign_in(client, "station", GULBERG)
    own, foreign = records[GULBERG], records[OTHERS[whose]]
    for path in ("/api/records/{}", "/api/records/{}/cells"):
        assert client.get(path.format(own)).status_code == 200, "the negative control: the address works"
        answer = client.get(path.format(foreign))
        assert "Canary" not in answer.text
        assert answer.status_code == 404
        assert answer.text == client.get(path.format(10**12)).text, "it looks as one that never was"
    pin = {"lat": 31.51, "lon": 74.35, "reason": "test"}
    assert client.post(f"/api/records/{foreign}/pin", json=pin, headers=signed.csrf).status_code == 404


def test_sums_and_cells_hold_the_readers_stations_only(client: FlaskClient, sign_in, records: dict[str, int]) -> None:
    expected = {GULBERG: ("station", 1), "PK-PB": ("commander", 2), "PK": ("commander", 3)}
    for code, (role, count) in expected.items():
        sign_in(client, role, code)
        assert client.get(f"/api/summary?{WINDOW}").get_json()["total"] == count
        cells = client.get(f"/api/cells?{WINDOW}&resolution=9").get_json()
        assert cells["total"] == count and len(cells["cells"]) == count
        if count == 3:
            every = [cell["cell"] for cell in cells["cells"]]
    sign_in(client, "station", GULBERG)
    seen = [client.get(f"/api/cells/{cell}/records?{WINDOW}").get_json()["records"] for cell in every]
    assert sorted(len(listed) for listed in seen) == [0, 0, 1]
    assert [row["id"] for listed in seen for row in listed] == [records[GULBERG]]


def test_a_filter_by_another_jurisdiction_gives_nothing(client: FlaskClient, sign_in, records: dict[str, int]) -> None:
    sign_in(client, "station", GULBERG)
    answer = client.get(f"/api/summary?{WINDOW}&jurisdiction={CLIFTON}")
    assert answer.status_code in (403, 404, 422) or answer.get_json()["total"] == 0


def test_interleaved_readers_never_get_one_anothers_scope(app, sign_in, records: dict[str, int]) -> None:
    """One pool of connections, two stations, many requests at once: none is answered in the other's scope."""
    from concurrent.futures import ThreadPoolExecutor

    clients = {code: app.test_client() for code in (GULBERG, CLIFTON)}
    cookies = {}
    for code, one in clients.items():
        sign_in(one, "station", code)
        cookies[code] = one.get_cookie("naqsha_session").value

    def ask(number: int) -> bool:
        own, other = (GULBERG, CLIFTON) if number % 2 else (CLIFTON, GULBERG)
        one = app.test_client()
        one.set_cookie("naqsha_session", cookies[own])
        own_status = one.get(f"/api/records/{records[own]}").status_code
        return (own_status, one.get(f"/api/records/{records[other]}").status_code) == (200, 404)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(ask, range(200)))


def test_opening_a_record_is_in_the_log(client: FlaskClient, sign_in, records: dict[str, int], worker: Session) -> None:
    signed = sign_in(client, "station", GULBERG)
    client.get(f"/api/records/{records[GULBERG]}")
    looked = worker.execute(
        text("SELECT action FROM audit.entry WHERE object = 'record' AND object_id = :id AND account_id = :who"),
        {"id": records[GULBERG], "who": signed.account_id},
    )
    actions = looked.scalars().all()
    assert actions and len(set(actions)) == len(actions), "once for the record, once more for its persons"
