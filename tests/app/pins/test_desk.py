"""The pin desk over HTTP: the queue's order and scope, each decision with the law of mass, and the way back."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import factories
from tests.app.ingest.test_loading import mass_law
from tests.reference_set import GULBERG, STATIONS

WEST, SOUTH, EAST, NORTH = STATIONS[GULBERG]
LAT, LON = (SOUTH + NORTH) / 2, (WEST + EAST) / 2


def weak(worker: Session, head: str = "theft", score: float = 0.2, method: str = "bearing", **more: Any) -> int:
    """Give the id of a record with a weak fix, with its deltas as a load would leave them; commits."""
    record = factories.record(worker, head=head, **more)
    worker.execute(
        text("UPDATE fix SET method = :method, score = :score WHERE record_id = :record"),
        {"method": method, "score": score, "record": record},
    )
    from app.records import mass

    ids = list(worker.execute(text("SELECT id FROM mass WHERE record_id = :record"), {"record": record}).scalars())
    mass.add_deltas(worker, ids)
    worker.commit()
    return record


def listed(client: FlaskClient, **query: Any) -> list[int]:
    found, cursor = [], None
    while True:
        answer = client.get("/api/pins", query_string=query | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        body = answer.get_json()
        found += [record["id"] for record in body["records"]]
        cursor = body["next"]
        if not cursor:
            return found


def test_the_gravest_and_weakest_come_first_and_each_once(client: FlaskClient, sign_in: Any, worker: Session) -> None:
    theft, murder, sure = weak(worker, "theft", 0.3), weak(worker, "murder", 0.3), weak(worker, "murder", 0.9)
    surer = weak(worker, "theft", 0.45)
    many = [weak(worker, "burglary", 0.3) for _ in range(45)]
    sign_in(client, "station")
    found = listed(client)
    assert sure not in found, "a fix that is sure enough waits for nobody"
    assert found.index(murder) < found.index(many[0]) < found.index(theft) < found.index(surer)
    assert len(found) == len(set(found)) and set(many) < set(found)
    assert set(listed(client, show="bearing")) == set(found) and listed(client, show="unplaced") == []
    for query in (
        {"show": "nothing"},
        {"kinds": "stay"},
        {"cursor": "x"},
        {"cursor": "WzEsMiwzXQ"},
        {"jurisdiction": "XX"},
    ):
        assert client.get("/api/pins", query_string=query).status_code == 422, query


def test_another_stations_records_are_not_there(client: FlaskClient, sign_in: Any, worker: Session) -> None:
    other = next(code for code in STATIONS if code != GULBERG)
    theirs = weak(worker, station=other)
    who = sign_in(client, "station")
    assert theirs not in listed(client)
    assert client.get(f"/api/pins/{theirs}").status_code == 404
    body = {"action": "point", "lat": LAT, "lon": LON}
    assert client.post(f"/api/pins/{theirs}", json=body, headers=who.csrf).status_code == 404
    assert client.post(f"/api/pins/{theirs}/undo", headers=who.csrf).status_code == 404
    sign_in(client, "station", other)
    assert theirs in listed(client), "the control: at home it is there"


def test_only_those_who_pin_open_the_desk(client: FlaskClient, sign_in: Any) -> None:
    sign_in(client, "planner")
    assert client.get("/pins").status_code == client.get("/api/pins").status_code == 403


SQUARE = [
    [LON - 0.004, LAT - 0.004],
    [LON + 0.004, LAT - 0.004],
    [LON + 0.004, LAT + 0.004],
    [LON - 0.004, LAT + 0.004],
]


@pytest.mark.parametrize(
    ("body", "method", "code"),
    [
        ({"action": "point", "lat": LAT, "lon": LON}, "pin", "pinned"),
        ({"action": "candidate", "lat": LAT, "lon": LON, "matched": "x-1", "accuracy_m": 900}, "pin", "pin_accepted"),
        ({"action": "scene", "lat": LAT, "lon": LON, "accuracy_m": 12.5}, "pin", "pin_at_scene"),
        ({"action": "area", "area": SQUARE}, "pin", "pin_area"),
        ({"action": "nowhere", "reason": "a moving train"}, "unplaced", "pin_nowhere"),
    ],
)
def test_a_decision_moves_the_mass_and_can_be_taken_back(
    client: FlaskClient, sign_in: Any, worker: Session, body: dict[str, Any], method: str, code: str
) -> None:
    record = weak(worker)
    who = sign_in(client, "station")
    opened = client.get(f"/api/pins/{record}").get_json()
    assert opened["station"]["code"] == GULBERG and opened["cells"] and opened["record"]["persons"] is None
    answer = client.post(f"/api/pins/{record}", json=body, headers=who.csrf)
    assert answer.status_code == 201, answer.text
    now = client.get(f"/api/records/{record}/cells").get_json()
    assert (now["fix"]["method"], now["fix"]["reasons"][0]["code"]) == (method, code)
    assert sum(round(cell["mass"] * 1e6) for cell in now["cells"]) == (0 if method == "unplaced" else 1_000_000)
    assert record not in listed(client), "what an officer has seen leaves the queue"
    assert client.get("/api/pins/progress").get_json()["total"]["by_officers"] >= 1
    mass_law(worker)
    assert client.post(f"/api/pins/{record}/undo", json={}, headers=who.csrf).status_code == 200
    assert record in listed(client)
    mass_law(worker)
    assert client.post(f"/api/pins/{record}/undo", json={}, headers=who.csrf).status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "point"}, 400),
        ({"action": "point", "lat": 0, "lon": 0}, 422),
        ({"action": "point", "lat": "NaN", "lon": 74}, 422),
        ({"action": "scene", "lat": LAT, "lon": LON}, 400),
        ({"action": "scene", "lat": LAT, "lon": LON, "accuracy_m": 4000}, 400),
        ({"action": "area", "area": SQUARE[:2]}, 400),
        ({"action": "area", "area": [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]] * 60}, 400),
        ({"action": "area", "area": [[LON, LAT], [LON, LAT], [LON, LAT]]}, 422),
        ({"action": "area", "area": [[0, 0], [1, 0], [1, 1]]}, 422),
        ({"action": "area", "area": [[61, 24], [77, 24], [77, 37], [61, 37]]}, 422),
        ({"action": "nowhere", "local_name": "Kala Pull"}, 400),
        ({"action": "point", "lat": LAT, "lon": LON, "local_name": "a"}, 422),
        ({"action": "elsewhere"}, 422),
    ],
)
def test_a_decision_that_cannot_be_changes_nothing(
    client: FlaskClient, sign_in: Any, worker: Session, body: dict[str, Any], status: int
) -> None:
    record = weak(worker)
    who = sign_in(client, "station")
    answer = client.post(f"/api/pins/{record}", json=body, headers=who.csrf)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert client.get(f"/api/records/{record}/cells").get_json()["fix"]["method"] == "bearing"


def test_a_decision_teaches_a_local_name(client: FlaskClient, sign_in: Any, worker: Session) -> None:
    record = weak(worker)
    who = sign_in(client, "station")
    body = {"action": "point", "lat": LAT, "lon": LON, "local_name": "Kala Pull"}
    taught = client.post(f"/api/pins/{record}", json=body, headers=who.csrf).get_json()["local_name"]
    names = client.get("/api/local-names").get_json()["local_names"]
    assert [name["name"] for name in names if name["id"] == taught] == ["Kala Pull"]
    client.post(f"/api/pins/{record}/undo", json={}, headers=who.csrf)
    names = client.get("/api/local-names").get_json()["local_names"]
    assert not [name for name in names if name["id"] == taught], "a pin that is taken back teaches nothing"


def test_progress_counts_by_station(client: FlaskClient, sign_in: Any, worker: Session) -> None:
    weak(worker)
    weak(worker, score=0.9)
    sign_in(client, "station")
    found = client.get("/api/pins/progress", query_string={"jurisdiction": GULBERG}).get_json()
    (line,) = found["stations"]
    waiting = len(listed(client))
    assert line["station"]["code"] == GULBERG and line["weak"] == waiting == found["total"]["weak"]
    assert line["records"] > line["weak"] > 0
